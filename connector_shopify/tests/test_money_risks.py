# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from .payment_case import PaymentCase


class MoneyCase(PaymentCase):
    """What people do about money of orders that the store tells of as well."""

    def look_again(self, gid):
        self.shop.touch(gid, note="news")
        self.bring_in()
        self.find_due()

    def retry(self, gid):
        self.message(gid).action_retry()
        self.settle()

    def pay_by_hand(self, moves, amount=None, gateway="", **values):
        """Register a payment of invoices as an accountant does."""
        if gateway:
            values["journal_id"] = self.journals[gateway].id
        if amount is not None:
            values["amount"] = amount
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=moves.ids
        )
        return wizard.create(values)._create_payments()

    def invoice_by_hand(self, gid):
        invoice = self.order(gid)._create_invoices()
        invoice.action_post()
        return invoice

    def total_booked(self, gid):
        """Return what is in the books for an order, by whomever."""
        payments = self.invoice(gid)._get_reconciled_payments() | self.booked(gid)
        return sum(payments.mapped("amount"))

    def refund_line(self, gid, **options):
        line = self.shop.orders[gid]["lineItems"][0]
        made = self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)], **options)
        self.bring_in()
        return made

    def paid_back(self, gid):
        return self.noted(gid).filtered(lambda note: note.kind == "refund").payment_id


class TestClosedPeriods(MoneyCase):
    """Money of a closed period waits for the accountant, and not for ever."""

    def test_refund_paid_back_in_a_closed_period_is_a_question(self):
        gid = self.sell()
        made = self.refund_line(gid, pending=True)
        self.assertFalse(self.paid_back(gid))
        for row in made["transactions"]:
            row["status"] = "SUCCESS"
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.shop.touch(gid, note="arrived")
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "closed_period")
        self.assertFalse(self.paid_back(gid))
        self.company.fiscalyear_lock_date = False
        self.retry(gid)
        self.assertEqual(self.message(gid).state, "done")
        self.assertTrue(self.paid_back(gid))

    def test_credit_note_stays_when_its_payment_is_of_a_closed_period(self):
        gid = self.sell()
        bank = self.booked(gid).journal_id
        locks = type(self.company)
        ask = locks._get_violated_lock_dates

        def violated(company, day, has_tax, journal):
            closed = [(day, "fiscalyear_lock_date")] if journal == bank else []
            return closed or ask(company, day, has_tax, journal)

        self.patch(locks, "_get_violated_lock_dates", violated)
        self.refund_line(gid)
        self.assertEqual(self.message(gid).error_code, "closed_period")
        (record,) = self.order(gid).hub_refund_ids
        self.assertEqual(record.move_id.state, "posted")
        self.assertFalse(self.paid_back(gid))

    def test_refund_entered_by_hand_in_an_open_period_ends_the_question(self):
        gid = self.sell()
        made = self.refund_line(gid, pending=True)
        (record,) = self.order(gid).hub_refund_ids
        entered = self.pay_by_hand(record.move_id, gateway="manual")
        for row in made["transactions"]:
            row["status"] = "SUCCESS"
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.shop.touch(gid, note="arrived")
        self.bring_in()
        self.assertEqual(self.message(gid).state, "done")
        self.assertEqual(self.paid_back(gid), entered)

    def test_payment_entered_by_hand_in_an_open_period_ends_the_question(self):
        gid = self.place()
        self.bring_in()
        self.order(gid).with_context(tracking_disable=True).action_confirm()
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.find_due()
        self.assertEqual(self.message(gid).error_code, "closed_period")
        # entered by hand where it was open
        self.company.fiscalyear_lock_date = False
        entered = self.pay_by_hand(self.invoice_by_hand(gid))
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.retry(gid)
        self.assertEqual(self.message(gid).state, "done")
        self.assertEqual(self.booked(gid), entered)
        self.assertAlmostEqual(self.total_booked(gid), float(self.amounts(gid).total))


