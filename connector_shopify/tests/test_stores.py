# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class TestStores(ShopifyCase):
    """Several stores in one database."""

    def bring(self, shop, **values):
        """Connect a store and bring its products and orders in; return the backend."""
        backend = self.make_shopify_backend(shop, **values)
        for document in ("product", "order"):
            flow = self.flow(backend, document)
            self.poll(flow)
            self.drain(flow)
        return backend

    def test_two_stores_of_one_company_share_products(self):
        # the same catalogue in both, orders of their own
        one = self.start_shop(seed=7, products=6, name="store-one")
        other = self.start_shop(seed=7, products=6, name="store-two")
        (first,) = one.place_orders(1, scenarios=["plain"])
        (second,) = other.place_orders(1, scenarios=["plain"])
        backend = self.bring(one, name="One")
        products = self.env["product.product"].search_count([])
        another = self.bring(other, name="Two")
        self.assertEqual(self.env["product.product"].search_count([]), products)
        orders = [
            self.bound(backend, "order", first),
            self.bound(another, "order", second),
        ]
        self.assertTrue(all(orders))
        self.assertNotEqual(*orders)
        self.assertNotEqual(backend.limit_key, another.limit_key)
        self.assertNotEqual(backend.webhook_url, another.webhook_url)
