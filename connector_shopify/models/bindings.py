# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubShopifyCustomer(models.Model):
    _name = "hub.shopify.customer"
    _inherit = "hub.binding"
    _description = "Shopify Customer"

    odoo_id = fields.Many2one(
        "res.partner", "Contact", required=True, ondelete="cascade", index=True
    )


class HubShopifyProduct(models.Model):
    _name = "hub.shopify.product"
    _inherit = "hub.binding"
    _description = "Shopify Product"

    odoo_id = fields.Many2one(
        "product.template", "Product", required=True, ondelete="cascade", index=True
    )
    status = fields.Char(readonly=True, help="What the store last said of it.")


class HubShopifyVariant(models.Model):
    _name = "hub.shopify.variant"
    _inherit = "hub.binding"
    _description = "Shopify Variant"

    odoo_id = fields.Many2one(
        "product.product", "Variant", required=True, ondelete="cascade", index=True
    )


class HubShopifyOrder(models.Model):
    _name = "hub.shopify.order"
    _inherit = "hub.binding"
    _description = "Shopify Order"
    _rec_name = "name"
    _personal_fields = ("note",)

    odoo_id = fields.Many2one(
        "sale.order", "Sales Order", required=True, ondelete="cascade", index=True
    )
    name = fields.Char("Number", readonly=True)
    financial_status = fields.Char("Payment", readonly=True)
    fulfillment_status = fields.Char("Delivery", readonly=True)
    payment_gateways = fields.Char(readonly=True)
    tags = fields.Char(readonly=True)
    note = fields.Text(readonly=True)
    total = fields.Float(digits=(16, 4), readonly=True)
    currency_code = fields.Char("Currency", readonly=True)
