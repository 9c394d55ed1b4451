# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubShopifyAddress(models.Model):
    _name = "hub.shopify.address"
    _inherit = "hub.binding"
    _description = "Shopify Customer Address"

    odoo_id = fields.Many2one(
        "res.partner", "Contact", required=True, ondelete="cascade", index=True
    )


class HubBackend(models.Model):
    _inherit = "hub.backend"

    @api.private
    def _binding_models(self):
        models_of = super()._binding_models()
        if self.system != "shopify":
            return models_of
        return {**models_of, "address": "hub.shopify.address"}

    @api.private
    def _flow_values(self):
        flows = super()._flow_values()
        if self.system != "shopify":
            return flows
        return [
            *flows,
            {
                "code": "customer_out",
                "name": self.env._("Customers to Shopify"),
                "document": "customer",
                "direction": "out",
                "sequence": 60,
                "latency": "default",
                "priority": 20,
                "chosen": False,
                "poll_minutes": 0,
            },
        ]
