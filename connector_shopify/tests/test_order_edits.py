# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .test_order_release import ShopifyOrderCase


class TestOrderEdits(ShopifyOrderCase):
    """Orders that are edited or cancelled in the store after they came in."""

    def edit(self, gid, removed=True, added=True):
        """Remove the last line's last unit and add another product."""
        order = self.shop.orders[gid]
        # of what is delivered without shipping nothing can be removed
        lines = [row for row in order["lineItems"] if row["unfulfilledQuantity"]]
        variants = self.shop.collection("productVariants").objects
        other = next(
            key
            for key, row in variants.items()
            if row["sku"] and not row["product"]["isGiftCard"]
        )
        self.shop.edits.edit(
            gid,
            {row["id"]: row["quantity"] - 1 for row in lines[-1:] if removed},
            {other: 2} if added else None,
        )

    def test_edit_before_the_import_arrives_exact(self):
        for scenario in ("plain", "line_discount", "order_percentage", "two_taxes"):
            gid = self.place(scenario)
            self.edit(gid)
            self.bring_in()
            with self.subTest(scenario=scenario):
                self.assertEqual(self.message(gid).error_message, False)
                self.assertExact(gid)

    def test_edited_and_refunded_order_arrives_as_it_was_ordered(self):
        gid = self.place("line_discount")
        self.edit(gid, added=False)
        line = next(
            row for row in self.shop.orders[gid]["lineItems"] if row["currentQuantity"]
        )
        self.shop.refunds.make(gid, [(line["id"], 1, "NO_RESTOCK", None)])
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertExact(gid)

    def test_edit_of_a_confirmed_order_is_taken_over(self):
        for scenario in ("plain", "line_discount", "order_fixed"):
            gid = self.place(scenario)
            self.bring_in()
            self.assertEqual(self.sale_order(gid).state, "sale")
            self.edit(gid)
            self.bring_in()
            with self.subTest(scenario=scenario):
                self.assertEqual(self.message(gid).error_message, False)
                self.assertExact(gid)
                self.assertEqual(self.sale_order(gid).hub_edit_ids.state, "applied")

    def test_edit_after_delivery_is_a_diff_to_decide(self):
        gid = self.place()
        self.bring_in()
        order = self.sale_order(gid)
        for move in order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        order.picking_ids.button_validate()
        before = order.amount_total
        self.edit(gid, removed=False)
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "order_confirmed")
        self.assertEqual(order.amount_total, before)
        edit = order.hub_edit_ids
        self.assertEqual(edit.line_ids.filtered(lambda r: r.kind == "added").ours, "")
        edit.action_apply()
        self.settle()
        self.assertEqual(self.message(gid).state, "done")
        self.assertExact(gid)

    def test_cancelled_order_is_cancelled_with_its_delivery(self):
        gid = self.place()
        self.bring_in()
        self.shop.edits.cancel(gid)
        self.bring_in()
        order = self.sale_order(gid)
        self.assertEqual(self.message(gid).error_message, False)
        self.assertEqual(order.state, "cancel")
        self.assertEqual(set(order.picking_ids.mapped("state")), {"cancel"})

    def test_order_cancelled_after_delivery_goes_to_a_person(self):
        gid = self.place()
        self.bring_in()
        order = self.sale_order(gid)
        for move in order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        order.picking_ids.button_validate()
        self.shop.edits.cancel(gid)
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "cancelled_too_late")
        self.assertEqual(order.state, "sale")


class TestDuties(ShopifyOrderCase):
    """Duties are a line of their own, taxed as the store taxes them."""

    def test_duties_and_their_taxes_arrive_exact(self):
        self.make_taxes(20)
        self.shop = self.start_shop(seed=5, duties=True, taxes="excluded")
        self.backend = self.make_shopify_backend(self.shop, order_confirm="released")
        self.order_flow = self.flow(self.backend)
        gids = [self.place("plain") for _number in range(12)]
        with_duties = [gid for gid in gids if self.shop.truth[gid].duties]
        self.assertTrue(with_duties)
        self.bring_in()
        for gid in with_duties:
            self.assertEqual(self.message(gid).error_message, False)
            self.assertExact(gid)
            order = self.sale_order(gid)
            line = order.order_line.filtered(
                lambda line: line.product_id == self.backend.duties_product_id
            )
            self.assertTrue(line.tax_ids)
