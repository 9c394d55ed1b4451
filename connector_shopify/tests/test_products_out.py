# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from .common import ShopifyCase


class ProductsOutCase(ShopifyCase):
    """Products of Odoo, sent over HTTP to a simulated store."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.out = self.listen(self.backend, "product")
        self.out.export_scope = "all"
        # nothing that exists already is to be created there
        self.out.export_domain = "[('default_code', '=like', 'NEW%')]"

    # === ODOO ===#

    def make_shirt(self, *sizes, **values):
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": size}) for size in sizes],
            }
        )
        line = {
            "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        }
        template = self.env["product.template"].create(
            {
                "name": "Shirt",
                "is_storable": True,
                "list_price": 20,
                "attribute_line_ids": [Command.create(line)] if sizes else [],
                **values,
            }
        )
        for number, variant in enumerate(template.product_variant_ids):
            variant.write({"default_code": f"NEW-{number}", "weight": 0.25})
        return template

    def send(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)
        self.env.invalidate_all()

    def outcomes(self):
        messages = self.messages(self.out)
        return [(m.state, m.error_message) for m in messages]

    def make_sent(self, *sizes, **values):
        """Return a product that the store has, and the store's side of it."""
        template = self.make_shirt(*sizes, **values)
        if len(template.product_variant_ids) != 1:
            self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
            self.out.export_domain = "[]"
        self.env["hub.dirty"].search(
            [("res_id", "not in", [*template.ids, *template.product_variant_ids.ids])]
        ).unlink()
        self.send()
        self.assertEqual({state for state, _error in self.outcomes()}, {"done"})
        return template, self.there(template)

    # === THE STORE ===#

    def gid(self, template):
        found = self.backend.binder("product").to_external_many(template)
        return found.get(template.id, [None])[0]

    def there(self, template):
        return self.shop.find(self.gid(template))

    def calls(self):
        """Return what was called since the last time, without the tokens."""
        found = dict(self.shop.stats.graphql)
        self.shop.stats.reset()
        return found


