# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubBackend(models.Model):
    """Flows of money with a Shopify store, besides the payments of its orders."""

    _inherit = "hub.backend"

    @api.private
    def _flow_values(self):
        flows = super()._flow_values()
        if self.system != "shopify":
            return flows
        return [
            *flows,
            {
                "code": "settlement_out",
                "name": self.env._("Payments to Shopify"),
                "document": "settlement",
                "direction": "out",
                "sequence": 60,
                "latency": "default",
                "priority": 10,
                "poll_minutes": 0,
                "chosen": False,
            },
            {
                "code": "payout_in",
                "name": self.env._("Payouts from Shopify"),
                "document": "payout",
                "sequence": 70,
                "latency": "batch",
                "priority": 20,
                "poll_minutes": 360,
                "chosen": False,
            },
        ]

    @api.private
    def _binding_models(self):
        found = super()._binding_models()
        if self.system != "shopify":
            return found
        return {**found, "payout": "hub.shopify.payout"}
