# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class SaleOrder(models.Model):
    """What was refunded in the store is not invoiced again."""

    _inherit = "sale.order"

    hub_refund_ids = fields.One2many(
        "hub.order.refund",
        "order_id",
        "Refunds in the Store",
        readonly=True,
        groups="connector_hub.group_hub_user,account.group_account_readonly",
    )
    hub_settled_refunds = fields.Json(
        readonly=True,
        copy=False,
        help="The refunds that another connector has settled, by remote id (ids);"
        " nothing where that is not known.",
    )
    hub_return_ids = fields.One2many(
        "hub.order.return",
        "order_id",
        "Returns in the Store",
        readonly=True,
        groups="connector_hub.group_hub_user,stock.group_stock_user",
    )

    def _force_lines_to_invoice_policy_order(self):
        result = super()._force_lines_to_invoice_policy_order()
        self.order_line._leave_out_refunded()
        return result


class SaleOrderLine(models.Model):
    """Quantities that refunds took off a line; the ordered quantity stays."""

    _inherit = "sale.order.line"

    hub_refunded_qty = fields.Float(
        "Refunded in the Store",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Not to be invoiced any more, or credited already.",
    )
    hub_cancelled_qty = fields.Float(
        "Cancelled in the Store",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Refunded before it was delivered: not to be delivered any more.",
    )
    hub_returned_qty = fields.Float(
        "Returned in the Store",
        digits="Product Unit",
        readonly=True,
        copy=False,
        help="Came back for good: not to be delivered again.",
    )

    @api.depends("hub_refunded_qty")
    def _compute_qty_to_invoice(self):
        result = super()._compute_qty_to_invoice()
        self._leave_out_refunded()
        return result

    def _leave_out_refunded(self):
        """Never invoice more than what was ordered and not refunded."""
        for line in self:
            if line.hub_refunded_qty and line.qty_to_invoice > 0:
                kept = line.product_uom_qty - line.hub_refunded_qty
                left = max(kept - line.qty_invoiced, 0.0)
                line.qty_to_invoice = min(line.qty_to_invoice, left)

    @api.depends("hub_refunded_qty")
    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        for line in self:
            done = line.qty_invoiced + line.hub_refunded_qty >= line.product_uom_qty
            if line.invoice_status == "no" and line.hub_refunded_qty and done:
                if line.state == "sale":
                    line.invoice_status = "invoiced"
        return result

    def _get_qty_procurement(self, previous_product_uom_qty=False):
        quantity = super()._get_qty_procurement(previous_product_uom_qty)
        return quantity + self.hub_cancelled_qty + self.hub_returned_qty
