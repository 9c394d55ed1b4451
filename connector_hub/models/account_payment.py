# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of


class AccountPayment(models.Model):
    """The payments of a batch get their entries in one go."""

    _inherit = "account.payment"

    def _get_outstanding_account(self, payment_type):
        ask = super()._get_outstanding_account
        batch = batch_of(self.env.cr)
        if batch is None:
            return ask(payment_type)
        key = ("outstanding", self.company_id.id, payment_type)
        return batch.once(key, lambda: ask(payment_type)).with_env(self.env)

    def _generate_journal_entry(self, *args, **kwargs):
        batch = batch_of(self.env.cr)
        if batch is None or len(self) < 2:
            return super()._generate_journal_entry(*args, **kwargs)
        # each payment is linked with its entry by a write of its own, after which
        # whatever depends on it is looked up: once for all of them is enough
        batch.holds_payments = True
        try:
            result = super()._generate_journal_entry(*args, **kwargs)
        finally:
            batch.holds_payments = False
        self.modified(["move_id", "state"])
        return result

    def modified(self, fnames, create=False, before=False):
        batch = batch_of(self.env.cr)
        if batch is not None and batch.holds_payments and not create:
            return None
        return super().modified(fnames, create=create, before=before)
