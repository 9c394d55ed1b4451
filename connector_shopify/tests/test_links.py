# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import UserError

from .common import ShopifyCase

GID = "gid://shopify"


class TestLinks(ShopifyCase):
    """From Odoo's records to their links, and from these to the store's admin."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.product = self.env["product.template"].create({"name": "Linen Shirt"})

    def link(self, entity, record, number, **values):
        kind = entity.title().replace(".", "")
        return self.env[f"hub.shopify.{entity}"].create(
            {
                "backend_id": self.backend.id,
                "odoo_id": record.id,
                "external_id": f"{GID}/{kind}/{number}",
                **values,
            }
        )

    def test_only_link_of_a_record_is_opened_at_once(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        self.assertEqual(partner.hub_link_count, 0)
        link = self.link("customer", partner, 7)
        partner.invalidate_recordset()
        self.assertEqual(partner.hub_link_count, 1)
        action = partner.action_open_hub_links()
        self.assertEqual((action["res_model"], action["res_id"]), (link._name, link.id))
        self.assertEqual(link.action_open_record()["res_id"], partner.id)

    def test_links_of_a_product_and_its_variants_are_listed(self):
        product = self.link("product", self.product, 7, status="draft")
        variant = self.link("variant", self.product.product_variant_id, 8)
        rows = self.env["hub.link"].search(
            self.product.action_open_hub_links()["domain"]
        )
        self.assertEqual(
            {(row.binding_model, row.binding_id) for row in rows},
            {(product._name, product.id), (variant._name, variant.id)},
        )
        self.assertEqual(rows.mapped("kind"), ["Shopify Product", "Shopify Variant"])
        self.assertEqual(product.variant_ids, variant)
        self.assertEqual(product.status_label, "Draft")

    def test_pages_of_the_admin_are_named_by_numbers(self):
        variant = self.link("variant", self.product.product_variant_id, 8)
        self.assertFalse(variant.remote_url)
        with self.assertRaises(UserError):
            variant.action_open_remote()
        product = self.link("product", self.product, 7)
        variant.invalidate_recordset()
        page = f"{self.shop.url}/admin/products/7"
        self.assertEqual(product.action_open_remote()["url"], page)
        self.assertEqual(variant.action_open_remote()["url"], f"{page}/variants/8")

    def test_orders_tell_their_state_in_words(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        order = self.env["sale.order"].create({"partner_id": partner.id})
        link = self.link(
            "order",
            order,
            9,
            name="#9",
            financial_status="PARTIALLY_REFUNDED",
            fulfillment_status="SOMETHING_NEW",
            currency_code=self.company.currency_id.name,
        )
        self.assertEqual(link.payment_label, "Partially Refunded")
        self.assertEqual(link.delivery_label, "Something new")
        self.assertEqual(link.currency_id, self.company.currency_id)

    def test_mapping_is_decided_by_choice_or_by_confirmation(self):
        self.backend.action_discover()
        mappings = self.env["hub.mapping"].search(
            [("backend_id", "=", self.backend.id)]
        )
        open_one = mappings.filtered(lambda row: row.kind == "location")[:1]
        # nobody has chosen: confirming leaves it open
        open_one.write({"location_id": False, "automatic": True})
        mappings.action_confirm()
        self.assertEqual(open_one.decision, "choose")
        decided = mappings - open_one
        self.assertEqual(set(decided.mapped("decision")) - {"choose"}, {"decided"})
        open_one.location_id = (
            self.env["stock.warehouse"].search([], limit=1).lot_stock_id
        )
        self.assertEqual(open_one.decision, "decided")
        self.assertEqual(open_one.target_name, open_one.location_id.display_name)

    def test_verdict_tells_what_is_missing_apart_from_what_works(self):
        self.shop.scopes = ("read_orders", "read_customers")
        self.backend.action_test_connection()
        self.assertIn("read_products", self.backend.verdict_problems)
        self.assertNotIn("✓", self.backend.verdict_problems)
        self.assertIn("read_orders", self.backend.verdict_passed)
