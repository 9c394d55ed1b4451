# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import ValidationError

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .simulator.metafields import put
from .test_products_out import ProductsOutCase


class TestMetafields(ProductsOutCase, HubHttpCase):
    """Metafields of the store in fields of Odoo, both ways over HTTP."""

    def setUp(self):
        super().setUp()
        self.incoming = self.flow(self.backend, "product")

    def map(self, name, kind, field, owner="remote", model="product.template"):
        found = self.env["ir.model.fields"]._get(model, field)
        return self.env["hub.field.map"].create(
            {
                "backend_id": self.backend.id,
                "model": model,
                "remote_name": name,
                "remote_type": kind,
                "field_id": found.id,
                "owner": owner,
            }
        )

    def look(self):
        self.perform(self.incoming, "_poll")
        self.drain(self.incoming)
        self.env.invalidate_all()

    def put(self, gid, name, kind, value):
        namespace, key = name.split(".")
        put(self.shop, gid, namespace=namespace, key=key, type=kind, value=value)

    def value(self, row, name):
        """Return (type, value) of a metafield of the store, None without one."""
        for field in row["metafields"]:
            if f"{field['namespace']}.{field['key']}" == name:
                return field["type"], field["value"]
        return None

    def choose(self, variants=1):
        rows = self.shop.collection("products").objects.values()
        return next(row for row in rows if len(row["variants"]) == variants)

    # === IN ===#

    def test_mapped_metafields_come_in(self):
        self.map("custom.note", "multi_line_text_field", "description_sale")
        self.map("custom.days", "number_integer", "sequence")
        self.map("custom.width", "number_decimal", "volume", model="product.product")
        row = self.choose(3)
        self.put(row["id"], "custom.note", "multi_line_text_field", "One\nTwo")
        self.put(row["id"], "custom.days", "number_integer", "14")
        self.put(row["id"], "custom.other", "boolean", "true")
        variant = row["variants"][1]["id"]
        self.put(variant, "custom.width", "number_decimal", "1.50")
        self.look()
        template = self.bound(self.backend, "product", row["id"])
        self.assertEqual(template.description_sale, "One\nTwo")
        self.assertEqual(template.sequence, 14)
        self.assertEqual(self.bound(self.backend, "variant", variant).volume, 1.5)
        other = row["variants"][0]["id"]
        self.assertEqual(self.bound(self.backend, "variant", other).volume, 0)

    def test_nothing_is_read_that_nobody_mapped(self):
        self.look()
        self.assertNotIn("ProductDetails", self.calls())

    def test_value_that_does_not_fit_leaves_the_product(self):
        self.map("custom.note", "single_line_text_field", "type")
        row = self.choose()
        self.put(row["id"], "custom.note", "single_line_text_field", "Nonsense")
        self.look()
        template = self.bound(self.backend, "product", row["id"])
        self.assertEqual(template.name, row["title"])
        failed = self.messages(self.incoming).filtered("error_message")
        self.assertIn('"Nonsense" does not fit', failed.error_message)

    def test_type_and_field_must_fit(self):
        with self.assertRaisesRegex(ValidationError, "cannot hold"):
            self.map("custom.days", "number_integer", "name")
        with self.assertRaisesRegex(ValidationError, "cannot be kept"):
            self.map("custom.file", "file_reference", "shop_vendor")

    # === OUT ===#

    def test_mapped_fields_go_out_of_a_new_product_too(self):
        self.map("custom.note", "multi_line_text_field", "description_sale", "odoo")
        self.map("custom.width", "number_decimal", "volume", "odoo", "product.product")
        template = self.make_shirt("S", "M", description_sale="Soft")
        template.product_variant_ids[1].volume = 2.5
        self.env["hub.dirty"].search([]).unlink()
        self.out.export_domain = "[]"
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.send()
        self.assertEqual({state for state, _error in self.outcomes()}, {"done"})
        there = self.there(template)
        self.assertEqual(
            self.value(there, "custom.note"), ("multi_line_text_field", "Soft")
        )
        self.assertEqual(
            [self.value(v, "custom.width") for v in there["variants"]],
            [("number_decimal", "0"), ("number_decimal", "2.5")],
        )
        self.calls()
        template.description_sale = "Softer"
        self.send()
        self.assertEqual(self.calls(), {"MetafieldsSet": 1})
        template.description_sale = False
        self.send()
        self.assertEqual(self.calls(), {"MetafieldsDelete": 1})
        self.assertIsNone(self.value(there, "custom.note"))

    def test_refused_value_is_explained(self):
        self.map("custom.note", "single_line_text_field", "description_sale", "odoo")
        template, _there = self.make_sent()
        template.description_sale = "One\nTwo"
        self.send()
        failed = self.messages(self.out).filtered("error_message")
        self.assertIn("custom.note", failed.error_message)
        self.assertIn("single line", failed.error_message)

    # === BOTH ===#

    def test_two_way_metafield_is_not_told_back(self):
        self.map("custom.note", "single_line_text_field", "description_sale", "both")
        template, there = self.make_sent()
        self.put(there["id"], "custom.note", "single_line_text_field", "Theirs")
        self.look()
        self.assertEqual(template.description_sale, "Theirs")
        self.calls()
        self.send()
        self.assertEqual(self.calls(), {})
        template.description_sale = "Ours"
        self.send()
        self.assertEqual(self.value(there, "custom.note")[1], "Ours")
        self.look()
        self.assertEqual(template.description_sale, "Ours")
