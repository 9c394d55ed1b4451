# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .payment_case import PaymentCase


class TestRefundPayments(PaymentCase):
    """Money the shop pays back, of orders that are invoiced and paid by themselves."""

    def refund(self, gid, **options):
        line = self.shop.orders[gid]["lineItems"][0]
        made = self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)], **options)
        self.bring_in()
        record = self.env["hub.order.refund"].search(
            [("order_id", "=", self.order(gid).id)], order="id desc", limit=1
        )
        return made, record

    def paid_back(self, gid):
        return self.noted(gid).filtered(lambda note: note.kind == "refund").payment_id

    def test_money_paid_back_settles_the_credit_note(self):
        for scenario in ("plain", "yen", "paid_with_gift_card"):
            with self.subTest(scenario=scenario):
                gid = self.sell(scenario)
                _made, record = self.refund(gid)
                truth = self.shop.truth[gid].refunds[-1]
                payments = self.paid_back(gid)
                self.assertEqual(set(payments.mapped("payment_type")), {"outbound"})
                self.assertAlmostEqual(
                    sum(payments.mapped("amount")), float(truth.paid_presentment)
                )
                note = record.move_id
                self.assertAlmostEqual(
                    note.amount_total, float(truth.value_presentment)
                )
                self.assertEqual(note.amount_residual, 0)
                self.assertIn(note.payment_state, ("paid", "in_payment"))

    def test_order_is_invoiced_once_whatever_is_refunded(self):
        gid = self.sell("plain")
        for _round in range(2):
            self.shop.refunds.make(gid, amount="1.00")
            self.bring_in()
        self.find_due()
        kinds = self.invoice(gid).mapped("move_type")
        self.assertEqual(kinds.count("out_invoice"), 1)

    def test_money_on_its_way_is_booked_when_it_has_arrived(self):
        gid = self.sell("plain")
        made, record = self.refund(gid, pending=True)
        self.assertFalse(self.paid_back(gid))
        self.assertTrue(record.move_id.amount_residual)
        for row in made["transactions"]:
            row["status"] = "SUCCESS"
        self.shop.touch(gid, note="arrived")
        self.bring_in()
        self.assertTrue(self.paid_back(gid))
        self.assertEqual(record.move_id.amount_residual, 0)

    # === STORE CREDIT ===#

    def open_credit_journal(self):
        """Map store credit to a journal whose money is a debt to customers."""
        journal = self.map_gateway("shopify_store_credit")
        debt = self.env["account.account"].create(
            {
                "name": "Store Credit",
                "code": "217777",
                "account_type": "liability_current",
                "reconcile": True,
            }
        )
        lines = journal.inbound_payment_method_line_ids
        lines |= journal.outbound_payment_method_line_ids
        lines.payment_account_id = debt
        return journal, debt

    def owed_as_credit(self, debt):
        lines = self.env["account.move.line"].search(
            [("account_id", "=", debt.id), ("parent_state", "=", "posted")]
        )
        return -sum(lines.mapped("balance"))

    def refund_as_credit(self):
        journal, debt = self.open_credit_journal()
        gid = self.sell("plain")
        _made, record = self.refund(gid, store_credit=True)
        payment, note = self.paid_back(gid), record.move_id
        self.assertEqual(payment.journal_id, journal)
        self.assertEqual(payment.payment_type, "outbound")
        self.assertEqual(note.amount_residual, 0)
        self.assertIn(note.payment_state, ("paid", "in_payment"))
        # nothing left the gateway the order was paid by
        self.assertEqual(len(self.noted(gid).payment_id), 2)
        return debt, payment.amount

    def test_refund_to_store_credit_is_a_debt_and_settles_the_credit_note(self):
        debt, credit = self.refund_as_credit()
        self.assertAlmostEqual(self.owed_as_credit(debt), credit, places=2)

    def test_store_credit_that_is_spent_is_no_debt_any_more(self):
        debt, credit = self.refund_as_credit()
        gid = self.sell("unpaid")
        total = float(self.amounts(gid).total)
        spent = min(credit, total)
        self.shop.till.pay(gid, f"{spent:.2f}", gateway="shopify_store_credit")
        if spent < total:
            self.shop.till.pay(gid, gateway="cash")
        self.bring_in()
        self.assertPaid(gid)
        self.assertAlmostEqual(self.owed_as_credit(debt), credit - spent, places=2)

    def test_store_credit_without_a_journal_asks_for_one(self):
        gid = self.sell("plain")
        self.refund(gid, store_credit=True)
        message = self.message(gid)
        self.assertEqual(message.state, "failed")
        self.assertIn("shopify_store_credit", message.error_message)
        self.open_credit_journal()
        message.action_retry()
        self.settle()
        self.assertEqual(len(self.paid_back(gid)), 1)
