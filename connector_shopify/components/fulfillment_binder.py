# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.component.core import Component


class ShopifyFulfillmentBinder(Component):
    """Links of fulfilments with the deliveries they stand for."""

    _name = "hub.shopify.fulfillment.binder"
    _inherit = "hub.shopify.binder"
    _apply_on = ["hub.shopify.fulfillment"]
