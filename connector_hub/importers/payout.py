# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
from decimal import Decimal

from odoo import fields, models

from ..documents.payout import PayoutStatus
from ..exceptions import BusinessRuleError, InvalidData

ZERO = Decimal(0)


class ImporterPayout(models.AbstractModel):
    """Payouts to bank statements, prepared so that Odoo finds the payments.

    A line bears the partner and the label of the payment it stands for, which is what
    Odoo's matching looks at.
    """

    _name = "hub.importer.payout"
    _inherit = "hub.importer.base"
    _description = "Importer of Payouts"

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        binder = backend.binder("payout")
        existing = binder.to_internal_many(task.external_id for task in tasks)
        new = []
        for task in tasks:
            statement = existing.get(task.external_id)
            if statement:
                self._check_unchanged(task, statement)
            elif task.document.status is not PayoutStatus.PAID:
                # nothing has moved; its next status comes with another poll
                task.settle("skipped")
            else:
                task.error = self._objection(backend, task.document)
                if not task.error:
                    new.append(task)
        self._refuse_reissued(backend, new)
        self._create(backend, [task for task in new if not task.error])
        done = [
            (task, self.env["account.bank.statement"].browse(task.res_id))
            for task in tasks
            if task.state == "done"
        ]
        self._bind(
            backend,
            "payout",
            [(task, record, {"name": task.document.name}) for task, record in done],
        )

    # === CHECKS ===#

    def _check_unchanged(self, task, statement):
        """A booked payout that failed afterwards is a person's business."""
        if task.document.status is PayoutStatus.PAID:
            task.error = self._changed(task.document, statement)
            if not task.error:
                task.settle("done", statement)
            return
        task.error = BusinessRuleError(
            self.env._(
                "%(payout)s is booked as %(statement)s, and is now said to be"
                " %(status)s.",
                payout=task.document.name,
                statement=statement.name,
                status=task.document.status.value,
            ),
            remedy=self.env._(
                "Ask the payment provider, correct the statement by hand, then skip"
                " the message."
            ),
            title=self.env._("Payouts failed after they were booked."),
            code="payout_failed",
            field="status",
        )

    def _objection(self, backend, payout):
        journal = backend.payout_journal_id
        if not journal:
            return self._no_journal(backend, payout)
        currency = journal.currency_id or journal.company_id.currency_id
        if currency.name != payout.currency:
            return self._other_currency(payout, journal, currency)
        if payout.entries and sum((e.net for e in payout.entries), ZERO) != (
            payout.amount
        ):
            return self._incomplete(payout)
        day = self._day(backend, payout.issued_at)
        company = backend.company_id.sudo()
        locks = company._get_violated_lock_dates(day, False, journal)
        return self._closed(payout, day, locks[-1][0]) if locks else None

    def _no_journal(self, backend, payout):
        return BusinessRuleError(
            self.env._("%s cannot be booked: no journal is chosen.", payout.name),
            remedy=self.env._(
                "Choose the journal for payouts on %s, then retry.", backend.name
            ),
            title=self.env._("No journal for payouts is chosen."),
            code="payout_journal",
            field="journal",
        )

    def _other_currency(self, payout, journal, currency):
        return BusinessRuleError(
            self.env._(
                "%(payout)s is in %(theirs)s, journal %(journal)s in %(ours)s.",
                payout=payout.name,
                theirs=payout.currency,
                journal=journal.display_name,
                ours=currency.name,
            ),
            remedy=self.env._(
                "Choose a journal in the payout's currency on the backend, then retry."
            ),
            title=self.env._("Payouts are in another currency than their journal."),
            code="payout_currency",
            field="currency",
        )

    def _incomplete(self, payout):
        return InvalidData(
            self.env._(
                "The entries of %(payout)s make %(sum)s, but %(amount)s were paid out.",
                payout=payout.name,
                sum=sum((entry.net for entry in payout.entries), ZERO),
                amount=payout.amount,
            ),
            remedy=self.env._(
                "Retry later: entries may still be missing. Otherwise set the payout"
                " statements of the backend to one line per payout."
            ),
            title=self.env._("Entries of payouts do not make up their amounts."),
            code="payout_sum",
            field="entries",
        )

    def _closed(self, payout, day, lock):
        return BusinessRuleError(
            self.env._(
                "%(payout)s was paid out on %(day)s, but the books are closed until"
                " %(lock)s.",
                payout=payout.name,
                day=fields.Date.to_string(day),
                lock=fields.Date.to_string(lock),
            ),
            remedy=self.env._(
                "Ask your accountant to open the period and retry, or skip the message."
            ),
            title=self.env._("Payouts belong into a closed accounting period."),
            code="closed_period",
            field="date",
        )

    # === STATEMENTS ===#

    def _create(self, backend, tasks):
        if not tasks:
            return
        payments = self._payments(backend, tasks)
        rows = []
        for task in tasks:
            rows.append(self._lines(backend, task.document, payments))
        # only accountants may write statements: whoever chose the journal is one
        statements = self.env["account.bank.statement"].sudo()
        created = statements.create(
            [
                {
                    "name": task.document.name,
                    "reference": task.document.trace or task.document.name,
                    "line_ids": [(0, 0, line) for line in lines],
                }
                for task, lines in zip(tasks, rows, strict=True)
            ]
        )
        for task, statement in zip(tasks, created, strict=True):
            statement.balance_end_real = statement.balance_end
            task.settle("done", statement.sudo(False))

    def _payments(self, backend, tasks):
        """Return {remote payment id: hub.payment} of all entries."""
        ids = {entry.payment_id for t in tasks for entry in t.document.entries}
        found = (
            self.env["hub.payment"]
            .sudo()
            .search(
                [
                    ("backend_id", "=", backend.id),
                    ("external_id", "in", list(filter(None, ids))),
                ]
            )
        )
        return {payment.external_id: payment for payment in found}

    def _lines(self, backend, payout, payments):
        line = {
            "journal_id": backend.payout_journal_id.id,
            "date": self._day(backend, payout.issued_at),
        }
        if backend.payout_detail == "payout" or not payout.entries:
            label = f"{payout.name} {payout.trace}".strip()
            return [
                {
                    **line,
                    "payment_ref": label,
                    "amount": float(payout.amount),
                    "hub_external_id": payout.external_id,
                }
            ]
        rows = [
            {**line, **self._entry(payout, entry, payments.get(entry.payment_id))}
            for entry in payout.entries
            if entry.amount
        ]
        return [*rows, *self._fees(payout, line)]

    def _entry(self, payout, entry, payment):
        """Return what Odoo's matching is to find the payment by."""
        booked = payment.payment_id if payment else None
        label = (booked and booked.memo) or f"{entry.order_name} {entry.type}".strip()
        partner = (
            booked.partner_id
            if booked
            else payment and payment.order_id.partner_invoice_id.commercial_partner_id
        )
        return {
            "payment_ref": label,
            "partner_id": partner.id if partner else False,
            "transaction_type": entry.type,
            "amount": float(entry.amount),
            "hub_external_id": entry.external_id,
        }

    def _fees(self, payout, line):
        """Return a line per kind of entry with what the provider kept of them."""
        fees = defaultdict(Decimal)
        for entry in payout.entries:
            fees[entry.type] += entry.fee
        return [
            {
                **line,
                "payment_ref": self.env._(
                    "Fees of %(payout)s: %(kind)s", payout=payout.name, kind=kind
                ),
                "transaction_type": "fee",
                "amount": float(-fee),
                "hub_external_id": f"{payout.external_id}#fee:{kind}",
            }
            for kind, fee in fees.items()
            if fee
        ]

    def _day(self, backend, moment):
        naive = fields.Datetime.to_datetime(moment.strftime("%Y-%m-%d %H:%M:%S"))
        return self.env["hub.importer.order.invoice"].day(backend, naive)
