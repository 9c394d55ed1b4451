# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubBackend(models.Model):
    """Refunds that Odoo has a Shopify store make."""

    _inherit = "hub.backend"

    @api.private
    def _flow_values(self):
        flows = super()._flow_values()
        if self.system != "shopify":
            return flows
        return [
            *flows,
            {
                "code": "refund_out",
                "name": self.env._("Refunds to Shopify"),
                "document": "refund",
                "direction": "out",
                "sequence": 65,
                "latency": "default",
                "priority": 10,
                "poll_minutes": 0,
                "chosen": False,
                "export_scope": "all",
            },
        ]

    @api.private
    def _binding_models(self):
        found = super()._binding_models()
        if self.system != "shopify":
            return found
        return {**found, "refund": "hub.shopify.refund"}


class HubShopifyRefund(models.Model):
    _name = "hub.shopify.refund"
    _inherit = "hub.binding"
    _description = "Shopify Refund"

    odoo_id = fields.Many2one(
        "account.move", "Credit Note", required=True, ondelete="cascade", index=True
    )
