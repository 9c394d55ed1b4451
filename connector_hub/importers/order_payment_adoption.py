# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

PAID = ("paid", "in_payment")


class ImporterOrderPaymentBooking(models.AbstractModel):
    """Money that people, or a bank statement, brought into the books before."""

    _inherit = "hub.importer.order.payment.booking"

    @api.private
    def recognise(self, backend, payments):
        """Find what of the store's payments is in the books already.

        Asked before anything else: what is booked need not fit into an open period.

        :return: the payments that are not to be booked any more
        """
        found = self._by_number(backend, payments)
        if payments - found:
            journals = self.env["hub.mapping"].sudo().lookup(backend, "gateway")
            for order, news in (payments - found).grouped("order_id").items():
                found += self._adopt(order, news, journals)
        return found + self._paid_otherwise(payments - found)

    def _by_number(self, backend, payments):
        """Take what bears the store's ids, whether it settles anything or not."""
        found = payments.browse()
        if not payments:
            return found
        made = self.env["account.payment"].sudo()
        made = made.search(
            [
                *made._check_company_domain(backend.company_id),
                ("hub_external_id", "in", payments.mapped("external_id")),
                ("payment_type", "=", "inbound"),
                ("state", "not in", ("draft", "canceled", "rejected")),
            ]
        )
        taken = self.env["hub.payment"].sudo().search([("payment_id", "in", made.ids)])
        made = (made - taken.payment_id).grouped("hub_external_id")
        for payment in payments:
            if payment.external_id in made:
                _take(payment, made[payment.external_id][:1])
                found += payment
        return found

    def _adopt(self, order, payments, journals):
        """Take what people registered by hand for the payments the store tells of.

        Each for one, the surest first: by the store's own id, by amount and journal,
        by the amount alone unless the journal is another gateway's, by what a payment
        of several orders settles of this one, and one for all.
        """
        shares = self._by_hand(order)
        found = payments.browse()
        if not shares:
            return found
        for is_same in (_names, _of_journal(journals), _of_no_other(journals)):
            for payment in payments - found:
                made = _nearest(payment, [m for m in shares if is_same(m, payment)])
                if made:
                    _take(payment, made)
                    del shares[made]
                    found += payment
        noted = _settled_within(payments - found, shares, _of_no_other(journals, False))
        noted.paid_otherwise = True
        return found + noted

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
        """Return what no store's payment is of the payments of an order's invoices.

        :return: {account.payment: how much of it settles this order's invoices}
        """
        settled = order.invoice_ids.filtered(
            lambda move: (
                move.state == "posted"
                and move.move_type == "out_invoice"
                and move.payment_state != "not_paid"
            )
        ).sudo()
        if not settled:
            return {}
        made = settled._get_reconciled_payments().filtered(
            lambda payment: payment.payment_type == "inbound"
        )
        known = self.env["hub.payment"].sudo().search([("payment_id", "in", made.ids)])
        made -= known.payment_id
        partials = settled.line_ids.matched_credit_ids
        shares = {}
        for payment in made:
            own = partials.filtered(
                lambda row, move=payment.move_id: row.credit_move_id.move_id == move
            )
            amount = sum(own.mapped("debit_amount_currency"))
            shares[payment] = amount if payment.move_id else payment.amount
        return shares


def _amount(payment):
    return payment.amount + payment.rounding


def _is_equal(made, payment):
    return made.currency_id == payment.currency_id and not (
        payment.currency_id.compare_amounts(made.amount, _amount(payment))
    )


def _names(made, payment):
    """Return whether a payment bears the id of the store's."""
    number = payment.external_id.rpartition("/")[2]
    return made.hub_external_id == payment.external_id or (
        made.payment_reference == number and _is_equal(made, payment)
    )


def _of_journal(journals):
    def is_same(made, payment):
        return (
            not made.hub_external_id
            and _is_equal(made, payment)
            and made.journal_id == journals.get(payment.gateway or "")
        )

    return is_same


def _of_no_other(journals, equal=True):
    """Tell whether a payment may be the store's: it is no other gateway's.

    What a person said in the store that was paid may have come in any way.
    """
    taken = {gateway: journal for gateway, journal in journals.items() if journal}

    def is_same(made, payment):
        others = [
            journal
            for gateway, journal in taken.items()
            if gateway != (payment.gateway or "") and not payment.manual
        ]
        return (
            not made.hub_external_id
            and (not equal or _is_equal(made, payment))
            and (
                made.journal_id == taken.get(payment.gateway or "")
                or made.journal_id not in others
            )
        )

    return is_same


def _take(payment, made):
    """Note what a payment is in the books; of another amount, that it is there."""
    if _is_equal(made, payment):
        payment.payment_id = made
    else:
        payment.paid_otherwise = True


def _nearest(payment, candidates):
    """Return the one that is dated most like the store's payment, or None."""
    moment = payment.processed_at or payment.order_id.date_order
    return min(
        candidates,
        key=lambda made: (abs((made.date - moment.date()).days), made.id),
        default=None,
    )


def _settled_within(payments, shares, may_be):
    """Return the payments that are a part of others, or of which one was made of all.

    :param shares: {account.payment: amount}; what is taken is taken off
    """
    found = payments.browse()
    for payment in payments:
        for made, share in shares.items():
            same = not payment.currency_id.compare_amounts(share, _amount(payment))
            if same and may_be(made, payment):
                del shares[made]
                found += payment
                break
    rest = payments - found
    if len(rest) > 1:
        total = sum(map(_amount, rest))
        for made, share in shares.items():
            if not rest.currency_id[:1].compare_amounts(share, total) and all(
                may_be(made, payment) for payment in rest
            ):
                return found + rest
    return found
