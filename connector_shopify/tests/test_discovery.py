# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class TestDiscovery(ShopifyCase):
    """What a store has that needs a counterpart in Odoo is found and proposed."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)

    def found(self, kind):
        """Return {value: mapping} after a look."""
        action = self.backend.action_discover()
        rows = self.env["hub.mapping"].search(action["domain"])
        return {row.remote_value: row for row in rows if row.kind == kind}

    def test_locations_are_found_with_their_names(self):
        rows = self.found("location")
        there = self.shop.collection("locations").objects.values()
        self.assertEqual(
            {key: row.remote_name for key, row in rows.items()},
            {row["id"]: row["name"] for row in there if row["isActive"]},
        )

    def test_warehouse_of_the_same_name_is_proposed(self):
        rows = self.found("location")
        row = next(iter(rows.values()))
        row.unlink()
        warehouse = self.env["stock.warehouse"].create(
            {"name": row_name(rows, 0, self.shop), "code": "SAME"}
        )
        row = self.found("location")[next(iter(rows))]
        self.assertEqual(row.location_id, warehouse.view_location_id)
        self.assertTrue(row.automatic)

    def test_gateways_taxes_and_carriers_of_orders_are_found(self):
        shipped, *_more = self.shop.place_orders(20)
        self.shop.dispatch.ship(shipped, number="1Z", company="UPS")
        journal = self.env["account.journal"].create(
            {"name": "shopify_payments", "type": "bank", "code": "SHPY"}
        )
        gateways = self.found("gateway")
        there = {
            name
            for order in self.shop.orders.values()
            for name in order["paymentGatewayNames"]
        }
        self.assertEqual(set(gateways), there)
        self.assertEqual(gateways["shopify_payments"].journal_id, journal)
        titles = {
            line["title"]
            for order in self.shop.orders.values()
            for line in order["taxLines"]
        }
        taxes = self.found("tax")
        for title in titles:
            self.assertTrue(any(key.startswith(title) for key in taxes), title)
        self.assertTrue(all(row.tax_id for row in taxes.values()))
        self.assertIn("UPS", self.found("carrier"))

    def test_what_has_no_counterpart_waits_and_is_not_used(self):
        self.shop.place_orders(5)
        gateways = self.found("gateway")
        self.assertTrue(gateways)
        waiting = [row for row in gateways.values() if not row.journal_id]
        self.assertTrue(all(row.automatic for row in waiting))
        known = self.env["hub.mapping"].lookup(self.backend, "gateway")
        self.assertFalse({row.remote_value for row in waiting} & known.keys())

    def test_what_a_person_chose_stays(self):
        self.shop.place_orders(5)
        name, row = next(iter(self.found("gateway").items()))
        journal = self.env["account.journal"].create(
            {"name": "Chosen", "type": "bank", "code": "CHSN"}
        )
        row.journal_id = journal
        self.env["account.journal"].create(
            {"name": name, "type": "bank", "code": "OTHR"}
        )
        again = self.found("gateway")[name]
        self.assertEqual((again, again.journal_id), (row, journal))
        self.assertFalse(again.automatic)

    def test_second_look_adds_nothing(self):
        self.shop.place_orders(10)
        self.backend.action_discover()
        before = len(self.backend.mapping_ids)
        self.backend.action_discover()
        self.backend.invalidate_recordset()
        self.assertEqual(len(self.backend.mapping_ids), before)

    def test_look_takes_one_call_for_each_kind_of_list(self):
        self.backend.adapter().client().query("shop")
        self.shop.stats.reset()
        self.backend.action_discover()
        self.assertEqual(
            dict(self.shop.stats.graphql),
            {"Discovery": 1, "Collections": 1, "PriceLists": 1, "Publications": 1},
        )


def row_name(rows, position, shop):
    gid = list(rows)[position]
    return shop.find(gid)["name"]
