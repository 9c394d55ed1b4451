# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubBackend(models.Model):
    """The flow of stock levels to a store."""

    _inherit = "hub.backend"

    @api.private
    def _flow_values(self):
        values = super()._flow_values()
        if self.system != "shopify":
            return values
        return [
            *values,
            {
                "code": "stock_out",
                "name": self.env._("Stock to Shopify"),
                "document": "stock",
                "direction": "out",
                "sequence": 40,
                "latency": "default",
                "priority": 15,
                "poll_minutes": 0,
                "chosen": False,
            },
        ]
