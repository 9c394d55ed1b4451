# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from datetime import timedelta

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .common import ShopifyCase
from .simulator.identity import number_of

ADD = """
mutation Add($id: ID!, $variants: [ProductVariantsBulkInput!]!) {
  productVariantsBulkCreate(
    productId: $id, variants: $variants, strategy: PRESERVE_STANDALONE_VARIANT
  ) { productVariants { id } userErrors { message } }
}
"""
DROP = """
mutation Drop($id: ID!, $ids: [ID!]!) {
  productVariantsBulkDelete(productId: $id, variantsIds: $ids) {
    userErrors { message }
  }
}
"""
OPTIONS = """
mutation Options($id: ID!, $options: [OptionCreateInput!]!) {
  productOptionsCreate(productId: $id, options: $options) { userErrors { message } }
}
"""


class TestProductsIn(ShopifyCase, HubHttpCase):
    """Products that people change in the store, read over HTTP."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(products=12)
        self.backend = self.make_shopify_backend(self.shop)
        self.products = self.flow(self.backend, "product")
        self.look()

    def look(self):
        self.perform(self.products, "_poll")
        self.settle()
        self.env.invalidate_all()

    # === THE STORE ===#

    def choose(self, variants):
        """Return a product of the store with so many variants, and Odoo's."""
        rows = self.shop.collection("products").objects.values()
        row = next(
            row
            for row in rows
            if len(row["variants"]) == variants and row["status"] == "ACTIVE"
        )
        return row, self.bound(self.backend, "product", row["id"])

    def run_there(self, text, **variables):
        answer = self.shop.executor.execute(text, variables)
        self.assertNotIn("errors", answer)
        (result,) = answer["data"].values()
        self.assertEqual(result["userErrors"], [])
        return result

    def add_variant(self, row, value, sku, price="9"):
        choice = [{"optionName": row["options"][0]["name"], "name": value}]
        values = {
            "optionValues": choice,
            "price": price,
            "inventoryItem": {"sku": sku},
        }
        self.run_there(ADD, id=row["id"], variants=[values])
        return row["variants"][-1]

    def variant_of(self, node):
        return self.bound(self.backend, "variant", node["id"])

    def age_links(self):
        """Let the links be older than what the store does next."""
        links = self.env["hub.shopify.variant"].search([])
        self.env.cr.execute(
            "UPDATE hub_shopify_variant SET create_date = %s WHERE id = ANY(%s)",
            [self.env.cr.now() - timedelta(days=900), links.ids],
        )
        self.env.invalidate_all()

    # === VARIANTS ===#

    def test_variant_that_the_store_added_is_created(self):
        row, template = self.choose(3)
        before = template.product_variant_ids
        node = self.add_variant(row, "Huge", "HUGE-1")
        self.look()
        self.assertEqual(len(template.product_variant_ids), 4)
        self.assertTrue(all(record.active for record in before))
        record = self.variant_of(node)
        self.assertEqual(record.default_code, "HUGE-1")
        value = record.product_template_attribute_value_ids
        self.assertEqual(value.name, "Huge")

    def test_product_that_gets_options_keeps_its_variant(self):
        row, template = self.choose(1)
        record = template.product_variant_id
        values = [{"name": "Red"}, {"name": "Blue"}]
        self.run_there(
            OPTIONS, id=row["id"], options=[{"name": "Colour", "values": values}]
        )
        node = self.add_variant(row, "Blue", "BLUE-1")
        self.look()
        self.assertTrue(record.active)
        self.assertEqual(len(template.product_variant_ids), 2)
        self.assertEqual(self.variant_of(row["variants"][0]), record)
        self.assertEqual(self.variant_of(node).default_code, "BLUE-1")

    def test_sku_that_changed_or_collides_stays_with_its_variant(self):
        row, _template = self.choose(3)
        one, two = (self.variant_of(node) for node in row["variants"][:2])
        for node in row["variants"][:2]:
            node["sku"] = node["inventoryItem"]["sku"] = "SAME"
        row["variants"][0]["selectedOptions"][0]["value"] = "Renamed"
        self.shop.touch(row["id"])
        self.look()
        self.assertEqual((one.default_code, two.default_code), ("SAME", "SAME"))
        self.assertEqual(self.variant_of(row["variants"][0]), one)
        self.assertEqual(self.variant_of(row["variants"][1]), two)

    def test_variant_that_was_made_again_is_the_same_in_odoo(self):
        row, template = self.choose(3)
        self.age_links()
        node = row["variants"][1]
        record, sku = self.variant_of(node), node["sku"]
        value = node["selectedOptions"][0]["value"]
        self.run_there(DROP, id=row["id"], ids=[node["id"]])
        again = self.add_variant(row, value, sku)
        self.look()
        self.assertEqual(self.variant_of(again), record)
        self.assertTrue(record.active)
        links = self.backend.binder("variant").to_external_many(record)
        self.assertEqual(links[record.id], [again["id"]])

    def test_variant_that_the_store_deleted_is_archived(self):
        row, template = self.choose(3)
        self.age_links()
        record = self.variant_of(row["variants"][1])
        self.run_there(DROP, id=row["id"], ids=[row["variants"][1]["id"]])
        self.look()
        self.assertFalse(record.active)
        self.assertEqual(len(template.product_variant_ids), 2)

    def test_barcodes_that_variants_exchange_are_followed(self):
        row, _template = self.choose(3)
        first, second, third = row["variants"]
        records = [self.variant_of(node) for node in row["variants"]]
        first["barcode"], second["barcode"], third["barcode"] = "101", "102", "103"
        self.shop.touch(row["id"])
        self.look()
        self.assertEqual([r.barcode for r in records], ["101", "102", "103"])
        first["barcode"], second["barcode"] = "102", "101"
        self.shop.touch(row["id"])
        self.look()
        self.assertEqual([r.barcode for r in records], ["102", "101", "103"])
        first["barcode"] = third["barcode"] = None
        self.shop.touch(row["id"])
        self.look()
        self.assertEqual([r.barcode for r in records], [False, "101", False])

    # === PRODUCTS ===#

    def test_archived_product_is_archived_and_comes_back(self):
        row, template = self.choose(1)
        self.shop.touch(row["id"], fields={"status": "ARCHIVED"})
        self.look()
        self.assertFalse(template.active)
        self.shop.touch(row["id"], fields={"status": "ACTIVE"})
        self.look()
        self.assertTrue(template.active and template.sale_ok)

    def test_draft_is_not_for_sale(self):
        rows = self.shop.collection("products").objects.values()
        row = next(row for row in rows if row["status"] == "DRAFT")
        self.assertFalse(self.bound(self.backend, "product", row["id"]).sale_ok)

    def test_deleted_product_is_archived_when_its_webhook_comes(self):
        row, template = self.choose(3)
        del self.shop.collection("products").objects[row["id"]]
        body = json.dumps({"id": number_of(row["id"])}).encode()
        moment = self.shop.now()
        headers = self.shop.webhooks.headers("PRODUCTS_DELETE", body, moment)
        self.assertEqual(self.deliver(self.backend, headers, body).status_code, 200)
        self.settle()
        self.env.invalidate_all()
        self.assertFalse(template.active)

    def test_prices_that_differ_become_surcharges(self):
        row, template = self.choose(3)
        for node in row["variants"]:
            record = self.variant_of(node)
            self.assertAlmostEqual(record.lst_price, float(node["price"]), 2)

    def test_vendor_and_type_are_taken_over(self):
        row, template = self.choose(1)
        self.assertEqual(template.shop_vendor, row["vendor"])
        self.assertEqual(template.shop_type, row["productType"])

    def test_what_came_in_is_not_told_back(self):
        out = self.listen(self.backend, "product")
        for row in self.shop.collection("products").objects.values():
            self.shop.touch(row["id"], fields={"title": f"{row['title']} again"})
        self.look()
        templates = self.env["hub.shopify.product"].search([]).odoo_id
        self.env["hub.dirty"].mark_flow(out, templates._name, templates.ids)
        self.perform(out, "_collect")
        self.shop.stats.reset()
        self.drain(out)
        self.env.invalidate_all()
        self.assertEqual(set(self.states(out)), {"unchanged"})
        self.assertEqual(dict(self.shop.stats.graphql), {})

    def test_title_changed_on_both_sides_is_put_before_a_person(self):
        self.products.conflict_policy = "ask"
        out = self.listen(self.backend, "product")
        self.products.system_of_record = "both"
        row, template = self.choose(1)
        self.shop.touch(row["id"])
        self.look()
        template.name = "Ours"
        self.shop.touch(row["id"], fields={"title": "Theirs"})
        self.look()
        self.assertEqual(template.name, "Ours")
        conflicts = self.env["hub.conflict"].search([])
        self.assertEqual(conflicts.mapped("path"), ["title"])
        self.assertTrue(out)
