# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class ShopifyOrderCase(ShopifyCase):
    """One order of a simulated shop, on its way through the whole inbound path."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(seed=31)
        self.backend = self.make_shopify_backend(self.shop, order_confirm="released")
        self.order_flow = self.flow(self.backend)

    def place(self, *scenarios):
        (gid,) = self.shop.place_orders(1, scenarios=list(scenarios) or ["plain"])
        return gid

    def bring_in(self):
        self.order_flow.next_poll_at = False
        self.poll(self.order_flow)
        self.settle()

    def sale_order(self, gid):
        return self.bound(self.backend, "order", gid)

    def message(self, gid):
        return self.messages(self.order_flow, external_id=gid)[-1:]

    def assertExact(self, gid):
        """Total, taxes and quantities are the generator's truth."""
        order, truth = self.sale_order(gid), self.shop.truth[gid].presentment
        digits = order.currency_id.decimal_places
        self.assertAlmostEqual(order.amount_total, float(truth.total), places=digits)
        ours = sorted(
            line.product_uom_qty
            for line in order.order_line
            if line.product_uom_qty and (line.hub_external_id or "").count("/LineItem/")
        )
        self.assertEqual(ours, sorted(line.quantity for line in truth.lines))


class TestOrderRelease(ShopifyOrderCase):
    def test_order_is_confirmed_and_exact(self):
        gid = self.place()
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertEqual(self.sale_order(gid).state, "sale")
        self.assertExact(gid)

    def test_risky_order_is_held_until_the_store_accepts_it(self):
        gid = self.place()
        self.shop.edits.assess(gid, "INVESTIGATE")
        self.bring_in()
        order = self.sale_order(gid)
        self.assertEqual((order.state, order.hub_hold), ("draft", "held"))
        self.assertEqual(self.message(gid).error_code, "release_risk")
        self.shop.edits.assess(gid, "ACCEPT")
        self.bring_in()
        self.assertEqual((order.state, order.hub_hold), ("sale", False))

    def test_person_releases_a_held_order(self):
        gid = self.place()
        self.shop.edits.assess(gid, "CANCEL")
        self.bring_in()
        order = self.sale_order(gid)
        order.action_hub_release()
        self.settle()
        self.assertEqual((order.state, order.hub_hold), ("sale", "released"))
        self.assertEqual(self.message(gid).state, "done")

    def test_order_held_by_the_store_waits(self):
        gid = self.place()
        dispatch = self.shop.dispatch
        work = dispatch.work(gid)
        dispatch.fulfilling.hold(self.shop.orders[gid], work, "HIGH_RISK_OF_FRAUD")
        self.shop.touch(gid)
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "release_hold")

    def test_order_over_the_credit_limit_exists_on_hold(self):
        self.company.account_use_credit_limit = True
        gid = self.place("unpaid")
        self.backend.order_confirm = "never"
        self.bring_in()
        order = self.sale_order(gid)
        order.partner_id.with_company(self.company).credit_limit = 0.5
        self.backend.order_confirm = "released"
        self.shop.touch(gid, note="Please hurry")
        self.bring_in()
        self.assertEqual((order.state, order.hub_hold), ("draft", "held"))
        problem = self.message(gid).exception_id
        self.assertEqual(problem.category, "business")

    def test_order_without_stock_waits_for_it(self):
        rule = self.backend.release_rule_ids.filtered(lambda r: r.kind == "stock")
        rule.shortage = "hold"
        gid = self.place()
        self.bring_in()
        order = self.sale_order(gid)
        self.assertEqual(self.message(gid).error_code, "release_stock")
        for line in order.order_line.filtered("product_id.is_storable"):
            self.env["stock.quant"]._update_available_quantity(
                line.product_id, order.warehouse_id.lot_stock_id, 99
            )
        self.message(gid).action_retry()
        self.settle()
        self.assertEqual(order.state, "sale")
