# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.components.event import Event

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

    # === WHAT ONE STORE DROPS ===#

    def share(self, document):
        """Connect two stores with the same records; return what the first one has."""
        shops = [self.start_shop(seed=7, products=6, customers=4) for _n in range(2)]
        self.shops = shops
        self.backends = [self.make_shopify_backend(shop) for shop in shops]
        for backend in self.backends:
            flow = self.flow(backend, document)
            self.poll(flow)
            self.settle()
        rows = shops[0].collection(f"{document}s").objects
        gid = next(g for g, row in rows.items() if row.get("status") != "DRAFT")
        records = [self.bound(backend, document, gid) for backend in self.backends]
        self.assertEqual(*records)
        return shops[0], gid, records[0]

    def delete(self, gid, document, place=0):
        del self.shops[place].collection(f"{document}s").objects[gid]
        event = Event(gid, "deleted", b"", delivery_id="gone", deleted=True)
        flow = self.flow(self.backends[place], document)
        self.env["hub.message"].receive(flow, [event])
        self.drain(flow)
        self.assertTrue(self.link(self.backends[place], document, gid).deleted_at)
        self.env.invalidate_all()

    def link(self, backend, entity, gid):
        model = self.env[backend._binding_models()[entity]]
        return model.search(
            [("backend_id", "=", backend.id), ("external_id", "=", gid)]
        )

    def test_product_deleted_in_one_store_stays_for_the_other(self):
        _shop, gid, template = self.share("product")
        self.delete(gid, "product")
        self.assertTrue(template.active)
        self.assertFalse(self.link(self.backends[1], "product", gid).deleted_at)

    def test_product_archived_in_one_store_is_still_sold_in_the_other(self):
        shop, gid, template = self.share("product")
        shop.touch(gid, fields={"status": "ARCHIVED"})
        flow = self.flow(self.backends[0], "product")
        self.poll(flow)
        self.settle()
        self.assertTrue(template.active and template.sale_ok)

    def test_customer_deleted_in_one_store_stays_for_the_other(self):
        _shop, gid, partner = self.share("customer")
        self.delete(gid, "customer")
        self.assertTrue(partner.active)

    def test_record_that_both_stores_delete_is_archived(self):
        _shop, gid, template = self.share("product")
        self.delete(gid, "product")
        self.delete(gid, "product", place=1)
        self.assertFalse(template.active)
