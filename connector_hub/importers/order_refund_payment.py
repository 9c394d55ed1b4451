# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..exceptions import MappingError


class ImporterOrderRefundPayment(models.AbstractModel):
    """Money that went back: a payment of the gateway's journal for each transaction.

    It settles the credit note; what nobody was paid back for settles the invoice.
    """

    _name = "hub.importer.order.refund.payment"
    _description = "Payments of Refunds"

    @api.private
    def pay_back(self, backend, records):
        """Book what the store has paid back, and settle credit notes.

        :return: {order id: error} of the orders that cannot be booked yet
        :raises MappingError: a gateway has no journal
        """
        if not getattr(backend, "order_register_payment", False):
            return {}
        records = self._in_books(records)
        booked, errors = self._book(backend, records)
        for record in records.filtered("move_id"):
            self._settle(record, booked)
        for order in (records - records.filtered("move_id")).order_id:
            self._clear(order)
        kept = records.filtered(lambda row: row.move_id.move_type == "out_invoice")
        if kept:
            booking = self.env["hub.importer.order.payment.booking"]
            booking.reconcile(backend, kept.order_id.sudo(False))
        return errors

    def _in_books(self, records):
        """Leave out orders whose money never came into the books.

        What came for an order goes back, even if that was cancelled meanwhile.
        """
        orders = records.order_id
        received = (
            self.env["hub.payment"]
            .sudo()
            .search(
                [
                    ("order_id", "in", orders.ids),
                    ("kind", "in", ("sale", "capture")),
                    ("payment_id", "!=", False),
                ]
            )
        )
        orders = orders.filtered(lambda o: o.state == "sale") | received.order_id
        return records.filtered(
            lambda refund: refund.order_id in orders and refund.origin != "before"
        )

    def _book(self, backend, records):
        """Return the hub payments of the refunds, and {order id: error}."""
        payments = self._told(backend, records)
        self._adopt(records, payments)
        journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
        wanted, errors = [], {}
        for payment in payments.filtered(lambda row: not row.payment_id):
            gateway = payment.gateway or ""
            if gateway in journals and journals[gateway] is None:
                continue
            if not journals.get(gateway):
                raise self._unmapped(backend, payment)
            values = self._values(backend, payment, journals[gateway])
            error = self._closed(backend, payment, values["date"], journals[gateway])
            if error:
                errors.setdefault(payment.order_id.id, error)
            else:
                wanted.append((payment, values))
        entries = self.env["hub.importer.order.payment.entry"]
        made = entries.enter([values for _row, values in wanted])
        for (payment, _values), booked in zip(wanted, made, strict=True):
            payment.payment_id = booked
        return payments, errors

    def _told(self, backend, records):
        """Return what the store says of the refunds' payments that have arrived."""
        payments = self.env["hub.payment"].sudo()
        ids = [row.external_id for rec in records for row in rec.document().payments]
        if not ids:
            return payments
        payments = payments.search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "in", ids),
                ("kind", "=", "refund"),
                ("status", "=", "success"),
            ]
        )
        if backend.environment == "production":
            payments = payments.filtered(lambda payment: not payment.test)
        return payments

    def _closed(self, backend, payment, day, journal):
        """Return the error of a payment that belongs into a closed period, or None.

        Odoo would move its entry to an open one: that is not ours to decide.
        """
        company = backend.company_id.sudo()
        locks = company._get_violated_lock_dates(day, False, journal)
        if not locks:
            return None
        invoicing = self.env["hub.importer.order.invoice"]
        return invoicing.closed_period(payment.order_id, day, locks[-1][0])

    def _adopt(self, records, payments):
        """Take what people paid on a credit note for what the store tells of."""
        by_id = {row.external_id: row for row in payments if not row.payment_id}
        for record in records.filtered("move_id") if by_id else ():
            made = record.move_id.sudo()._get_reconciled_payments()
            known = self.env["hub.payment"].sudo()
            made -= known.search([("payment_id", "in", made.ids)]).payment_id
            for row in record.document().payments:
                payment = by_id.get(row.external_id, known.browse())
                same = made.filtered(lambda paid, p=payment: _is_same(paid, p))[:1]
                if payment and same:
                    payment.payment_id = same
                    made -= same

    def _unmapped(self, backend, payment):
        return MappingError(
            self.env._(
                'Payment gateway "%(gateway)s" of %(backend)s has no journal in Odoo.',
                gateway=payment.gateway or "",
                backend=backend.name,
            ),
            remedy=self.env._(
                "Choose the journal its payments are booked in, then retry."
            ),
            kind="gateway",
            field="refunds",
            value=payment.gateway or "",
        )

    def _values(self, backend, payment, journal):
        order, moment = payment.order_id, payment.processed_at
        invoicing = self.env["hub.importer.order.invoice"]
        line = journal.outbound_payment_method_line_ids[:1]
        return {
            "payment_type": "outbound",
            "partner_type": "customer",
            "partner_id": order.partner_invoice_id.commercial_partner_id.id,
            "company_id": backend.company_id.id,
            "journal_id": journal.id,
            "payment_method_line_id": line.id,
            "currency_id": payment.currency_id.id,
            "amount": payment.amount,
            "date": invoicing.day(backend, moment or fields.Datetime.now()),
            "memo": self.env._("Refund of %s", order.client_order_ref or order.name),
            "payment_reference": payment.external_id.rpartition("/")[2],
        }

    def _clear(self, order):
        """Settle what was paid for a cancelled order with what was paid back.

        Nothing of it was invoiced, so there is no credit note in between.
        """
        if order.state != "cancel":
            return
        made = order.sudo().hub_payment_ids.payment_id
        lines = made.move_id.line_ids.filtered(
            lambda line: line.parent_state == "posted" and _is_open(line)
        )
        for open_lines in lines.grouped("account_id").values():
            if len({line.balance > 0 for line in open_lines}) > 1:
                open_lines.with_env(self.env).reconcile()

    def _settle(self, record, booked):
        """Reconcile the credit note with what was paid back, then with the invoice."""
        ids = {row.external_id for row in record.document().payments}
        payments = booked.filtered(lambda payment: payment.external_id in ids)
        owed = record.move_id.line_ids.filtered(_is_open)
        paid = payments.payment_id.move_id.line_ids.filtered(_is_open)
        paid = paid.filtered(lambda line: line.account_id in owed.account_id)
        if owed and paid:
            (owed | paid).with_env(self.env).reconcile()
        owed = owed.filtered(_is_open)
        invoices = record.order_id.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.move_type == "out_invoice"
        )
        lines = invoices.line_ids.filtered(_is_open)
        lines = lines.filtered(lambda line: line.account_id in owed.account_id)
        if owed and lines and not record.paid:
            (owed | lines).with_env(self.env).reconcile()


def _is_open(line):
    return line.account_id.account_type == "asset_receivable" and not line.reconciled


def _is_same(made, payment):
    return (
        made.payment_type == "outbound"
        and made.currency_id == payment.currency_id
        and not made.currency_id.compare_amounts(made.amount, payment.amount)
    )
