# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of

#: what Odoo sets again and again while it completes an invoice, mostly to what it is
REPEATED = {"amount_currency", "balance", "analytic_distribution"}


class AccountMoveLine(models.Model):
    """Items of a batch's entries are not written when nothing changes.

    Odoo itself writes nothing then, but only finds out after it has prepared for the
    whole entry to change.
    """

    _inherit = "account.move.line"

    def write(self, vals):
        if batch_of(self.env.cr) and self._has_already(vals):
            return True
        return super().write(vals)

    def _has_already(self, vals):
        if len(vals) != 1 or len(self) != 1 or not REPEATED.issuperset(vals):
            return False
        return all(self[name] == value for name, value in vals.items())
