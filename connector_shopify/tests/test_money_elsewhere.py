# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .test_money_risks import MoneyCase


class TestBookedElsewhere(MoneyCase):
    """What another connector has booked, and noted with the store's numbers."""

    def test_payment_of_another_connector_is_known_by_its_number(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.sell()
        # it takes no more than what is owed just then
        made = self.pay_by_hand(self.invoice_by_hand(gid), amount=5)
        made.hub_external_id = self.noted(gid).external_id
        self.backend.order_register_payment = True
        self.look_again(gid)
        self.assertEqual(self.noted(gid).mapped("stage"), ["noted"])
        self.assertAlmostEqual(self.total_booked(gid), 5)

    def test_payment_known_by_its_number_need_not_settle_anything(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.sell()
        invoice = self.invoice_by_hand(gid)
        made = self.pay_by_hand(invoice, amount=5)
        made.hub_external_id = self.noted(gid).external_id
        # an accountant is about to change the invoice
        invoice.line_ids.remove_move_reconcile()
        self.backend.order_register_payment = True
        self.look_again(gid)
        self.assertEqual(self.noted(gid).mapped("stage"), ["noted"])
        bought = [("partner_id", "=", made.partner_id.id)]
        self.assertEqual(self.env["account.payment"].search(bought), made)

    def test_number_of_another_payment_is_not_taken_for_this_one(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.place("unpaid")
        self.bring_in()
        self.confirm(gid)
        made = self.pay_by_hand(self.invoice_by_hand(gid), amount=5)
        made.hub_external_id = "gid://shopify/OrderTransaction/1"
        self.backend.order_register_payment = True
        self.shop.till.pay(gid, "5.00")
        self.bring_in()
        self.assertAlmostEqual(self.total_booked(gid), 10)

    def test_only_refunds_that_were_settled_elsewhere_are_left_out(self):
        gid = self.sell("order_fixed")
        first = self.shop.refunds.make(gid, amount="4.00")
        self.order(gid).hub_settled_refunds = {"ids": [first["id"]]}
        self.bring_in()
        self.shop.refunds.make(gid, amount="3.00")
        self.bring_in()
        before, after = self.order(gid).hub_refund_ids.sorted("amount", reverse=True)
        self.assertEqual((before.origin, before.move_id.ids), ("before", []))
        self.assertEqual(after.origin, "store")
        self.assertAlmostEqual(after.move_id.amount_total, 3)
        self.assertAlmostEqual(self.paid_back(gid).amount, 3)

    def test_credit_note_of_another_refund_is_not_taken_for_an_equal_one(self):
        gid = self.sell("order_fixed")
        first = self.shop.refunds.make(gid, amount="4.00")
        self.bring_in()
        (record,) = self.order(gid).hub_refund_ids
        note = record.move_id
        # as another connector would have left it
        record.unlink()
        note.hub_external_id = first["id"]
        self.order(gid).hub_settled_refunds = {"ids": [first["id"]]}
        self.shop.refunds.make(gid, amount="4.00")
        self.bring_in()
        later = self.order(gid).hub_refund_ids.filtered(
            lambda refund: refund.external_id != first["id"]
        )
        self.assertEqual(len(later.move_id), 1)
        self.assertNotEqual(later.move_id, note)
