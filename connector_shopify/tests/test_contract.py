# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo.addons.connector_hub.tests.common import HubHttpCase
from odoo.addons.connector_hub.tests.contract import ConnectorContract

from .common import ShopifyCase

TOTALS = ("totalPriceSet", "currentTotalPriceSet")


class TestContract(ConnectorContract, ShopifyCase, HubHttpCase):
    """Shopify keeps the contract."""

    def make_contract_backend(self):
        self.shop = self.start_shop()
        return self.make_shopify_backend(self.shop)

    def place(self, count):
        return self.shop.place_orders(count, scenarios=["plain"])

    def touch(self, external_id):
        self.shop.touch(external_id)

    def change(self, external_id):
        self.shop.touch(external_id, shipping_address={"city": "Elsewhere"})

    def _add_to_total(self, external_id, amount):
        for name in TOTALS:
            for money in self.shop.orders[external_id][name].values():
                money["amount"] = str(Decimal(money["amount"]) + amount)
        self.shop.touch(external_id)

    def break_record(self, external_id):
        self._add_to_total(external_id, Decimal("77.00"))

    def repair_record(self, external_id):
        self._add_to_total(external_id, Decimal("-77.00"))

    def webhook(self, external_id):
        return self.shop.sign(external_id)

    def sign(self, body):
        return self.shop.webhooks.headers("ORDERS_UPDATED", body, self.shop.now())

    def total(self, external_id):
        return self.shop.truth[external_id].presentment.total

    def fail_next(self, status, times=1, retry_after=None):
        self.shop.faults.add(
            "status", status=status, count=times, retry_after=retry_after
        )

    def expire_token(self):
        self.shop.tokens.expire()

    def refuse_credentials(self, refused=True):
        self.shop.tokens.refusal = "app_not_installed" if refused else None
        self.shop.tokens.expire()

    def secrets(self):
        issued = range(1, self.shop.stats.token_requests + 1)
        return {
            self.shop.tokens.client_secret,
            *(f"shpat_simulated_{number:08d}" for number in issued),
        }
