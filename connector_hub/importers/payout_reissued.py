# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import BusinessRuleError


class ImporterPayout(models.AbstractModel):
    """Payouts whose money is on a statement already, under another number.

    A payout that the bank returns is issued again, with the same entries. What was
    booked for the first one may be reconciled: that is an accountant's to undo.
    """

    _inherit = "hub.importer.payout"

    def _refuse_reissued(self, backend, tasks):
        """Give those an error whose entries are on other statements."""
        wanted = [(task, _ids(task.document)) for task in tasks]
        booked = self._booked(backend, {key for _task, ids in wanted for key in ids})
        taken = {}
        for task, ids in wanted:
            lines = booked.filtered(lambda line, ids=ids: line.hub_external_id in ids)
            rivals = {taken[key] for key in ids & taken.keys()}
            if lines or rivals:
                names = lines.statement_id.mapped("name") or sorted(rivals)
                task.error = self._reissued(task.document, names, lines)
            else:
                taken.update(dict.fromkeys(ids, task.document.name))

    def _booked(self, backend, ids):
        lines = self.env["account.bank.statement.line"].sudo()
        return lines.search(
            [
                ("journal_id", "=", backend.payout_journal_id.id),
                ("hub_external_id", "in", list(ids)),
            ]
        )

    def _reissued(self, payout, names, lines):
        return BusinessRuleError(
            self.env._(
                "%(payout)s brings money that is on statement %(others)s already"
                " (%(count)s entries): the payout was issued again.",
                payout=payout.name,
                others=", ".join(filter(None, names)),
                count=len(lines) or len(payout.entries),
            ),
            remedy=self.env._(
                "If the earlier payout was returned, undo the reconciliation of its"
                " statement and delete it with its lines; then retry, which books this"
                " one. Skip the message to keep the statement as it is."
            ),
            title=self.env._("Payouts were issued again."),
            code="payout_reissued",
            field="entries",
        )

    def _changed(self, payout, statement):
        """Return the error of a booked payout that has another amount now, or None."""
        lines = statement.sudo().line_ids.filtered("hub_external_id")
        booked = sum(lines.mapped("amount"))
        currency = statement.currency_id
        if not currency.compare_amounts(booked, float(payout.amount)):
            return None
        return BusinessRuleError(
            self.env._(
                "%(payout)s is booked as %(statement)s with %(booked).2f %(currency)s,"
                " and is now said to be %(now)s.",
                payout=payout.name,
                statement=statement.name,
                booked=booked,
                currency=currency.name,
                now=payout.amount,
            ),
            remedy=self.env._(
                "Compare the statement with the payment provider's, and correct it by"
                " hand, or delete it with its lines; then retry."
            ),
            title=self.env._("Payouts were changed after they were booked."),
            code="payout_changed",
            field="amount",
        )


def _ids(payout):
    """Return the remote ids that the payout's statement lines would bear."""
    return {payout.external_id, *(entry.external_id for entry in payout.entries)}
