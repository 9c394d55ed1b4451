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
