# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

PAID = ("paid", "in_payment")


class ImporterOrderPaymentBooking(models.AbstractModel):
    """Money that people, or a bank statement, brought into the books before."""

    _inherit = "hub.importer.order.payment.booking"

    def _adopt(self, payments):
        """Take what people registered by hand for the payment that the store tells of.

        The store may even have it from us.

        :return: the payments that are booked now
        """
        adopted = payments.browse()
        for order, found in payments.grouped("order_id").items():
            by_hand = self._by_hand(order)
            for payment in found:
                same = by_hand.filtered(lambda made, p=payment: _is_same(made, p))[:1]
                if same:
                    payment.payment_id = same
                    by_hand -= same
                    adopted += payment
        return adopted

    def _paid_otherwise(self, payments):
        """Note the payments whose money is in the books without a payment.

        Their orders' invoices were paid before the first of them was booked.
        """
        found = payments.browse()
        for order, news in payments.grouped("order_id").items():
            invoices = order.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.move_type == "out_invoice"
            )
            total = sum(invoices.mapped("amount_total"))
            if (
                invoices
                and all(move.payment_state in PAID for move in invoices)
                and order.currency_id.compare_amounts(total, order.amount_total) >= 0
                and not order.sudo().hub_payment_ids.payment_id
            ):
                found += news
        found.paid_otherwise = True
        return found

    def _by_hand(self, order):
        """Return the payments of an order's invoices that no store's payment is."""
        settled = order.invoice_ids.filtered(
            lambda move: move.state == "posted" and move.payment_state != "not_paid"
        )
        if not settled:
            return self.env["account.payment"].sudo()
        made = settled.sudo()._get_reconciled_payments()
        known = self.env["hub.payment"].sudo().search([("payment_id", "in", made.ids)])
        return made - known.payment_id


def _is_same(made, payment):
    amount = payment.amount + payment.rounding
    return made.currency_id == payment.currency_id and not (
        payment.currency_id.compare_amounts(made.amount, amount)
    )
