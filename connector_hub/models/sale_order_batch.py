# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import Counter

from odoo import api, models

from ..importers.batch import batch_of


class SaleOrder(models.Model):
    """The orders of a batch draw their numbers together."""

    _inherit = "sale.order"

    @api.model_create_multi
    def create(self, vals_list):
        if batch_of(self.env.cr):
            nameless = [vals for vals in vals_list if not vals.get("name")]
            wanted = Counter(vals.get("company_id") for vals in nameless)
            for company_id, count in wanted.items():
                self._numbering(company_id).hub_draw(count)
        return super().create(vals_list)

    def _numbering(self, company_id):
        """Return the sequence Odoo is going to take."""
        sequences = self.env["ir.sequence"].with_company(company_id)
        places = [sequences.env.company.id, False]
        return sequences.search(
            [("code", "=", self._name), ("company_id", "in", places)],
            order="company_id",
        )[:1]
