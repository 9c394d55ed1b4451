# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..documents import RefundLine, RefundOrder, Restock
from ..exceptions import BusinessRuleError

ZERO = Decimal(0)


class ExporterRefund(models.AbstractModel):
    """Posted credit notes of orders that came from the flow's system.

    Each is told once, and only those made in Odoo: what the system refunded itself is
    linked with its refund. Old ones are never sent: money moves only for what is posted
    while the flow runs.
    """

    _name = "hub.exporter.refund"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Refunds"
    _record_model = "account.move"
    _entity = "refund"

    @api.private
    def watched(self):
        return {"account.move": {"state"}}

    @api.private
    def relevant(self, flow, ids):
        moves = self.env["account.move"].search(
            Domain("id", "in", list(ids))
            & Domain("move_type", "=", "out_refund")
            & Domain("state", "=", "posted")
        )
        known = self._remote_ids(flow, moves.ids)
        remote = self._order_ids(flow, moves)
        return {
            move.id
            for move in moves
            if move.id not in known
            and any(order.id in remote for order in self.orders(move))
        }

    @api.private
    def all_ids(self, flow, after, limit):
        return []

    @api.private
    def orders(self, move):
        """Return the orders a credit note belongs to."""
        found = move.invoice_line_ids.sale_line_ids.order_id
        return found or move.reversed_entry_id.invoice_line_ids.sale_line_ids.order_id

    @api.private
    def to_documents(self, flow, ids):
        moves = self.env["account.move"].browse(ids).exists()
        known, remote = self._remote_ids(flow, ids), self._order_ids(flow, moves)
        found = {}
        for move in moves.filtered(lambda m: m.state == "posted"):
            orders = self.orders(move)
            if move.id in known or not orders:
                continue
            if len(orders) > 1:
                found[move.id] = self._mixed(move)
            elif orders.id in remote and self._is_replaced(move):
                found[move.id] = self._replaced(move)
            elif orders.id in remote:
                found[move.id] = self._document(flow, move, remote[orders.id])
        return found

    @api.private
    def _hub_document_refund(self, move, values):
        """Hook: change what is said of a credit note."""
        return values

    def _order_ids(self, flow, moves):
        """Return {order id: id there} of those that came from the flow's system."""
        orders = self.env["sale.order"].union(*(self.orders(move) for move in moves))
        binder = flow.backend_id.with_env(self.env).binder("order")
        return {key: ids[0] for key, ids in binder.to_external_many(orders).items()}

    def _document(self, flow, move, order_id):
        currency = move.currency_id
        values = {
            "order_id": order_id,
            "name": move.name,
            "currency": currency.name,
            "total": _exact(move.amount_total, currency),
            "reason": (move.ref or "").strip(),
            "known": self._known(flow, self.orders(move)),
            **self._lines(flow, move, currency),
        }
        values = self._hub_document_refund(move, values)
        return RefundOrder(external_id="", version=self._now(), **values)

    def _lines(self, flow, move, currency):
        """Return which units are refunded in full, and what of the delivery charge.

        Anything else is an amount only: the store sees it in the total.
        """
        lines, shipping = {}, ZERO
        charge = flow.backend_id.shipping_product_id
        for line in move.invoice_line_ids.filtered(
            lambda r: r.display_type == "product"
        ):
            sold = line.sale_line_ids
            if len(sold) != 1 or not sold.hub_external_id:
                continue
            included = any(sold.tax_ids.mapped("price_include"))
            total = line.price_total if included else line.price_subtotal
            if sold.product_id == charge:
                shipping += _exact(total, currency)
            elif self._is_whole(line, sold, currency):
                quantity = Decimal(int(line.quantity))
                before = lines.get(sold.hub_external_id, (ZERO, ZERO))
                net = _exact(total, currency)
                lines[sold.hub_external_id] = before[0] + quantity, before[1] + net
        rows = (
            RefundLine(line_id=key, quantity=quantity, net=net, restock=Restock.NONE)
            for key, (quantity, net) in lines.items()
        )
        return {"lines": tuple(rows), "shipping": shipping}

    def _is_whole(self, line, sold, currency):
        """Return whether whole units are refunded at the price they were sold for."""
        if line.quantity < 1 or line.quantity != int(line.quantity):
            return False
        full = sold.price_total * line.quantity / (sold.product_uom_qty or 1.0)
        return abs(full - line.price_total) <= currency.rounding * 2

    def _known(self, flow, order):
        on_file = order.sudo().hub_refund_ids.filtered(
            lambda refund: refund.backend_id == flow.backend_id
        )
        return tuple(on_file.sorted("external_id").mapped("external_id"))

    def _is_replaced(self, move):
        """Return whether what was credited is invoiced again: then it stays paid."""
        for line in move.invoice_line_ids.sale_line_ids:
            charged = _charges(line)
            billed = sum(
                row.product_uom_id._compute_quantity(row.quantity, line.product_uom_id)
                for row in charged
            )
            anew = any(row.move_id.id > move.id for row in charged)
            unit = line.product_uom_id
            if anew and unit.compare(billed, line.product_uom_qty) > 0:
                return True
        return False

    def _replaced(self, move):
        return BusinessRuleError(
            self.env._(
                "%(credit)s credits what another invoice of %(order)s charges again, so"
                " nothing was paid back.",
                credit=move.name,
                order=self.orders(move).name,
            ),
            title=self.env._("Credit notes make room for other invoices."),
            remedy=self.env._(
                "If the buyer is to get a difference back, refund it in the connected"
                " system by hand; then skip the message."
            ),
            code="replaced",
        )

    def _mixed(self, move):
        return BusinessRuleError(
            self.env._("%s credits several orders at once.", move.name),
            title=self.env._("Credit notes are for several orders at once."),
            remedy=self.env._("Refund these orders in the connected system by hand."),
            code="several_orders",
        )


def _charges(line):
    """Return the invoice lines that charge an order line, those of drafts as well."""
    return line.invoice_lines.filtered(
        lambda row: (
            row.move_id.move_type == "out_invoice" and row.move_id.state != "cancel"
        )
    )


def _exact(amount, currency):
    return Decimal(str(currency.round(amount)))
