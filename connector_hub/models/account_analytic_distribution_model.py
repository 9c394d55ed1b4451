# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of


class AccountAnalyticDistributionModel(models.Model):
    """Whether there are any is asked once for a batch, not for each of its lines."""

    _inherit = "account.analytic.distribution.model"

    def _get_applicable_models(self, vals):
        batch = batch_of(self.env.cr)
        if batch and not batch.once(
            ("distribution",), lambda: self.sudo().search_count([], limit=1)
        ):
            return self.browse()
        return super()._get_applicable_models(vals)
