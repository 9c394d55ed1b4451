# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ImporterOrderRefundPayment(models.AbstractModel):
    """Money that went back: a payment of the gateway's journal for each transaction.

    It settles the credit note; what nobody was paid back for settles the invoice.
    """

    _name = "hub.importer.order.refund.payment"
    _description = "Payments of Refunds"

    @api.private
    def pay_back(self, backend, records):
        """Book what the store has paid back, and settle credit notes.

        :raises MappingError: a gateway has no journal
        """
        if not getattr(backend, "order_register_payment", False):
            return
        records = records.filtered(lambda refund: refund.order_id.state == "sale")
        booked = self._book(backend, records)
        for record in records.filtered("move_id"):
            self._settle(record, booked)

    def _book(self, backend, records):
        """Return the hub payments of the refunds, each with its account payment."""
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
        journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
        booking = self.env["hub.importer.order.booking"]
        wanted = []
        for payment in payments.filtered(lambda row: not row.payment_id):
            gateway = payment.gateway or ""
            if gateway in journals and journals[gateway] is None:
                continue
            if not journals.get(gateway):
                raise booking._unmapped(backend, payment)
            wanted.append((payment, self._values(backend, payment, journals[gateway])))
        made = self.env["account.payment"].create([values for _row, values in wanted])
        made.action_post()
        for (payment, _values), booked in zip(wanted, made, strict=True):
            payment.payment_id = booked
        return payments

    def _values(self, backend, payment, journal):
        booking = self.env["hub.importer.order.booking"]
        values = booking._values(backend, payment, journal)
        line = journal.outbound_payment_method_line_ids[:1]
        values.update(payment_type="outbound", payment_method_line_id=line.id)
        return values

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