class TestProductsOut(ProductsOutCase):
    def test_product_is_created_with_options_and_variants(self):
        template, there = self.make_sent("S", "M", shop_vendor="Maker")
        self.assertEqual((there["title"], there["status"]), ("Shirt", "ACTIVE"))
        self.assertEqual(there["options"][0]["values"], ["S", "M"])
        one, two = there["variants"]
        self.assertEqual((one["sku"], two["sku"]), ("NEW-0", "NEW-1"))
        self.assertEqual(one["price"], "20.00")
        weight = one["inventoryItem"]["measurement"]["weight"]
        self.assertEqual(weight, {"value": 0.25, "unit": "KILOGRAMS"})
        self.assertTrue(one["inventoryItem"]["tracked"])
        linked = self.backend.binder("variant").to_external_many(
            template.product_variant_ids
        )
        self.assertEqual(
            [linked[v.id] for v in template.product_variant_ids],
            [[one["id"]], [two["id"]]],
        )

    def test_product_without_options_is_created(self):
        template, there = self.make_sent()
        self.assertEqual(there["options"][0]["values"], ["Default Title"])
        self.assertEqual([v["sku"] for v in there["variants"]], ["NEW-0"])

    def test_creation_whose_answer_was_lost_makes_one_product(self):
        self.make_shirt()
        count = len(self.shop.collection("products").objects)
        self.shop.faults.add("close", when="after", operation="ProductSet")
        self.send()
        messages = self.messages(self.out)
        self.assertEqual(messages.mapped("state"), ["in_doubt"])
        self.let_time_pass(messages)
        self.drain(self.out)
        self.env.invalidate_all()
        self.assertEqual(messages.mapped("state"), ["done"])
        self.assertEqual(len(self.shop.collection("products").objects), count + 1)

    def test_what_did_not_change_is_not_sent(self):
        template, _there = self.make_sent("S", "M")
        self.calls()
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.assertEqual(self.outcomes()[-1][0], "unchanged")
        self.assertEqual(self.calls(), {})

    def test_only_what_changed_is_sent_and_the_rest_is_left_alone(self):
        template, there = self.make_sent("S", "M")
        there["tags"] = ["theirs"]
        there["variants"][1]["barcode"] = "theirs"
        self.calls()
        template.name = "Blouse"
        template.product_variant_ids[0].default_code = "NEW-X"
        self.send()
        self.assertEqual(self.calls(), {"ProductChange": 1})
        self.assertEqual((there["title"], there["tags"]), ("Blouse", ["theirs"]))
        one, two = there["variants"]
        self.assertEqual((one["sku"], two["barcode"]), ("NEW-X", "theirs"))

    def test_variant_of_the_store_survives_a_new_one_of_odoo(self):
        template, there = self.make_sent("S", "M")
        self.shop.executor.execute(
            "mutation V($id: ID!, $v: [ProductVariantsBulkInput!]!)"
            " { productVariantsBulkCreate(productId: $id, variants: $v,"
            " strategy: PRESERVE_STANDALONE_VARIANT) { userErrors { message } } }",
            {
                "id": there["id"],
                "v": [{"optionValues": [{"optionName": "Size", "name": "XXL"}]}],
            },
        )
        line = template.attribute_line_ids
        value = line.attribute_id.value_ids.create(
            {"name": "L", "attribute_id": line.attribute_id.id}
        )
        line.value_ids |= value
        template.product_variant_ids[2].default_code = "NEW-L"
        self.send()
        self.assertEqual(
            [v["title"] for v in there["variants"]], ["S", "M", "XXL", "L"]
        )
        self.assertEqual(there["variants"][3]["sku"], "NEW-L")
        linked = self.backend.binder("variant").to_external_many(
            template.product_variant_ids[2]
        )
        self.assertTrue(linked)

    def test_option_and_value_that_were_renamed(self):
        template, there = self.make_sent("S", "M")
        ids = [variant["id"] for variant in there["variants"]]
        attribute = template.attribute_line_ids.attribute_id
        attribute.name = "Format"
        attribute.value_ids[0].name = "Small"
        self.send()
        self.assertEqual(self.outcomes()[-1], ("done", False))
        self.assertEqual(there["options"][0]["name"], "Format")
        self.assertEqual(there["options"][0]["values"], ["M", "Small"])
        self.assertEqual([variant["id"] for variant in there["variants"]], ids)

    def test_variant_that_is_not_sold_any_more_goes_and_comes_back(self):
        template, there = self.make_sent("S", "M")
        variant = template.product_variant_ids[1]
        gone = there["variants"][1]["id"]
        variant.active = False
        self.send()
        self.assertEqual([v["title"] for v in there["variants"]], ["S"])
        variant.active = True
        self.send()
        self.assertEqual([v["title"] for v in there["variants"]], ["S", "M"])
        linked = self.backend.binder("variant").to_external_many(variant)
        self.assertEqual(linked[variant.id], [there["variants"][1]["id"]])
        self.assertNotEqual(linked[variant.id], [gone])

    def test_variant_that_was_deleted_in_odoo_is_deleted_there(self):
        template, there = self.make_sent("S", "M")
        template.product_variant_ids[1].unlink()
        self.send()
        self.assertEqual([v["title"] for v in there["variants"]], ["S"])

    def test_archived_product_is_archived_and_comes_back(self):
        template, there = self.make_sent()
        template.active = False
        self.send()
        self.assertEqual(there["status"], "ARCHIVED")
        template.active = True
        self.send()
        self.assertEqual(there["status"], "ACTIVE")

    def test_not_for_sale_is_a_draft(self):
        template, there = self.make_sent()
        template.sale_ok = False
        self.send()
        self.assertEqual(there["status"], "DRAFT")

    def test_deleted_product_is_deleted_there(self):
        self.out.departure = "delete"
        template, there = self.make_sent()
        template.unlink()
        self.send()
        self.assertIsNone(self.shop.find(there["id"]))
        self.assertNotIn("failed", {state for state, _error in self.outcomes()})

    def test_field_of_the_store_is_not_sent(self):
        self.env["hub.field.rule"].create(
            {"flow_id": self.out.id, "field": "title", "owner": "remote"}
        )
        template, there = self.make_sent()
        template.name = "Blouse"
        self.send()
        self.assertEqual(there["title"], "Shirt")

    def test_vendor_type_and_tags_are_sent_where_a_rule_gives_them_to_odoo(self):
        self.env["hub.field.rule"].create(
            [
                {"flow_id": self.out.id, "field": name, "owner": "odoo"}
                for name in ("vendor", "product_type", "tags")
            ]
        )
        tag = self.env["product.tag"].create({"name": "Summer"})
        template, there = self.make_sent(shop_vendor="Maker", shop_type="Tops")
        self.assertEqual((there["vendor"], there["productType"]), ("Maker", "Tops"))
        template.product_tag_ids = tag
        self.send()
        self.assertEqual(there["tags"], ["Summer"])

    def test_refusal_names_the_product_and_what_is_wrong(self):
        template, there = self.make_sent()
        template.product_variant_ids.default_code = "X" * 300
        self.send()
        state, error = self.outcomes()[-1]
        self.assertEqual(state, "failed")
        self.assertIn("sku is too long", error)
        self.assertTrue(self.exceptions(self.backend))

    def test_product_that_was_deleted_there_asks_a_person(self):
        template, there = self.make_sent()
        del self.shop.collection("products").objects[there["id"]]
        template.name = "Blouse"
        self.send()
        state, error = self.outcomes()[-1]
        self.assertEqual(state, "failed")
        self.assertIn("does not exist in Shopify any more", error)

    def test_order_of_attributes_renames_no_option(self):
        template, there = self.make_sent("S", "M")
        color = self.env["product.attribute"].create(
            {"name": "Color", "value_ids": [Command.create({"name": "Red"})]}
        )
        line = {
            "attribute_id": color.id,
            "value_ids": [Command.set(color.value_ids.ids)],
        }
        template.attribute_line_ids = [Command.create(line)]
        self.send()
        before = [(o["id"], o["name"]) for o in there["options"]]
        self.assertEqual([name for _gid, name in before], ["Size", "Color"])
        first, second = template.attribute_line_ids
        first.sequence, second.sequence = 20, 10
        template.invalidate_recordset()
        self.assertEqual(template.attribute_line_ids[0].attribute_id, color)
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.assertEqual({state for state, _error in self.outcomes()}, {"done"})
        self.assertEqual([(o["id"], o["name"]) for o in there["options"]], before)
        chosen = [
            {e["name"]: e["value"] for e in variant["selectedOptions"]}
            for variant in there["variants"]
        ]
        wanted = [{"Size": size, "Color": "Red"} for size in ("S", "M")]
        self.assertEqual(chosen, wanted)
