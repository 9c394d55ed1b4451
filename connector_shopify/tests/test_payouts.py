# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import fields

from .payment_case import PaymentCase
from .simulator import SCOPES


class TestPayouts(PaymentCase):
    """Payouts of Shopify Payments become bank statements."""

    def setUp(self):
        super().setUp()
        self.shop.scopes = (
            *SCOPES,
            "read_shopify_payments",
            "read_shopify_payments_payouts",
        )
        self.journals["shopify_payments"].currency_id = self.env.ref("base.EUR")
        self.backend.payout_journal_id = self.journals["shopify_payments"]
        self.payout_flow = self.flow(self.backend, "payout")
        self.payout_flow.state = "running"

    def sell_by_card(self):
        gid = self.sell("unpaid")
        self.shop.till.pay(gid, gateway="shopify_payments")
        self.bring_in()
        return gid

    def pay_out(self, status="PAID"):
        return self.shop.payouts.truth(self.shop.payouts.pay_out(status))

    def read_payouts(self):
        # whoever reads again begins at the cursor
        self.poll(self.payout_flow)
        self.settle()

    def statement(self, truth):
        return (
            self.bound(self.backend, "payout", truth["id"])
            or self.env["account.bank.statement"].browse()
        )

    def payout_message(self, truth):
        return self.messages(self.payout_flow, external_id=truth["id"])[-1:]

    def test_a_payout_is_a_statement_whose_lines_find_their_payments(self):
        gids = {self.sell_by_card() for _number in range(3)}
        truth = self.pay_out()
        self.read_payouts()
        statement = self.statement(truth)
        self.assertEqual(statement.journal_id, self.backend.payout_journal_id)
        lines = {line.hub_external_id: line for line in statement.line_ids}
        for entry, amount in truth["entries"].items():
            gid, line = truth["orders"][entry], lines[entry]
            payment = self.booked(gid)
            self.assertIn(gid, gids)
            self.assertAlmostEqual(line.amount, float(amount), places=2)
            self.assertEqual(line.partner_id, payment.partner_id)
            self.assertEqual(line.payment_ref, payment.memo)
        total = Decimal(str(round(sum(statement.line_ids.mapped("amount")), 2)))
        self.assertEqual(total, Decimal(truth["net"]))
        self.assertTrue(statement.is_complete)

    def test_fees_are_a_line_of_their_own(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        fee = self.statement(truth).line_ids.filtered(
            lambda line: line.transaction_type == "fee"
        )
        self.assertAlmostEqual(fee.amount, -float(truth["fees"]), places=2)

    def test_one_line_per_payout_where_that_is_wanted(self):
        self.backend.payout_detail = "payout"
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        line = self.statement(truth).line_ids
        self.assertEqual(len(line), 1)
        self.assertAlmostEqual(line.amount, float(truth["net"]), places=2)

    def test_a_payout_that_is_read_again_is_not_booked_again(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        before = self.statement(truth).line_ids
        self.payout_flow.cursor = False
        self.read_payouts()
        self.payout_message(truth).action_retry()
        self.settle()
        self.assertEqual(self.statement(truth).line_ids, before)
        self.assertEqual(self.env["hub.shopify.payout"].search_count([]), 1)

    def test_a_planned_payout_is_booked_once_it_is_paid(self):
        self.sell_by_card()
        truth = self.pay_out("SCHEDULED")
        self.read_payouts()
        self.assertFalse(self.statement(truth))
        self.shop.payouts.find(truth["id"])["status"] = "PAID"
        self.read_payouts()
        self.assertTrue(self.statement(truth))

    def test_a_booked_payout_that_fails_is_a_question_for_people(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        self.shop.payouts.find(truth["id"])["status"] = "FAILED"
        self.read_payouts()
        self.assertEqual(self.payout_message(truth).error_code, "payout_failed")
        self.assertTrue(self.statement(truth))

    def test_a_missing_scope_is_named_and_stops_nothing_else(self):
        self.shop.scopes = SCOPES
        self.read_payouts()
        problem = self.exceptions(self.backend)
        self.assertIn("read_shopify_payments_payouts", problem.mapped("remedy")[0])
        self.assertEqual(self.backend.state, "connected")
        gid = self.sell("plain")
        self.assertTrue(self.order(gid))

    def test_without_a_journal_people_are_asked_for_one(self):
        self.backend.payout_journal_id = False
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        message = self.payout_message(truth)
        self.assertEqual(message.error_code, "payout_journal")
        self.backend.payout_journal_id = self.journals["shopify_payments"]
        message.action_retry()
        self.settle()
        self.assertTrue(self.statement(truth))

    def test_a_closed_period_is_not_booked_into(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.company.fiscalyear_lock_date = fields.Date.today()
        self.read_payouts()
        self.assertEqual(self.payout_message(truth).error_code, "closed_period")

    def reissue(self, truth):
        """Let the bank return a payout, and Shopify issue it again."""
        first = self.shop.payouts.find(truth["id"])
        gid, number = self.shop.generator.ids.next("ShopifyPaymentsPayout")
        again = {**first, "id": gid, "legacyResourceId": number}
        first["status"] = "FAILED"
        self.shop.payouts.payouts.append(again)
        for entry in self.shop.payouts.entries:
            if entry["associatedPayout"]["id"] == truth["id"]:
                entry["associatedPayout"]["id"] = gid
        return self.shop.payouts.truth(again)

    def test_a_payout_issued_again_is_a_question_that_names_the_statement(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        statement = self.statement(truth)
        again = self.reissue(truth)
        self.read_payouts()
        message = self.payout_message(again)
        self.assertEqual(message.error_code, "payout_reissued")
        self.assertIn(statement.name, message.error_message)
        lines = statement.line_ids
        statement.unlink()
        lines.unlink()
        message.action_retry()
        self.settle()
        self.assertEqual(self.payout_message(again).state, "done")
        self.assertTrue(self.statement(again))

    def test_a_booked_payout_of_another_amount_is_a_question(self):
        self.sell_by_card()
        truth = self.pay_out()
        self.read_payouts()
        net = self.shop.payouts.find(truth["id"])["net"]
        net["amount"] = str(Decimal(net["amount"]) + 1)
        self.payout_message(truth).action_retry()
        self.settle()
        self.assertEqual(self.payout_message(truth).error_code, "payout_changed")
