# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class StockCase(ShopifyCase):
    """A store whose variants are linked with storable products of Odoo."""

    def setUp(self):
        super().setUp()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.shelf = self.warehouse.lot_stock_id

    def open_store(self, count=3, **options):
        """Start a store, link ``count`` tracked variants, map its first location."""
        self.shop = self.start_shop(**options)
        self.stock = self.shop.inventory
        self.first, self.second = self.stock.locations
        self.backend = self.make_shopify_backend(self.shop)
        items = [item for item in self.stock.items.values() if item["tracked"]]
        self.items = [item["id"] for item in items[:count]]
        self.variants = [item["variant"]["id"] for item in items[:count]]
        self.products = self.make_products(count)
        self.link(self.products, self.variants)
        self.map_location(self.first, self.shelf)
        self.out = self.flow(self.backend, "stock", "out")
        self.out.lane_count = 1
        self.listen(self.backend, "stock")
        self.env.registry.clear_cache("stable")

    def make_products(self, count=1, **values):
        rows = [
            {"name": f"Thing {n}", "is_storable": True, **values} for n in range(count)
        ]
        return self.env["product.template"].create(rows).product_variant_id

    def link(self, products, variants):
        self.backend.binder("variant").bind_many(
            [
                {"external_id": gid, "odoo_id": product.id}
                for gid, product in zip(variants, products, strict=True)
            ]
        )

    def map_location(self, gid, location):
        return self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "location",
                "remote_value": gid,
                "location_id": location.id,
            }
        )

    def put(self, products, quantity, location=None):
        """Set what is on hand, as an inventory adjustment does."""
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        for product in products:
            quants.create(
                {
                    "product_id": product.id,
                    "location_id": (location or self.shelf).id,
                    "inventory_quantity": quantity,
                }
            ).action_apply_inventory()

    def tell(self):
        """End the user's transaction and let the flow do its work."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.clear()
        self.perform(self.out, "_collect")
        self.drain(self.out)

    def available(self, place=0, location=None):
        return self.stock.quantity(self.items[place], location or self.first)

    def effects(self, mutation="inventorySetQuantities"):
        return self.shop.ledger.of(mutation)

    def calls(self, name="inventorySet"):
        return self.shop.stats.graphql[name]

    def error(self):
        return self.messages(self.out).filtered("error_message")
