# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ProductTemplate(models.Model):
    """Changes of products are noted for outbound flows."""

    _inherit = "product.template"

    shop_vendor = fields.Char(
        "Vendor in Shops", help="The brand or maker that shops show."
    )
    shop_type = fields.Char(
        "Type in Shops", help="The kind of product, as shops group them."
    )

    @api.model_create_multi
    def create(self, vals_list):
        templates = super().create(vals_list)
        self.env["hub.dirty"].mark(templates)
        return templates

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def unlink(self):
        # links are deleted with the record: its ids there must be noted before
        self.env["hub.dirty"].mark_deleted(self, "product")
        return super().unlink()
