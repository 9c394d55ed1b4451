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
