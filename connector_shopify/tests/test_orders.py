# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase
from .simulator.basket import SCENARIOS


class TestOrders(ShopifyCase):
    """Every kind of order the generator knows, through the whole inbound path."""

    def setUp(self):
        super().setUp()
        for name in ("JPY", "CHF", "SEK", "CAD", "GBP", "USD"):
            self.env.ref(f"base.{name}").active = True

    def bring_in(self, **values):
        self.shop = self.start_shop(seed=23)
        self.backend = self.make_shopify_backend(self.shop, **values)
        guest = self.env["res.partner"].create({"name": "Counter"})
        self.backend.guest_partner_id = guest
        self.order_flow = self.flow(self.backend)
        for scenario in SCENARIOS:
            self.shop.place_orders(1, scenarios=[scenario])
        self.poll(self.order_flow)
        self.settle()

    def assertComplete(self, side):
        for gid, truth in self.shop.truth.items():
            message = self.messages(self.order_flow, external_id=gid)
            with self.subTest(scenario=truth.scenarios):
                self.assertEqual(
                    (message.state, message.error_message), ("done", False)
                )
                order = self.bound(self.backend, "order", gid)
                amounts = truth.presentment if side == "presentment" else truth
                self.assertEqual(order.currency_id.name, amounts.currency)
                digits = order.currency_id.decimal_places
                self.assertAlmostEqual(
                    order.amount_total, float(amounts.total), places=digits
                )
                self.assertEqual(order.state == "cancel", truth.cancelled)

    def test_every_scenario_arrives_in_the_buyers_currency(self):
        self.bring_in()
        self.assertComplete("presentment")

    def test_every_scenario_arrives_in_the_stores_currency(self):
        self.bring_in(shopify_money="shop")
        self.assertComplete("shop")

    def test_binding_keeps_the_stores_view(self):
        self.bring_in()
        for gid, truth in self.shop.truth.items():
            binding = self.env["hub.shopify.order"].search([("external_id", "=", gid)])
            self.assertEqual(binding.name, truth.name)
            self.assertEqual(binding.financial_status, truth.financial_status)

    def test_one_person_is_one_contact(self):
        self.bring_in()
        emails = {truth.email for truth in self.shop.truth.values() if truth.email}
        for email in emails:
            found = self.env["res.partner"].search(
                [("email", "=ilike", email), ("type", "=", "contact")]
            )
            self.assertEqual(len(found), 1, email)

    def test_second_poll_of_everything_writes_nothing(self):
        self.bring_in()
        orders = self.env["hub.shopify.order"].search([]).odoo_id
        before = {order.id: self.row_version(order) for order in orders}
        self.order_flow.cursor = False
        self.env["hub.message"].search([]).unlink()
        self.poll(self.order_flow)
        self.settle()
        self.assertEqual(set(self.states(self.order_flow)), {"unchanged"})
        after = {order.id: self.row_version(order) for order in orders}
        self.assertEqual(after, before)

    def test_catalogue_and_customers_arrive(self):
        self.shop = self.start_shop(seed=5)
        self.backend = self.make_shopify_backend(self.shop)
        for document in ("customer", "product"):
            flow = self.flow(self.backend, document)
            self.poll(flow)
            self.settle()
            messages = self.messages(flow)
            failed = messages.filtered(lambda message: message.state != "done")
            self.assertFalse(failed.mapped("error_message"))
            self.assertGreater(len(messages), 20)
