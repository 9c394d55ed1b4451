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
