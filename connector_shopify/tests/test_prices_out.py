# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from .test_products_out import ProductsOutCase


class PricesOutCase(ProductsOutCase):
    def setUp(self):
        super().setUp()
        self.prices_flow = self.listen(self.backend, "price")
        # each lane makes calls of its own
        self.prices_flow.lane_count = 1

    def send_prices(self):
        self.out, products = self.prices_flow, self.out
        self.send()
        self.out = products


class TestPricesOut(PricesOutCase):
    def test_prices_of_many_products_go_in_one_call(self):
        made = [self.make_sent("S", "M")[0] for _number in range(3)]
        self.send_prices()
        self.calls()
        for number, template in enumerate(made):
            template.list_price = 30 + number
        self.send_prices()
        self.assertEqual(self.calls(), {"Prices": 1})
        for number, template in enumerate(made):
            prices = {v["price"] for v in self.there(template)["variants"]}
            self.assertEqual(prices, {f"{30 + number}.00"})

    def test_compare_at_price_and_cost(self):
        template, there = self.make_sent()
        pricelist = self.env["product.pricelist"].create(
            {
                "name": "Shop",
                "item_ids": [
                    Command.create({"compute_price": "percentage", "percent_price": 10})
                ],
            }
        )
        template.standard_price = 7.5
        self.prices_flow.write(
            {"pricelist_id": pricelist.id, "compare_price": True, "price_cost": True}
        )
        self.send_prices()
        (variant,) = there["variants"]
        self.assertEqual(
            (variant["price"], variant["compareAtPrice"]), ("18.00", "20.00")
        )
        self.assertEqual(variant["inventoryItem"]["unitCost"]["amount"], "7.5")

    def test_one_refused_price_does_not_stop_the_others(self):
        template, there = self.make_sent("S", "M")
        self.send_prices()
        gone = there["variants"].pop()
        template.list_price = 30
        self.send_prices()
        self.assertEqual(there["variants"][0]["price"], "30.00")
        states = self.messages(self.prices_flow).filtered("error_message")
        self.assertEqual(len(states), 1)
        self.assertTrue(gone)

    def test_nothing_is_given_away(self):
        template, there = self.make_sent()
        template.list_price = 0
        self.send_prices()
        self.assertEqual(there["variants"][0]["price"], "20.00")
        message = self.messages(self.prices_flow)[-1:]
        self.assertEqual((message.state, message.error_code), ("failed", "no_price"))

    def test_price_in_another_currency_than_the_store_s_is_refused(self):
        self.backend.action_test_connection()
        self.assertEqual(self.backend.shopify_currency, "EUR")
        currency = self.env["res.currency"].with_context(active_test=False)
        currency = currency.search([("name", "=", "CHF")])
        currency.active = True
        pricelist = self.env["product.pricelist"].create(
            {"name": "Elsewhere", "currency_id": currency.id}
        )
        self.prices_flow.pricelist_id = pricelist
        _template, there = self.make_sent()
        self.send_prices()
        self.assertEqual(there["variants"][0]["price"], "20.00")
        message = self.messages(self.prices_flow)[-1:]
        self.assertEqual((message.state, message.error_code), ("failed", "currency"))
