# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from .test_prices_out import PricesOutCase


class TestCatalogues(PricesOutCase):
    """Prices of Odoo's price lists in the catalogues of the store."""

    def make_list(self, name, percent):
        rule = {"compute_price": "percentage", "percent_price": percent}
        return self.env["product.pricelist"].create(
            {"name": name, "item_ids": [Command.create(rule)]}
        )

    def map(self, there, pricelist):
        return self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "catalogue",
                "remote_value": there["id"],
                "pricelist_id": pricelist.id,
            }
        )

    def setUp(self):
        super().setUp()
        currency = self.company.currency_id.name
        self.b2b = self.shop.catalogues.make("Dealers", currency)
        self.vip = self.shop.catalogues.make("Friends", currency)

    def prices(self, there, row):
        """Return the fixed prices of a product's variants in a price list."""
        ids = [variant["id"] for variant in row["variants"]]
        return [self.shop.catalogues.prices.get((there["id"], gid)) for gid in ids]

    def test_prices_of_mapped_lists_go_to_their_catalogues(self):
        _template, row = self.make_sent("S", "M")
        self.map(self.b2b, self.make_list("Dealers", 25))
        self.map(self.vip, self.make_list("Friends", 50))
        self.calls()
        self.send_prices()
        self.assertEqual(self.calls(), {"Prices": 1, "PriceListAdd": 2})
        self.assertEqual(self.prices(self.b2b, row), ["15.0", "15.0"])
        self.assertEqual(self.prices(self.vip, row), ["10.0", "10.0"])
        self.assertEqual(row["variants"][0]["price"], "20.00")

    def test_only_the_catalogue_that_changed_is_told(self):
        _template, row = self.make_sent()
        dealers = self.make_list("Dealers", 25)
        self.map(self.b2b, dealers)
        self.map(self.vip, self.make_list("Friends", 50))
        self.send_prices()
        self.calls()
        dealers.item_ids.percent_price = 30
        self.send_prices()
        self.assertEqual(self.calls(), {"PriceListAdd": 1})
        self.assertEqual(self.prices(self.b2b, row), ["14.0"])

    def test_catalogue_that_stands_for_nothing_any_more_loses_its_prices(self):
        _template, row = self.make_sent()
        mapping = self.map(self.b2b, self.make_list("Dealers", 25))
        self.map(self.vip, self.make_list("Friends", 50))
        self.send_prices()
        mapping.ignored = True
        self.send_prices()
        self.assertEqual(self.prices(self.b2b, row), [None])
        self.assertEqual(self.prices(self.vip, row), ["10.0"])

    def test_currency_of_another_catalogue_is_refused_by_itself(self):
        _template, row = self.make_sent()
        self.vip["currency"] = "JPY"
        self.map(self.b2b, self.make_list("Dealers", 25))
        self.map(self.vip, self.make_list("Friends", 50))
        self.send_prices()
        self.assertEqual(self.prices(self.b2b, row), ["15.0"])
        failed = self.messages(self.prices_flow).filtered("error_message")
        self.assertIn("currency", failed.error_message)
        self.assertEqual(row["variants"][0]["price"], "20.00")

    def test_catalogues_are_found(self):
        self.backend.action_discover()
        found = self.env["hub.mapping"].search(
            [("backend_id", "=", self.backend.id), ("kind", "=", "catalogue")]
        )
        self.assertEqual(
            set(found.mapped("remote_value")), {self.b2b["id"], self.vip["id"]}
        )
