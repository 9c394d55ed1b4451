# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import Unavailable

from ..components import sender_settlement
from ..components.sender_settlement import ShopifySettlementSender
from .payment_case import PaymentCase


class TestSettlements(PaymentCase):
    """Money registered in Odoo is told to the store, which does not tell it back."""

    def setUp(self):
        super().setUp()
        self.backend.order_invoice = "never"
        self.out = self.listen(self.backend, "settlement")

    def pay_by_hand(self, gid, gateway="manual"):
        """Invoice an order and register its payment, as an accountant does."""
        order = self.order(gid)
        invoice = order._create_invoices()
        invoice.action_post()
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": self.journals[gateway].id})._create_payments()
        self.env.flush_all()

    def tell(self):
        # a user's commit
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.clear()
        self.perform(self.out, "_collect")
        self.settle()

    def outcome(self):
        return self.messages(self.out)[-1:]

    def kinds(self, gid):
        return [row["kind"] for row in self.shop.orders[gid]["transactions"]]

    def test_a_bank_transfer_marks_the_order_as_paid_and_comes_back_as_itself(self):
        gid = self.sell("unpaid")
        self.pay_by_hand(gid)
        self.tell()
        self.assertEqual(
            (self.outcome().state, self.outcome().error_message), ("done", False)
        )
        self.assertEqual(self.shop.truth[gid].financial_status, "PAID")
        self.bring_in()
        payments = self.invoice(gid).sudo()._get_reconciled_payments()
        self.assertEqual(self.booked(gid), payments)
        self.assertEqual(len(payments), 1)
        self.assertPaid(gid)

    def test_a_payment_in_the_gateways_journal_captures_what_is_authorized(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        self.pay_by_hand(gid, gateway)
        self.tell()
        self.assertEqual(self.outcome().state, "done")
        self.assertEqual(self.kinds(gid), ["AUTHORIZATION", "CAPTURE"])
        self.bring_in()
        self.assertEqual(len(self.booked(gid)), 1)
        self.assertPaid(gid)

    def test_what_the_store_told_us_is_not_told_back(self):
        self.backend.order_invoice = "payment"
        gid = self.sell("unpaid")
        self.shop.till.pay(gid)
        self.bring_in()
        self.tell()
        self.assertPaid(gid)
        self.assertEqual(self.kinds(gid), ["SALE"])
        self.assertFalse(self.messages(self.out).filtered("idempotency_key"))

    def test_a_refusal_of_the_store_is_told_in_its_words(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        other = next(name for name in ("paypal", "klarna") if name != gateway)
        self.pay_by_hand(gid, other)
        self.tell()
        self.assertEqual(
            (self.outcome().state, self.outcome().error_code),
            ("failed", "mark_as_paid"),
        )
        self.assertEqual(self.kinds(gid), ["AUTHORIZATION"])

    def test_a_lost_answer_is_looked_up_and_not_sent_again(self):
        gid = self.sell("unpaid")
        self.pay_by_hand(gid)
        mark = ShopifySettlementSender._mark

        def lost(sender, order):
            mark(sender, order)
            raise Unavailable("The connection broke.", code="reset", sent=True)

        sender = self.backend.adapter()._sender("settlement")
        self.patch(type(sender), "_mark", lost)
        self.patch(sender_settlement, "VISIBLE_AFTER", 0.001)
        self.tell()
        message = self.outcome()
        self.assertEqual(message.state, "in_doubt")
        self.let_time_pass(message)
        self.perform(self.out, "_drain", message.lane)
        self.assertEqual(self.outcome().state, "done")
        self.assertEqual(self.kinds(gid), ["SALE"])

    # === NEVER MORE THAN ONCE ===#

    def pay(self, invoice, gateway, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        values = {"journal_id": self.journals[gateway].id}
        if amount:
            values["amount"] = amount
        wizard.create(values)._create_payments()
        self.env.flush_all()

    def captured(self, gid):
        return [
            float(row["amountSet"]["presentmentMoney"]["amount"])
            for row in self.shop.orders[gid]["transactions"]
            if row["kind"] == "CAPTURE"
        ]

    def bill(self, gid):
        order = self.order(gid)
        invoice = order._create_invoices()
        invoice.action_post()
        return invoice

    def test_the_rest_of_an_authorization_is_captured(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        self.shop.till.capture(gid, "1.00")
        invoice = self.bill(gid)
        self.bring_in()
        self.assertAlmostEqual(invoice.amount_residual, invoice.amount_total - 1)
        self.pay(invoice, gateway)
        self.tell()
        self.assertEqual(self.outcome().error_message, False)
        self.assertEqual(len(self.captured(gid)), 2)
        self.assertAlmostEqual(sum(self.captured(gid)), invoice.amount_total)

    def test_a_capture_made_there_meanwhile_is_not_made_again(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        self.pay_by_hand(gid, gateway)
        self.shop.till.capture(gid, "1.00")
        self.tell()
        self.assertEqual(self.outcome().error_message, False)
        self.assertAlmostEqual(
            sum(self.captured(gid)), self.invoice(gid).amount_total, places=2
        )

    def test_no_more_is_captured_than_was_paid_here(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        invoice = self.bill(gid)
        reversal = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = reversal.create({"journal_id": invoice.journal_id.id}).refund_moves()
        note = self.env["account.move"].browse(action["res_id"])
        note.invoice_line_ids[1:].unlink()
        note.invoice_line_ids.write(
            {"quantity": 1, "price_unit": 4, "discount": 0, "tax_ids": False}
        )
        note.action_post()
        lines = (invoice | note).line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        lines.reconcile()
        self.pay(invoice, gateway)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))
        self.tell()
        self.assertAlmostEqual(sum(self.captured(gid)), invoice.amount_total - 4)

    def test_a_bank_transfer_captures_nothing_whatever_else_the_gateway_paid(self):
        gid = self.sell("authorized")
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        self.shop.till.capture(gid, "1.00")
        invoice = self.bill(gid)
        self.bring_in()
        other = next(name for name in ("paypal", "klarna") if name != gateway)
        self.pay(invoice, other)
        self.tell()
        self.assertEqual(self.captured(gid), [1.0])
