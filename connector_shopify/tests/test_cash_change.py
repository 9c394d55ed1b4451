# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .payment_case import PaymentCase


class TestCashChange(PaymentCase):
    """Of a cash payment, what stayed in the till is booked."""

    def amounts_booked(self, gid):
        return sorted(round(amount, 2) for amount in self.booked(gid).mapped("amount"))

    def noted_sale(self, gid):
        return self.noted(gid).filtered(lambda note: note.kind == "sale")

    def tell_net(self, gid):
        """Tell the same the other way: what stayed in the till, and what went back."""
        sale, change = self.shop.orders[gid]["transactions"][-2:]
        bag = sale["amountSet"]
        for side in ("shopMoney", "presentmentMoney"):
            gross = float(bag[side]["amount"])
            given = float(change["amountSet"][side]["amount"])
            bag[side] = {**bag[side], "amount": f"{gross - given:.2f}"}

    def test_change_given_is_taken_off_the_cash_payment(self):
        gid = self.sell("unpaid")
        total = self.amounts(gid).total
        self.shop.till.take_cash(gid, str(total + 7))
        self.bring_in()
        self.assertPaid(gid)
        payment = self.booked(gid)
        self.assertEqual(payment.journal_id, self.journals["cash"])
        self.assertAlmostEqual(payment.amount, float(total), places=2)
        change = self.noted(gid).filtered(lambda note: note.kind == "change")
        self.assertAlmostEqual(change.amount, 7.0, places=2)
        self.assertFalse(change.payment_id)
        self.shop.touch(gid, note="read again")
        self.bring_in()
        self.assertPaid(gid)

    def test_cash_payment_that_is_without_its_change_already_stays(self):
        gid = self.sell("unpaid")
        self.shop.till.take_cash(gid, str(self.amounts(gid).total + 7))
        self.tell_net(gid)
        self.bring_in()
        self.assertPaid(gid)

    def test_change_of_an_order_that_is_paid_in_part_is_taken_off(self):
        gid = self.sell("unpaid")
        total = self.amounts(gid).total
        self.shop.till.take_cash(gid, "30.00", "5.00")
        self.bring_in()
        self.assertEqual(self.amounts_booked(gid), [5.0])
        self.assertFalse(self.invoice(gid))
        self.shop.till.pay(gid)
        self.bring_in()
        self.assertEqual(self.amounts_booked(gid), [5.0, float(total - 5)])
        self.assertEqual(self.message(gid).state, "done")
        self.assertPaid(gid)

    def test_change_is_taken_off_until_all_is_paid(self):
        gid = self.sell("unpaid")
        total = self.amounts(gid).total
        self.shop.till.take_cash(gid, str(total - 1), str(total - 10))
        self.shop.till.pay(gid, "9.00")
        self.bring_in()
        self.assertEqual(self.amounts_booked(gid), [9.0, float(total - 10)])

    def test_change_stays_taken_off_when_the_order_is_edited(self):
        for gross in (True, False):
            with self.subTest(gross=gross):
                gid = self.sell("unpaid")
                total = self.amounts(gid).total
                self.shop.till.take_cash(gid, str(total + 7))
                if not gross:
                    self.tell_net(gid)
                self.bring_in()
                self.assertEqual(self.amounts_booked(gid), [float(total)])
                line = self.shop.orders[gid]["lineItems"][0]
                count = line["currentQuantity"] + 1
                self.shop.edits.edit(gid, {line["id"]: count})
                self.bring_in()
                self.assertNotEqual(self.message(gid).error_code, "payment_changed")
                self.assertEqual(self.amounts_booked(gid), [float(total)])
                self.assertAlmostEqual(self.noted_sale(gid).amount, float(total))

    def test_change_stays_taken_off_after_refunds(self):
        gid = self.sell("unpaid")
        total = self.amounts(gid).total
        self.shop.till.take_cash(gid, str(total + 7))
        self.bring_in()
        line = self.shop.orders[gid]["lineItems"][0]
        rows = [(line["id"], 1, "CANCEL", None)]
        # more than it is worth: the rest is an adjustment
        value = self.shop.refunds.calculate(gid, rows)["value"][1]
        self.shop.refunds.make(gid, rows, amount=str(value - 1))
        self.bring_in()
        self.assertAlmostEqual(self.noted_sale(gid).amount, float(total))
        self.assertNotEqual(self.message(gid).error_code, "change_unclear")

    def test_change_of_which_nothing_tells_is_a_question(self):
        gid = self.sell("unpaid")
        self.shop.till.take_cash(gid, str(self.amounts(gid).total + 7))
        for money in self.shop.orders[gid]["totalOutstandingSet"].values():
            if isinstance(money, dict):
                money["amount"] = "3.00"
        self.bring_in()
        message = self.message(gid)
        self.assertEqual(message.error_code, "change_unclear")
        self.assertFalse(self.booked(gid))
