# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    """What the store says of an order's payments."""

    _inherit = "sale.order"

    hub_payment_ids = fields.One2many(
        "hub.payment",
        "order_id",
        "Payments in the Store",
        readonly=True,
        groups="connector_hub.group_hub_user,account.group_account_readonly",
    )

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        day = self.env.context.get("hub_invoice_days", {}).get(self.id)
        if day:
            values["invoice_date"] = day
        return values
