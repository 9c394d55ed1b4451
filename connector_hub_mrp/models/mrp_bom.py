# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MrpBom(models.Model):
    """What a kit is made of decides how many of it there are."""

    _inherit = "mrp.bom"

    @api.model_create_multi
    def create(self, vals_list):
        boms = super().create(vals_list)
        boms._hub_note_kits()
        return boms

    def write(self, vals):
        # it may leave one product for another, or be no kit any more
        self._hub_note_kits()
        result = super().write(vals)
        self._hub_note_kits()
        return result

    def unlink(self):
        self._hub_note_kits()
        return super().unlink()

    @api.private
    def _hub_note_kits(self):
        """Have the stock of these kits told again, where anybody listens."""
        if self.env["hub.dirty"].is_watched("product.product", {"qty_available"}):
            kits = self.sudo().filtered(lambda bom: bom.type == "phantom")
            whole = kits.filtered(lambda bom: not bom.product_id).product_tmpl_id
            products = kits.product_id | whole.product_variant_ids
            products.with_env(self.env)._hub_note_quantity("qty_available")
