# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .simulator.scopes import SCOPES
from .test_products_out import ProductsOutCase


class TestChannels(ProductsOutCase):
    """In which sales channels products are offered, where a rule makes it Odoo's."""

    def setUp(self):
        super().setUp()
        self.shop.scopes = (*SCOPES, "read_publications", "write_publications")
        self.online = self.shop.groups.channel("Online Store")
        self.pos = self.shop.groups.channel("Point of Sale")

    def own(self):
        self.env["hub.field.rule"].create(
            {"flow_id": self.out.id, "field": "channels", "owner": "odoo"}
        )

    def choose(self, *rows):
        self.backend.action_discover()
        found = self.env["hub.mapping"].search(
            [("backend_id", "=", self.backend.id), ("kind", "=", "channel")]
        )
        self.assertEqual(
            set(found.mapped("remote_name")), {"Online Store", "Point of Sale"}
        )
        ids = [row["id"] for row in rows]
        found.filtered(lambda m: m.remote_value in ids).is_offered = True

    def published(self, there):
        return {
            channel
            for product, channel in self.shop.groups.published
            if product == there["id"]
        }

    def test_product_is_published_in_the_chosen_channels(self):
        self.own()
        self.choose(self.online)
        _template, there = self.make_sent()
        self.send()
        self.assertEqual(self.published(there), {self.online["id"]})

    def test_nothing_is_published_without_a_rule(self):
        self.choose(self.online)
        _template, there = self.make_sent()
        self.send()
        self.assertEqual(self.published(there), set())

    def test_what_others_published_stays(self):
        self.own()
        self.choose(self.online)
        template, there = self.make_sent()
        self.send()
        self.shop.groups.published.add((there["id"], self.pos["id"]))
        template.sale_ok = False
        self.send()
        self.assertEqual(self.published(there), {self.pos["id"]})
        template.sale_ok = True
        self.send()
        self.assertEqual(self.published(there), {self.pos["id"], self.online["id"]})

    def test_missing_permission_is_named_with_its_flow(self):
        self.own()
        self.shop.scopes = SCOPES
        verdict = self.backend.adapter().check_connection()
        self.assertIn(
            "lacks the permission write_publications", " ".join(verdict.lines)
        )

    def test_channel_that_is_gone_is_explained(self):
        self.own()
        self.choose(self.online)
        self.shop.groups.publications.clear()
        _template, _there = self.make_sent()
        self.send()
        failed = self.messages(self.out).filtered("error_message")
        self.assertIn("Publication does not exist", failed.error_message)
