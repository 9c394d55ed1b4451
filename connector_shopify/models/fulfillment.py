# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubShopifyFulfillment(models.Model):
    """Several fulfilments may stand for one delivery: one for each location."""

    _name = "hub.shopify.fulfillment"
    _inherit = "hub.binding"
    _description = "Shopify Fulfilment"

    odoo_id = fields.Many2one(
        "stock.picking", "Delivery", required=True, ondelete="cascade", index=True
    )
    order_id = fields.Many2one(related="odoo_id.sale_id", string="Sales Order")


class HubBackend(models.Model):
    """Deliveries of a store."""

    _inherit = "hub.backend"

    shopify_notify_shipping = fields.Boolean(
        "Shopify Writes to the Customer",
        help="When a delivery done in Odoo is told to the store, and when its tracking"
        " number becomes known.",
    )

    @api.private
    def _binding_models(self):
        found = super()._binding_models()
        if self.system == "shopify":
            found = {**found, "fulfillment": "hub.shopify.fulfillment"}
        return found

    @api.private
    def _flow_values(self):
        found = super()._flow_values()
        if self.system != "shopify":
            return found
        flow = {
            "code": "fulfillment_out",
            "name": self.env._("Deliveries to Shopify"),
            "document": "fulfillment",
            "direction": "out",
            "sequence": 60,
            "latency": "default",
            "priority": 10,
            "poll_minutes": 0,
            "chosen": False,
        }
        return [*found, flow]
