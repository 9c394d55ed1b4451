# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.tests.common import HubCase

from .simulator import Shop, SimulatorServer


class ShopifyCase(HubCase):
    """A simulated shop and the backend that is connected with it."""

    def setUp(self):
        super().setUp()
        # what the simulator charges and the company does not have yet
        self.make_taxes(19, 5, 9.975, 0)

    def start_shop(self, **options):
        # a bucket that is full at once: nobody waits for it
        plenty = {"seed": 7, "orders": 0, "restore_rate": 1_000_000}
        shop = Shop(**{**plenty, **options})
        server = SimulatorServer(shop).start()
        self.addCleanup(server.stop)
        return shop

    def make_shopify_backend(self, shop, **values):
        backend = self.env["hub.backend"].create(
            {
                "name": "Simulated Shop",
                "system": "shopify",
                "environment": "test",
                "api_url": shop.url,
                "shopify_client_id": shop.tokens.client_id,
                "shopify_client_secret": shop.tokens.client_secret,
                "company_id": self.company.id,
                **values,
            }
        )
        self.run_flows(backend)
        # they need a permission of their own
        self.flow(backend, "payout").state = "stopped"
        return backend
