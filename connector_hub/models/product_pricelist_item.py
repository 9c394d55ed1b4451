# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

#: which products a rule is for: those it leaves are concerned as well
AIMS = frozenset(
    "applied_on categ_id pricelist_id product_id product_tmpl_id min_quantity".split()
)


class PricelistItem(models.Model):
    """Changes of rules are noted for flows that tell prices."""

    _inherit = "product.pricelist.item"

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        self.env["hub.dirty"].mark(rules)
        return rules

    def write(self, vals):
        if not AIMS.isdisjoint(vals):
            self._hub_note_aims()
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def unlink(self):
        self._hub_note_aims()
        return super().unlink()

    def _hub_note_aims(self):
        """Note the products of rules that cannot tell any more when it is collected."""
        dirty = self.env["hub.dirty"]
        if not dirty.is_watched("product.pricelist", {"item_ids"}):
            return
        single = self.filtered("product_id")
        family = self.filtered("product_tmpl_id") - single
        dirty.mark(single.product_id, {"lst_price"})
        dirty.mark(family.product_tmpl_id, {"list_price"})
        dirty.mark((self - single - family).pricelist_id, {"item_ids"})
