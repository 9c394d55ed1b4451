# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import models


class SaleOrderLine(models.Model):
    """What was credited once is not invoiced again by itself.

    Odoo takes a credit note off what is invoiced, so that the order is "to invoice"
    again. People may want that; nobody else.
    """

    _inherit = "sale.order.line"

    def _hub_leave_out_credited(self):
        """Bring what is about to be invoiced down to what no invoice had yet."""
        for line, left in self._hub_left_to_invoice().items():
            if line.qty_to_invoice > left >= 0:
                line.qty_to_invoice = left

    def _hub_left_to_invoice(self):
        """Return {line: units to invoice}; negative: more was invoiced than ordered."""
        found = {}
        refunds = self.order_id.sudo().hub_refund_ids.move_id
        for line in self:
            left = line.product_uom_qty - line.qty_invoiced
            if left > 0:
                credited = line._hub_credited()
                by_store = sum(credited.get(move, 0.0) for move in refunds)
                # refunded before they were invoiced, which they never will be
                dropped = max(line.hub_refunded_qty - by_store, 0.0)
                left = max(left - sum(credited.values()) - dropped, 0.0)
            found[line] = 0.0 if line._hub_is_nothing(left) else left
        return found

    def _hub_is_nothing(self, quantity):
        unit = self.product_uom_id
        return unit.is_zero(quantity) if unit else not quantity

    def _hub_credited(self):
        """Return {credit note: units of this line}, in its unit."""
        self.ensure_one()
        found = defaultdict(float)
        for row in self.invoice_lines:
            move = row.move_id
            if move.move_type == "out_refund" and move.state != "cancel":
                found[move] += row.product_uom_id._compute_quantity(
                    row.quantity, self.product_uom_id
                )
        return found
