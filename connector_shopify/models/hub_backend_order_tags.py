# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubBackend(models.Model):
    """The flow that tells a Shopify store of its orders by tags."""

    _inherit = "hub.backend"

    @api.private
    def _flow_values(self):
        flows = super()._flow_values()
        if self.system != "shopify":
            return flows
        return [
            *flows,
            {
                "code": "order_tags_out",
                "name": self.env._("Tags of Orders to Shopify"),
                "document": "order_tags",
                "direction": "out",
                "sequence": 62,
                "latency": "default",
                "priority": 30,
                "poll_minutes": 0,
                "chosen": False,
            },
        ]
