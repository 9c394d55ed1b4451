# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class TestReconciliation(ShopifyCase):
    """Orders, customers and products of a simulated shop, compared."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(seed=41)
        self.backend = self.make_shopify_backend(self.shop)
        self.backend.flow_ids.write({"reconcile_days": 0})
        self.order_flow = self.flow(self.backend)

    def compare(self, document="order"):
        record = self.flow(self.backend, document)._reconcile()
        self.settle()
        return record

    def test_lost_orders_and_changes_are_found_and_repaired(self):
        known = self.shop.place_orders(3, scenarios=["plain"])
        self.poll(self.order_flow)
        self.settle()
        self.shop.touch(known[0], note="nobody heard of it")
        (lost,) = self.shop.place_orders(1, scenarios=["plain"])
        record = self.compare()
        found = {line.external_id: line.kind for line in record.line_ids}
        self.assertEqual(found, {known[0]: "outdated", lost: "missing"})
        self.assertTrue(self.bound(self.backend, "order", lost))
        self.assertEqual(self.compare().difference_count, 0)

    def test_comparing_costs_a_call_for_many_orders(self):
        self.shop.place_orders(120, scenarios=["digital_only"])
        self.order_flow.reconcile_repair = False
        self.shop.stats.reset()
        record = self.compare()
        self.assertEqual(record.missing_count, 120)
        self.assertEqual(self.shop.stats.to_json()["graphql"], {"OrderStates": 1})

    def test_customers_and_products_are_compared_alike(self):
        for document, there in (("customer", "customers"), ("product", "products")):
            self.flow(self.backend, document).reconcile_repair = False
            record = self.compare(document)
            count = len(self.shop.collection(there).objects)
            self.assertEqual((document, record.missing_count), (document, count))
