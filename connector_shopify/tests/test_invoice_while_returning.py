# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .refund_case import RefundCase


class TestInvoiceWhileReturning(RefundCase):
    """Orders invoiced on delivery, of which something is on its way back."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "order_confirm": "released",
                "order_invoice": "delivery",
                "delivery_import": "validate",
            }
        )

    def returning(self):
        """Return an order shipped in two parcels, a piece of the first comes back."""
        while True:
            gid, there = self.place()
            first = there["lineItems"][0]
            if first["quantity"] > 1:
                break
        self.bring_in()
        self.shop.dispatch.ship(gid, {first["id"]: 1})
        self.bring_in()
        self.shop.refunds.returns.open(gid, {first["id"]: 1})
        self.bring_in()
        self.shop.dispatch.ship(gid)
        return gid

    def test_open_return_does_not_hold_the_invoice_of_the_last_parcel(self):
        gid = self.returning()
        self.bring_in()
        order = self.order(gid)
        self.assertIn("assigned", order.picking_ids.mapped("state"))
        self.assertEqual(
            (order.invoice_ids.state, order.invoice_ids.amount_total),
            ("posted", order.amount_total),
        )

    def test_order_delivered_by_people_is_found_while_something_comes_back(self):
        gid = self.returning()
        self.backend.delivery_import = "never"
        order = self.order(gid)
        self.assertNotIn(gid, self.order_flow._due_ids())
        self.deliver_outgoing(order)
        self.assertIn(gid, self.order_flow._due_ids())

    def deliver_outgoing(self, order):
        leaving = order.picking_ids.filtered(
            lambda p: p.picking_type_code == "outgoing" and p.state != "done"
        )
        for move in leaving.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        leaving._action_done()


class TestInvoiceOfTheRest(RefundCase):
    """When an order that is invoiced on delivery is due, and of which day."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "order_confirm": "released",
                "order_invoice": "delivery",
                "delivery_import": "validate",
            }
        )

    def test_goods_whose_transfer_people_cancelled_are_not_invoiced(self):
        gid, _there = self.place()
        self.bring_in()
        order = self.order(gid)
        order.picking_ids.action_cancel()
        self.assertFalse(order.delivery_status)
        self.assertNotIn(gid, self.order_flow._due_ids())
        self.shop.touch(gid)
        self.bring_in()
        self.assertFalse(order.invoice_ids)

    def test_invoice_has_the_day_on_which_the_last_goods_left(self):
        gid, there = self.place()
        while there["lineItems"][0]["quantity"] < 2:
            gid, there = self.place()
        self.bring_in()
        first = there["lineItems"][0]["id"]
        self.shop.dispatch.ship(gid, {first: 1})
        self.bring_in()
        order = self.order(gid)
        done = order.picking_ids.filtered(lambda p: p.state == "done")
        done.date_done = "2026-02-03 10:00:00"
        self.shop.dispatch.ship(gid)
        self.bring_in()
        last = max(order.picking_ids.mapped("date_done"))
        self.assertGreater(order.invoice_ids.invoice_date, done.date_done.date())
        self.assertEqual(order.invoice_ids.invoice_date, last.date())

    def test_orders_that_are_paid_and_not_shipped_are_not_due_for_ever(self):
        self.backend.write(
            {"order_invoice": "payment", "order_register_payment": False}
        )
        gid, there = self.place()
        order = self.order_of_delivered_goods(gid)
        self.assertTrue(order.invoice_ids)
        self.assertNotIn(gid, self.order_flow._due_ids())

    def order_of_delivered_goods(self, gid):
        """Import an order whose goods Odoo would invoice once they are delivered."""
        self.bring_in()
        order = self.order(gid)
        order.order_line.product_id.invoice_policy = "delivery"
        order.order_line.modified(["qty_delivered"])
        self.assertEqual(order.invoice_status, "to invoice")
        return order
