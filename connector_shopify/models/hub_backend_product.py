# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..const import DETAIL_KINDS


class HubBackend(models.Model):
    """The flows that take products and prices to a store."""

    _inherit = "hub.backend"

    shopify_currency = fields.Char(
        "Currency of the Store",
        readonly=True,
        copy=False,
        help="As the store says when the connection is tested. Prices in another one"
        " are not sent.",
    )

    @api.private
    def _detail_kinds(self):
        if self.system != "shopify":
            return super()._detail_kinds()
        return DETAIL_KINDS

    @api.private
    def _flow_values(self):
        values = super()._flow_values()
        if self.system != "shopify":
            return values
        shared = {
            "direction": "out",
            "latency": "batch",
            "poll_minutes": 0,
            "chosen": False,
        }
        return [
            *values,
            {
                "code": "product_out",
                "name": self.env._("Products to Shopify"),
                "document": "product",
                "sequence": 110,
                "priority": 20,
                **shared,
            },
            {
                "code": "price_out",
                "name": self.env._("Prices to Shopify"),
                "document": "price",
                "sequence": 120,
                "priority": 15,
                **shared,
            },
        ]
