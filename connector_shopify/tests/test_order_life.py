# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .payment_case import PaymentCase


class TestOrderLife(PaymentCase):
    """Orders that everything happens to: parcels, refunds, invoices on delivery."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "order_confirm": "released",
                "order_invoice": "delivery",
                "delivery_import": "validate",
            }
        )

    def follow(self):
        """Read the store; nothing must be left for a person."""
        self.bring_in()
        failed = self.messages(self.order_flow).filtered("error_message")
        self.assertEqual(failed.mapped("error_message"), [])

    def lines(self, gid):
        return [row["id"] for row in self.shop.orders[gid]["lineItems"]]

    def order_of(self, *quantities):
        """Place an order with at least these quantities of its lines."""
        while True:
            gid = self.place("plain")
            found = [row["quantity"] for row in self.shop.orders[gid]["lineItems"]]
            if len(found) >= len(quantities) and all(
                there >= wanted
                for there, wanted in zip(found, quantities, strict=False)
            ):
                return gid

    def between_two_parcels(self, kept_back=0):
        """Refund an order that is shipped in part, then ship the rest of it."""
        gid = self.order_of(1, 2, 3)
        self.follow()
        first, second, third = self.lines(gid)[:3]
        self.shop.dispatch.ship(gid, {first: 1, second: 1, third: 1})
        self.follow()
        wanted = [
            (first, 1, "NO_RESTOCK", None),
            (second, 1, "NO_RESTOCK", None),
            (third, 2, "CANCEL", None),
        ]
        amount = self.shop.refunds.calculate(gid, wanted)["suggested"][1] - kept_back
        self.shop.refunds.make(gid, wanted, amount=amount)
        self.follow()
        self.shop.dispatch.ship(gid)
        self.follow()
        return gid

    def refund(self, gid):
        return self.env["hub.order.refund"].search(
            [("order_id", "=", self.order(gid).id)]
        )

    def worth(self, gid):
        truth = self.shop.truth[gid]
        back = sum(row.value_presentment for row in truth.refunds)
        return float(truth.presentment.total - back)

    def test_refund_between_two_parcels_is_never_invoiced(self):
        gid = self.between_two_parcels()
        invoice = self.invoice(gid)
        self.assertAlmostEqual(invoice.amount_total, self.worth(gid), places=2)
        self.assertFalse(self.refund(gid).move_id)
        self.assertIn(invoice.payment_state, ("paid", "in_payment"))

    def test_what_is_kept_back_of_goods_never_invoiced_is_invoiced(self):
        gid = self.between_two_parcels(kept_back=1)
        moves = self.invoice(gid) | self.refund(gid).move_id
        self.assertEqual(set(moves.mapped("move_type")), {"out_invoice"})
        self.assertEqual(self.refund(gid).move_id.amount_total, 1.0)
        self.assertAlmostEqual(
            sum(moves.mapped("amount_total")), self.worth(gid), places=2
        )
        self.assertLessEqual(set(moves.mapped("payment_state")), {"paid", "in_payment"})

    def test_what_is_left_when_no_goods_are_to_be_shipped_any_more_is_invoiced(self):
        gid = self.order_of(1, 1)
        self.follow()
        wanted = [
            (row["id"], row["quantity"], "CANCEL", None)
            for row in self.shop.orders[gid]["lineItems"]
        ]
        self.shop.refunds.make(gid, wanted)
        self.follow()
        order = self.order(gid)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})
        # the shipping was not refunded: found as soon as somebody looks
        self.order_flow._bill_due()
        self.settle()
        self.assertAlmostEqual(
            self.invoice(gid).amount_total, self.worth(gid), places=2
        )
        self.assertNotIn(gid, self.order_flow._due_ids())

    def test_what_is_kept_back_of_a_cancelled_order_is_invoiced(self):
        gid = self.order_of(1, 1)
        self.follow()
        wanted = [
            (row["id"], row["quantity"], "CANCEL", None)
            for row in self.shop.orders[gid]["lineItems"]
        ]
        suggested = self.shop.refunds.calculate(gid, wanted, "full")["suggested"][1]
        self.shop.refunds.make(gid, wanted, "full", amount=suggested - 1)
        self.follow()
        move = self.refund(gid).move_id
        self.assertEqual((move.move_type, move.amount_total), ("out_invoice", 1.0))
        self.assertIn(move.payment_state, ("paid", "in_payment"))
        self.assertFalse(self.invoice(gid))

    # === TO THE CENT ===#

    def rounding(self, gid):
        product = self.backend.rounding_product_id
        lines = self.invoice(gid).invoice_line_ids
        return lines.filtered(lambda row: row.product_id == product)

    def test_rest_of_an_order_is_invoiced_to_the_cent(self):
        gid = self.order_of(2)
        self.follow()
        self.shop.refunds.make(gid, [(self.lines(gid)[0], 1, "CANCEL", None)])
        self.follow()
        # the store rounds the taxes of a piece up, Odoo those of the rest down
        refund = self.refund(gid)
        refund.amount -= 0.01
        self.shop.dispatch.ship(gid)
        self.follow()
        invoice, order = self.invoice(gid), self.order(gid)
        self.assertAlmostEqual(
            invoice.amount_total, order.amount_total - refund.amount, places=2
        )
        self.assertAlmostEqual(self.rounding(gid).price_total, 0.01, places=2)
        self.assertFalse(self.rounding(gid).tax_ids)

    def test_rest_is_invoiced_to_the_cent_while_a_refund_waits_for_it(self):
        gid = self.order_of(2)
        self.follow()
        wanted = [(self.lines(gid)[0], 1, "CANCEL", None)]
        # some of it is kept back, which is invoiced after the goods
        suggested = self.shop.refunds.calculate(gid, wanted)["suggested"][1]
        self.shop.refunds.make(gid, wanted, amount=suggested - 1)
        self.follow()
        refund = self.refund(gid)
        self.assertEqual(refund.credit_state, "waiting")
        refund.amount -= 0.01
        self.shop.dispatch.ship(gid)
        self.follow()
        self.assertEqual(refund.move_id.amount_total, 1.0)
        moves = self.invoice(gid) | refund.move_id
        self.assertAlmostEqual(
            sum(moves.mapped("amount_total")),
            self.order(gid).amount_total - refund.amount,
            places=2,
        )
        self.assertAlmostEqual(self.rounding(gid).price_total, 0.01, places=2)

    def test_what_was_refunded_without_goods_is_no_rounding(self):
        gid = self.order_of(1)
        self.follow()
        self.shop.dispatch.ship(gid)
        self.follow()
        self.shop.refunds.make(gid, amount="0.03")
        self.follow()
        line = self.lines(gid)[0]
        units = self.shop.orders[gid]["lineItems"][0]["quantity"]
        self.shop.edits.edit(gid, {line: units + 1})
        self.bring_in()
        self.order(gid).hub_edit_ids.action_apply()
        self.settle()
        self.shop.dispatch.ship(gid)
        self.follow()
        self.assertEqual(len(self.invoice(gid)), 2)
        self.assertFalse(self.rounding(gid))
