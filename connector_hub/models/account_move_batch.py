# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..importers.batch import batch_of


class AccountMove(models.Model):
    """The entries of a batch find journal and last number once per journal and day."""

    _inherit = "account.move"

    def _search_default_journal(self):
        ask = super()._search_default_journal
        batch = batch_of(self.env.cr)
        if batch is None or self.statement_line_ids:
            return ask()
        has_currency = self.env.cache.contains(self, self._fields["currency_id"])
        key = (
            "journal",
            self.move_type,
            bool(self.origin_payment_id),
            (self.company_id or self.env.company).id,
            has_currency and self.currency_id.id,
            tuple(
                self.env.context.get(name)
                for name in ("is_payment", "is_statement_line", "default_currency_id")
            ),
        )
        return batch.once(key, ask).with_env(self.env)

    def _get_next_sequence_format(self):
        ask = super()._get_next_sequence_format
        batch = batch_of(self.env.cr)
        if batch is None or not self._numbers_are_plain():
            return ask()
        if not self._get_sequence_cache():
            # somebody has named an entry: the last number may be another one
            batch.forget("number")
        key = (
            "number",
            self.journal_id.id,
            self.date,
            self.move_type in ("out_refund", "in_refund"),
            bool(self.origin_payment_id or self.env.context.get("is_payment")),
        )
        # the number itself is the next one that is free, whatever was the last one
        text, values = batch.once(key, ask)
        return text, dict(values)

    def _numbers_are_plain(self):
        """Return whether nothing but journal, day and kind decides on the number."""
        return (
            self.state == "posted"
            and bool(self.date and self.journal_id)
            and not self.journal_id.is_self_billing
            and "l10n_latam_document_type_id" not in self._fields
        )
