# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import copy
from decimal import Decimal

from odoo.tests import BaseCase, tagged

from odoo.addons.connector_hub.documents.order import LineKind
from odoo.addons.connector_hub.exceptions import InvalidData
from odoo.addons.connector_shopify.components import parts
from odoo.addons.connector_shopify.components.customer_mapper import (
    ShopifyCustomerMapper,
)
from odoo.addons.connector_shopify.components.order_mapper import ShopifyOrderMapper
from odoo.addons.connector_shopify.components.product_mapper import (
    ShopifyProductMapper,
)
from odoo.addons.connector_shopify.components.queries import document

from .simulator import Shop
from .simulator.basket import SCENARIOS

PAGE = 25


@tagged("post_install", "-at_install")
class TestMappers(BaseCase):
    """Payloads as the real queries return them, compared with the generator's truth."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = Shop(seed=11, orders=0, max_cost=10**6, bucket_size=10**6)
        for scenario in SCENARIOS:
            cls.shop.place_orders(1, scenarios=[scenario])
        # money is read in one currency at a time
        cls.orders = {
            side: cls.nodes(
                "orders", "orders", lines=100, presentment=side == "presentment"
            )
            for side in ("presentment", "shop")
        }
        cls.products = cls.nodes("products", "products", lines=100)
        cls.customers = cls.nodes("customers", "customers", lines=60)

    @classmethod
    def nodes(cls, name, root, **variables):
        """Return every record of a connection."""
        found, after = [], None
        while True:
            answer = cls.shop.executor.execute(
                document(name), {"first": PAGE, "after": after, **variables}
            )
            page = answer["data"][root]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]

    def each_order(self, side="presentment"):
        """Yield (document, what it must say) of every scenario."""
        self.assertEqual(len(self.orders[side]), len(SCENARIOS))
        for payload in self.orders[side]:
            order = ShopifyOrderMapper.to_document(payload, side=side)
            yield order, self.shop.truth[payload["id"]]

    # === ORDERS ===#

    def test_total_is_what_the_buyer_owes_in_both_currencies(self):
        for side in ("presentment", "shop"):
            for order, truth in self.each_order(side):
                amounts = truth.presentment if side == "presentment" else truth
                self.assertEqual(order.currency, amounts.currency)
                self.assertEqual(order.total, amounts.total)
                self.assertEqual(order.total_tax, amounts.tax_total)
                self.assertEqual(order.tip, amounts.tip)

    def test_lines_are_exact(self):
        for order, truth in self.each_order():
            found = [(line.quantity, line.net) for line in order.lines]
            wanted = [(row.quantity, row.net) for row in truth.presentment.lines]
            self.assertEqual(found, wanted, truth.scenarios)

    def test_parts_add_up_to_the_total(self):
        for order, _truth in self.each_order():
            charged = (*order.lines, *order.shipping_lines)
            total = sum((row.net for row in charged), order.tip + order.duties)
            if not order.taxes_included:
                total += order.total_tax
            self.assertEqual(total, order.total)

    def test_shipping_is_exact(self):
        for order, truth in self.each_order():
            found = sum((row.net for row in order.shipping_lines), Decimal(0))
            self.assertEqual(found, truth.presentment.shipping)

    def test_kind_of_line_follows_the_product(self):
        for order, truth in self.each_order():
            for line, wanted in zip(order.lines, truth.lines, strict=True):
                if wanted.gift_card:
                    self.assertIs(line.kind, LineKind.GIFT_CARD)
                elif wanted.variant_gid:
                    self.assertIs(line.kind, LineKind.PRODUCT)
                    self.assertEqual(line.variant_id, wanted.variant_gid)

    def test_buyer_is_who_the_order_names(self):
        for order, truth in self.each_order():
            self.assertEqual(order.customer.email_key, truth.email or "")
            self.assertEqual(order.customer.external_id, truth.customer_gid or "")

    def test_addresses_are_the_orders_own(self):
        for order, truth in self.each_order():
            for found, wanted in (
                (order.billing, truth.billing_address),
                (order.shipping, truth.shipping_address),
            ):
                self.assertEqual(found is None, wanted is None)
                if wanted:
                    self.assertEqual(found.city, wanted["city"] or "")
                    self.assertEqual(found.street, wanted["address1"] or "")

    def test_flags_are_taken_over(self):
        for order, truth in self.each_order():
            self.assertEqual(order.test, truth.test)
            self.assertEqual(bool(order.cancelled_at), truth.cancelled)
            self.assertEqual(order.financial_status, truth.financial_status)
            self.assertEqual(list(order.tags), truth.tags)
            self.assertEqual(order.note, truth.note or "")

    def test_removed_line_of_an_edited_order_is_left_out(self):
        payload = self.plain()
        payload["edited"] = True
        payload["lineItems"]["nodes"][0]["currentQuantity"] = 0
        before = len(payload["lineItems"]["nodes"])
        order = ShopifyOrderMapper.to_document(payload)
        self.assertEqual(len(order.lines), before - 1)

    def test_edited_and_refunded_order_is_left_to_a_person(self):
        payload = self.plain()
        payload["edited"] = True
        (refunded,) = payload["totalRefundedSet"].values()
        refunded["amount"] = "5.00"
        payload["lineItems"]["nodes"][0]["currentQuantity"] = 0
        with self.assertRaises(InvalidData) as caught:
            ShopifyOrderMapper.to_document(payload)
        self.assertIn(payload["name"], caught.exception.message)

    def plain(self):
        """Return a copy of an order with more than one line."""
        for payload in self.orders["presentment"]:
            if len(payload["lineItems"]["nodes"]) > 1:
                return copy.deepcopy(payload)
        self.fail("no such order")

    # === PRODUCTS AND CUSTOMERS ===#

    def test_every_product_keeps_its_variants(self):
        for payload in self.products:
            product = ShopifyProductMapper.to_document(payload)
            self.assertEqual(
                [variant.external_id for variant in product.variants],
                [node["id"] for node in payload["variants"]["nodes"]],
            )
            for variant in product.variants:
                self.assertEqual(len(variant.option_values), len(product.options))
                self.assertGreaterEqual(variant.weight or 0, 0)

    def test_every_customer_has_a_version_and_a_name(self):
        for payload in self.customers:
            customer = ShopifyCustomerMapper.to_document(payload)
            self.assertEqual(customer.external_id, payload["id"])
            self.assertEqual(customer.version.utcoffset().total_seconds(), 0)

    # === PARTS ===#

    def test_rates_are_percentages_without_the_noise_of_floats(self):
        for tax, rate in (
            ({"rate": 0.19, "ratePercentage": 19.0}, "19"),
            ({"rate": 0.07, "ratePercentage": None}, "7"),
            ({"rate": 0.09975, "ratePercentage": 9.975}, "9.975"),
            ({"rate": 0.1 + 0.2, "ratePercentage": None}, "30"),
            ({"rate": 0, "ratePercentage": 0}, "0"),
            ({"rate": None, "ratePercentage": None}, "0"),
        ):
            money = {"presentmentMoney": {"amount": "1.00"}}
            row = {"title": "VAT", "priceSet": money, **tax}
            (found,) = parts.taxes({"taxLines": [row]}, "presentment")
            self.assertEqual(found.rate, Decimal(rate))

    def test_unknown_country_is_empty(self):
        self.assertEqual(parts.address({"countryCodeV2": "ZZ"}).country, "")
        self.assertIsNone(parts.address(None))

    def test_hidden_attributes_stay_hidden(self):
        rows = [{"key": "_x", "value": "1"}, {"key": "Gift", "value": None}]
        self.assertEqual(parts.attributes(rows), (("Gift", ""),))