class TestEqualPayments(MoneyCase):
    """Payments alike are told apart by their number, journal and share."""

    def setUp(self):
        super().setUp()
        self.backend.order_invoice = "never"

    def authorized(self):
        gid = self.place("authorized")
        self.bring_in()
        self.confirm(gid)
        return gid, self.invoice_by_hand(gid)

    def test_one_of_two_equal_captures_was_entered_by_hand(self):
        gid, invoice = self.authorized()
        self.pay_by_hand(invoice, amount=5)
        self.shop.till.capture(gid, "5.00")
        self.bring_in()
        self.shop.till.capture(gid, "5.00")
        self.bring_in()
        self.assertEqual(len(self.booked(gid)), 2)
        self.assertAlmostEqual(self.total_booked(gid), 10)

    def test_two_equal_captures_entered_as_one_are_not_booked_again(self):
        gid, invoice = self.authorized()
        self.pay_by_hand(invoice, amount=10)
        self.shop.till.capture(gid, "5.00")
        self.shop.till.capture(gid, "5.00")
        self.bring_in()
        self.assertAlmostEqual(self.total_booked(gid), 10)
        noted = self.noted(gid).filtered(lambda note: note.kind == "capture")
        self.assertEqual(noted.mapped("stage"), ["noted", "noted"])
        self.assertEqual(self.order_flow._due_ids(), [])

    def test_equal_payments_of_two_gateways_stay_in_their_journals(self):
        gid = self.place("unpaid")
        self.bring_in()
        self.confirm(gid)
        invoice = self.invoice_by_hand(gid)
        entered = self.pay_by_hand(invoice, amount=5, gateway="paypal")
        self.shop.till.pay(gid, "5.00", gateway="klarna")
        self.bring_in()
        self.shop.till.pay(gid, "5.00", gateway="paypal")
        self.bring_in()
        booked = {note.gateway: note.payment_id for note in self.noted(gid)}
        self.assertEqual(booked["paypal"], entered)
        self.assertEqual(booked["klarna"].journal_id, self.journals["klarna"])
        self.assertAlmostEqual(self.total_booked(gid), 10)

    def test_payment_of_several_orders_counts_with_its_share(self):
        gids = [self.place("unpaid") for _number in range(2)]
        self.bring_in()
        self.confirm()
        buyer = self.order(gids[0]).partner_id
        invoices = self.env["account.move"]
        for gid in gids:
            invoice = self.order(gid)._create_invoices()
            invoice.partner_id = buyer
            invoice.action_post()
            invoices |= invoice
        made = self.pay_by_hand(
            invoices, amount=invoices[0].amount_total + 5, group_payment=True
        )
        self.assertEqual(len(made), 1)
        self.assertAlmostEqual(
            invoices[1].amount_total - invoices[1].amount_residual, 5
        )
        self.shop.till.pay(gids[1], "5.00")
        self.bring_in()
        self.assertFalse(self.booked(gids[1]))
        self.assertEqual(self.noted(gids[1]).mapped("stage"), ["noted"])


class TestCancelledByPeople(MoneyCase):
    """What people have cancelled in Odoo is not made again, and not forgotten."""

    def cancel_invoice(self, gid):
        invoice = self.invoice(gid)
        invoice.button_draft()
        invoice.button_cancel()

    def test_cancelled_invoice_is_not_made_again(self):
        gid = self.sell()
        self.cancel_invoice(gid)
        self.assertEqual(self.order_flow._due_ids(), [])
        self.look_again(gid)
        self.assertEqual(self.message(gid).error_code, "invoice_cancelled")
        self.assertEqual(self.invoice(gid).mapped("state"), ["cancel"])

    def test_another_invoice_made_by_hand_ends_the_question(self):
        gid = self.sell()
        self.cancel_invoice(gid)
        self.look_again(gid)
        self.invoice_by_hand(gid)
        self.retry(gid)
        self.assertEqual(self.message(gid).state, "done")
        self.assertEqual(
            sorted(self.invoice(gid).mapped("state")), ["cancel", "posted"]
        )

    def test_capture_for_an_order_cancelled_in_odoo_is_told(self):
        gid = self.sell("authorized")
        self.order(gid)._action_cancel()
        self.look_again(gid)
        self.assertEqual(self.message(gid).state, "done")
        self.shop.till.capture(gid)
        self.bring_in()
        message = self.message(gid)
        self.assertEqual(message.error_code, "cancelled_money")
        self.assertIn(self.order(gid).name, message.error_message)
        self.assertEqual(self.paid(gid), self.amounts(gid).received)
        self.shop.refunds.make(gid, amount=str(self.amounts(gid).received))
        self.bring_in()
        self.assertEqual(self.message(gid).state, "done")

    def test_money_kept_is_told_where_nothing_is_booked(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.sell("authorized")
        self.order(gid)._action_cancel()
        self.shop.till.capture(gid)
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "cancelled_money")
        self.assertFalse(self.booked(gid))


class TestCancelledBeforeConfirmation(MoneyCase):
    """Money that came and went with an order nobody confirmed is in the books."""

    def come_and_go(self):
        gid = self.place("unpaid")
        self.shop.till.pay(gid)
        lines = [
            (row["id"], row["quantity"], "CANCEL", None)
            for row in self.shop.orders[gid]["lineItems"]
        ]
        self.shop.refunds.make(gid, lines, shipping="full")
        self.shop.edits.cancel(gid)
        return gid

    def test_payment_and_its_return_are_booked_and_settle_each_other(self):
        gid = self.come_and_go()
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertEqual(self.order(gid).state, "cancel")
        self.assertFalse(self.invoice(gid))
        payments = self.booked(gid)
        self.assertEqual(
            sorted(payments.mapped("payment_type")), ["inbound", "outbound"]
        )
        owed = payments.move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        self.assertEqual(owed.mapped("reconciled"), [True, True])

    def test_money_that_stays_with_the_store_is_booked(self):
        gid = self.place("cancelled")
        self.bring_in()
        self.assertEqual(self.message(gid).state, "done")
        self.assertEqual(self.paid(gid), self.amounts(gid).received)

    def test_what_came_and_went_in_a_closed_period_is_only_noted(self):
        gid = self.come_and_go()
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertFalse(self.booked(gid))
