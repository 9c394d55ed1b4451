# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of


class AccountTax(models.Model):
    """What is taxed several times in a batch is calculated once.

    Odoo asks for what is left to be invoiced of a line when it is confirmed, invoiced,
    and posted.
    """

    _inherit = "account.tax"

    def compute_all(self, *args, **kwargs):
        ask = super().compute_all
        batch = batch_of(self.env.cr)
        if batch is None:
            return ask(*args, **kwargs)
        options = tuple(sorted(kwargs.items()))
        found = batch.once(
            ("taxes", self.env, self._ids, args, options),
            lambda: ask(*args, **kwargs),
        )
        return {
            **found,
            "base_tags": list(found["base_tags"]),
            "taxes": [dict(row) for row in found["taxes"]],
        }
