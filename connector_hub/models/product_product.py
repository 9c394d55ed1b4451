# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class ProductProduct(models.Model):
    """Changes of variants are noted for outbound flows."""

    _inherit = "product.product"

    @api.model_create_multi
    def create(self, vals_list):
        products = super().create(vals_list)
        self.env["hub.dirty"].mark(products)
        return products

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def unlink(self):
        # links are deleted with the record: its ids there must be noted before
        dirty = self.env["hub.dirty"]
        dirty.mark_deleted(self, "variant")
        if dirty.is_watched("product.template", {"product_variant_ids"}):
            dirty.mark(self.product_tmpl_id, {"product_variant_ids"})
        return super().unlink()

    @api.private
    def _hub_note_quantity(self, name):
        """Note that a quantity changed.

        :param name: "qty_available", or "virtual_available" for what is planned
        """
        self.env["hub.dirty"].mark(self, {name})

    @api.model
    def _hub_variant_ids(self, template_ids):
        """Return the ids of all variants of templates, archived ones included."""
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    "SELECT id FROM product_product WHERE product_tmpl_id = ANY(%s)",
                    list(template_ids),
                )
            )
        ]
