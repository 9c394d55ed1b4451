# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from math import floor

from odoo import api, models

#: kinds of transfers with which goods leave for the customer
LEAVING = ("outgoing", "dropship")
#: digits to which shares of a unit are compared
EXACT = 6


class SaleOrderLine(models.Model):
    """What one unit of an order's line is made of when it is moved."""

    _inherit = "sale.order.line"

    @api.private
    def _hub_parts(self):
        """Return {product: how much of it, in its own unit, one unit of the line is}.

        Hook: a line moves its own product, unless a glue addon knows better.
        """
        product = self.product_id
        unit = self.product_uom_id
        return {product: unit._compute_quantity(1.0, product.uom_id, round=False)}

    @api.private
    def _hub_take_whole(self, pool):
        """Take from parts what they make whole; return how many units that is.

        :param pool: {product: units of the line of which it is there}
        """
        count = min(pool.values(), default=0.0)
        if self.product_id not in pool:
            count = float(floor(round(count, EXACT)))
        for product in pool:
            pool[product] -= count
        return count


class SaleOrder(models.Model):
    """What has left of an order, in units of its lines."""

    _inherit = "sale.order"

    @api.private
    def _hub_goods_out(self):
        """Return what the transfers of one order have delivered.

        What is made of several parts counts with the transfer that brings the last one,
        and whole units only. Parts that came back while they waited wait no more.

        :return: ({transfer that is done: {line: quantity}},
            {line: {product: units of the line of which it waits for other parts}})
        """
        # lists, as they keep what is read together of many orders
        done = [picking for picking in self.picking_ids if picking.state == "done"]
        parts, waiting, found = {}, {}, {}
        for picking in sorted(done, key=_when):
            leaves = picking.picking_type_code in LEAVING
            units = self._hub_units(picking, parts)
            if leaves:
                found[picking] = goods = {}
            for line, moved in units.items():
                pool = waiting.setdefault(line, dict.fromkeys(parts[line], 0.0))
                for product, share in moved.items():
                    sign = 1 if leaves else -1
                    pool[product] = max(pool[product] + sign * share, 0.0)
                if leaves and (whole := line._hub_take_whole(pool)):
                    goods[line] = whole
        return found, waiting

    def _hub_units(self, picking, parts):
        """Return {line: {product: units of the line}} that a transfer has moved.

        :param parts: {line: its parts}, which is filled
        """
        found = defaultdict(lambda: defaultdict(float))
        if picking.picking_type_code not in (*LEAVING, "incoming"):
            return found
        for move in picking.move_ids:
            line = move.sale_line_id
            if move.state != "done" or line.order_id != self:
                continue
            if line not in parts:
                parts[line] = line._hub_parts()
            if share := parts[line].get(move.product_id):
                found[line][move.product_id] += (
                    move.product_uom._compute_quantity(
                        move.quantity, move.product_id.uom_id, round=False
                    )
                    / share
                )
        return found


def _when(picking):
    """In the same second, what came back follows that with which it had left.

    Parcels of a store have the date of the store, which tells nothing of that order.
    """
    moment = picking.hub_done_at or picking.date_done
    return (str(moment), picking.return_id.id or picking.id, picking.id)
