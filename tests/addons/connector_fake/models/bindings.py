# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubFakeCustomer(models.Model):
    _name = "hub.fake.customer"
    _inherit = "hub.binding"
    _description = "Imaginary Customer"

    odoo_id = fields.Many2one("res.partner", required=True, ondelete="cascade")


class HubFakeProduct(models.Model):
    _name = "hub.fake.product"
    _inherit = "hub.binding"
    _description = "Imaginary Product"

    odoo_id = fields.Many2one("product.template", required=True, ondelete="cascade")


class HubFakeVariant(models.Model):
    _name = "hub.fake.variant"
    _inherit = "hub.binding"
    _description = "Imaginary Variant"

    odoo_id = fields.Many2one("product.product", required=True, ondelete="cascade")


class HubFakeOrder(models.Model):
    _name = "hub.fake.order"
    _inherit = "hub.binding"
    _description = "Imaginary Order"

    odoo_id = fields.Many2one("sale.order", required=True, ondelete="cascade")


class HubFakeFulfillment(models.Model):
    _name = "hub.fake.fulfillment"
    _inherit = "hub.binding"
    _description = "Imaginary Shipment"

    odoo_id = fields.Many2one("stock.picking", required=True, ondelete="cascade")


class HubFakeInvoice(models.Model):
    _name = "hub.fake.invoice"
    _inherit = "hub.binding"
    _description = "Imaginary Invoice"

    odoo_id = fields.Many2one("account.move", required=True, ondelete="cascade")
