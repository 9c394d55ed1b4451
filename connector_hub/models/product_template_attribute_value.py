# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ProductTemplateAttributeValue(models.Model):
    """What a variant costs more is part of its price."""

    _inherit = "product.template.attribute.value"

    def write(self, vals):
        result = super().write(vals)
        dirty = self.env["hub.dirty"]
        if "price_extra" in vals and dirty.is_watched(
            "product.product", {"price_extra"}
        ):
            dirty.mark(self.ptav_product_variant_ids, {"price_extra"})
        return result
