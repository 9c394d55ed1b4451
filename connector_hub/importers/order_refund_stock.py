# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models
from odoo.fields import Command

from ..documents import Restock
from .order_refund_plan import lines_of

OPEN = ("draft", "waiting", "confirmed", "partially_available", "assigned")


class ImporterOrderRefundStock(models.AbstractModel):
    """What becomes of refunded goods.

    Cancelled before they were delivered: open deliveries become smaller. Back again:
    what was delivered is returned, into the location the store names. Without
    restocking nothing moves: the store then leaves what is to be delivered as it is.
    """

    _name = "hub.importer.order.refund.stock"
    _description = "Goods of Refunds"

    @api.private
    def restock(self, backend, records):
        """Do what can be done; the rest waits for the delivery."""
        places = self.env["hub.mapping"].sudo().lookup(backend, "location")
        for record in records.sorted(lambda refund: (refund.refunded_at, refund.id)):
            if record.origin == "odoo":
                # goods of Odoo's own credit notes are moved in Odoo
                record.stock_state = "done"
            elif record.order_id.state in ("draft", "sent"):
                self._restock_quotation(record)
            elif record.order_id.state == "cancel":
                record.stock_state = "done"
            else:
                self._restock(record, places)

    def _restock_quotation(self, record):
        """Nothing was delivered from here; cancelled units never will be."""
        if all(row.restock is not Restock.RETURN for row in record.document().lines):
            record.stock_state = "done"

    def _restock(self, record, places):
        lines, back = lines_of(record.order_id), defaultdict(dict)
        document = record.document()
        for row in document.lines:
            line = lines.get(row.line_id)
            if not line or line.product_id.type != "consu":
                continue
            if row.restock is Restock.CANCEL:
                self._reduce(line, float(row.quantity))
            elif row.restock is Restock.RETURN:
                place = self._place(places.get(row.location_id))
                wanted = back[place]
                wanted[line] = wanted.get(line, 0.0) + float(row.quantity)
        if not all(self._is_delivered(wanted) for wanted in back.values()):
            # open deliveries are reduced already, and are not twice
            return
        for place, wanted in back.items():
            self._take_back(record, place, wanted)
        record.stock_state = "done"

    # === CANCELLED ===#

    def _reduce(self, line, quantity):
        """Bring what is still to be delivered of a line down to what is kept."""
        kept = line.product_uom_qty - line.hub_cancelled_qty
        opened = self._open_moves(line)
        # before any of them is reduced: of kits, they are compared with each other
        shares = {product: self._per_unit(line, product) for product in opened}
        for product, moves in opened.items():
            done = sum(self._done_moves(line, product).mapped("product_qty"))
            demand = sum(moves.mapped("product_qty")) + done
            excess = demand - kept * shares[product]
            self._take_off(moves, excess)

    def _open_moves(self, line):
        """Return {product: open moves to the customer} of a line, kits included.

        Also those after which rules will make the move that leaves.
        """
        moves = line.move_ids.filtered(
            lambda move: move.state in OPEN and (_leaves(move) or _goes_on(move))
        )
        return moves.grouped("product_id")

    def _done_moves(self, line, product):
        return line.move_ids.filtered(
            lambda move: (
                move.state == "done" and move.product_id == product and _leaves(move)
            )
        )

    def _per_unit(self, line, product):
        """Return how much of a product one unit of the line is, in its own unit."""
        parts = line._hub_parts()
        if product in parts:
            return parts[product]
        moves = line.move_ids.filtered(
            lambda move: move.product_id == product and _leaves(move)
        )
        whole = line.product_uom_qty or 1.0
        return sum(moves.mapped("product_qty")) / whole

    def _take_off(self, moves, excess):
        """Reduce moves, the last ones first, and what is to be picked for them."""
        for move in moves.sorted("id", reverse=True):
            unit = move.product_id.uom_id
            if unit.compare(excess, 0.0) <= 0:
                return
            taken = min(excess, move.product_qty)
            excess -= taken
            before = move.move_orig_ids.filtered(lambda m: m.state in OPEN)
            if unit.compare(taken, move.product_qty) >= 0:
                move._action_cancel()
            else:
                left = unit._compute_quantity(
                    move.product_qty - taken, move.product_uom, round=False
                )
                move._do_unreserve()
                move.product_uom_qty = left
                move._action_assign()
            self._take_off(before, taken)

    # === RETURNED ===#

    def _place(self, location):
        """Return the location goods are put back into; a warehouse means its stock."""
        if not location or location.usage != "view":
            return location or self.env["stock.location"]
        warehouse = self.env["stock.warehouse"].search(
            [("view_location_id", "=", location.id)], limit=1
        )
        return warehouse.lot_stock_id

    def _is_delivered(self, wanted):
        """Return whether so much has left, and is not back."""
        return all(
            line.product_uom_id.compare(
                sum(_away(move) for move in self._sources(line)),
                quantity * self._source_units(line),
            )
            >= 0
            for line, quantity in wanted.items()
        )

    def _sources(self, line):
        return line.move_ids.filtered(
            lambda move: move.state == "done" and _leaves(move)
        )

    def _source_units(self, line):
        products = self._sources(line).product_id or line.product_id
        return sum(self._per_unit(line, product) for product in products)

    def _take_back(self, record, place, wanted):
        """Return goods, first those an announced return expects already."""
        waiting = record.order_id.hub_return_ids.sudo().picking_ids
        waiting = waiting.filtered(lambda picking: picking.state not in DONE)
        for line, quantity in wanted.items():
            rest = quantity
            for move in waiting.move_ids.filtered(
                lambda m, line=line: m.sale_line_id == line and m.state in OPEN
            ):
                taken = min(rest, move.product_uom_qty)
                rest -= taken
                self.receive(move.picking_id, {move: taken}, place)
                record.picking_ids += move.picking_id
            if line.product_uom_id.compare(rest, 0.0) > 0:
                pickings = self.returns_of({line: rest}, place)
                for picking in pickings:
                    moves = picking.move_ids
                    self.receive(picking, {m: m.product_uom_qty for m in moves}, place)
                record.picking_ids += pickings
            line.hub_returned_qty += quantity

    @api.private
    def returns_of(self, wanted, place=None):
        """Create the transfers that bring back so much of some lines.

        :param wanted: {order line: quantity in its unit}
        :return: transfers, ready, not done
        """
        chosen = defaultdict(dict)
        for line, quantity in wanted.items():
            for product in self._sources(line).product_id:
                rest = quantity * self._per_unit(line, product)
                moves = self._sources(line)
                for move in moves.filtered(lambda m, p=product: m.product_id == p):
                    taken = min(rest, _returnable(move))
                    if move.product_id.uom_id.compare(taken, 0.0) > 0:
                        chosen[move.picking_id][move] = taken
                        rest -= taken
        made = self.env["stock.picking"]
        for picking, moves in chosen.items():
            made += self._return_picking(picking, moves, place)
        return made

    def _return_picking(self, picking, moves, place):
        rows = [
            {
                "product_id": move.product_id.id,
                "move_id": move.id,
                "quantity": move.product_id.uom_id._compute_quantity(
                    quantity, move.product_uom, round=False
                ),
                "to_refund": True,
            }
            for move, quantity in moves.items()
        ]
        wizard = self.env["stock.return.picking"].create(
            {
                "picking_id": picking.id,
                "product_return_moves": [
                    Command.clear(),
                    *(Command.create(row) for row in rows),
                ],
            }
        )
        made = wizard._create_return()
        if place:
            made.location_dest_id = place
            made.move_ids.location_dest_id = place
            made.move_line_ids.location_dest_id = place
        return made

    @api.private
    def receive(self, picking, quantities, place=None):
        """Complete a return transfer, or a part of it; the rest stays expected."""
        if place:
            for move in quantities:
                move.location_dest_id = place
        for move in picking.move_ids.filtered(lambda move: move.state in OPEN):
            move.quantity = quantities.get(move, 0.0)
            move.picked = bool(quantities.get(move))
        picking.with_context(
            skip_backorder=True, skip_sms=True, skip_immediate=True
        )._action_done()


DONE = ("done", "cancel")


def _leaves(move):
    return (
        move.location_dest_id.usage == "customer" and not move.origin_returned_move_id
    )


def _goes_on(move):
    return (
        move.location_final_id.usage == "customer"
        and not move.move_dest_ids
        and not move.origin_returned_move_id
    )


def _away(move):
    """Return what of a done move is not back, in the product's unit."""
    back = move.returned_move_ids.filtered(lambda m: m.state == "done")
    return move.product_qty - sum(back.mapped("product_qty"))


def _returnable(move):
    """Return what of a done move no transfer brings back, in the product's unit."""
    back = move.returned_move_ids.filtered(lambda m: m.state != "cancel")
    return move.product_qty - sum(back.mapped("product_qty"))
