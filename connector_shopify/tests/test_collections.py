# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .common import ShopifyCase


class TestCollections(ShopifyCase, HubHttpCase):
    """Collections of the store as tags or categories of Odoo, where mapped."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(products=8)
        self.backend = self.make_shopify_backend(self.shop)
        self.products = self.flow(self.backend, "product")
        rows = self.shop.collection("products").objects.values()
        self.one, self.two, self.three = list(rows)[:3]
        self.summer = self.shop.groups.collect("Summer", self.one, self.two)

    def own(self):
        self.env["hub.field.rule"].create(
            {"flow_id": self.products.id, "field": "collections", "owner": "remote"}
        )

    def map(self, row, target):
        return self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "collection",
                "remote_value": row["id"],
                "group_ref": f"{target._name},{target.id}",
            }
        )

    def tag(self, name):
        return self.env["product.tag"].create({"name": name})

    def look(self):
        self.perform(self.products, "_poll")
        self.settle()
        self.env.invalidate_all()

    def tell(self, topic, row):
        body = {"id": int(row["legacyResourceId"]), "title": row["title"]}
        raw = json.dumps({**body, "admin_graphql_api_id": row["id"]}).encode()
        headers = self.shop.webhooks.headers(topic, raw, self.shop.now())
        self.assertEqual(self.deliver(self.backend, headers, raw).status_code, 200)
        self.env.invalidate_all()
        self.settle()
        self.env.invalidate_all()

    def template(self, row):
        return self.bound(self.backend, "product", row["id"])

    def test_products_get_the_tag_of_their_collection(self):
        tag, own = self.tag("Summer"), self.tag("Own")
        self.own()
        self.map(self.summer, tag)
        self.look()
        self.assertEqual(self.template(self.one).product_tag_ids, tag)
        self.assertFalse(self.template(self.three).product_tag_ids)
        # what does not stand for a collection stays
        self.template(self.one).product_tag_ids += own
        self.shop.groups.hold(self.summer, self.two, self.three)
        for row in (self.one, self.three):
            self.shop.touch(row["id"])
        self.look()
        self.assertEqual(self.template(self.one).product_tag_ids, own)
        self.assertEqual(self.template(self.three).product_tag_ids, tag)

    def test_products_get_the_category_of_their_collection(self):
        category = self.env["product.category"].create({"name": "Summer"})
        self.own()
        self.map(self.summer, category)
        self.look()
        self.assertEqual(self.template(self.one).categ_id, category)
        self.assertNotEqual(self.template(self.three).categ_id, category)

    def test_collections_are_not_read_without_a_rule(self):
        self.map(self.summer, self.tag("Summer"))
        self.shop.stats.reset()
        self.look()
        self.assertNotIn("ProductCollections", self.shop.stats.graphql)
        self.assertFalse(self.template(self.one).product_tag_ids)

    def test_change_of_a_collection_alone_arrives_by_webhook(self):
        tag = self.tag("Summer")
        self.own()
        self.map(self.summer, tag)
        self.look()
        self.shop.groups.hold(self.summer, self.two, self.three)
        self.shop.stats.reset()
        self.tell("COLLECTIONS_UPDATE", self.summer)
        self.assertFalse(self.template(self.one).product_tag_ids)
        self.assertEqual(self.template(self.three).product_tag_ids, tag)
        # only those that came or went are read again
        self.assertEqual(self.shop.stats.graphql["CollectionMembers"], 1)
        told = self.messages(self.products).filtered(lambda m: m.topic == "group")
        self.assertEqual(
            set(told.mapped("external_id")), {self.one["id"], self.three["id"]}
        )

    def test_deleted_collection_leaves_its_products(self):
        tag = self.tag("Summer")
        self.own()
        self.map(self.summer, tag)
        self.look()
        self.shop.groups.drop(self.summer)
        self.tell("COLLECTIONS_DELETE", self.summer)
        self.assertFalse(self.template(self.one).product_tag_ids)
        self.assertFalse(self.template(self.two).product_tag_ids)

    def test_tag_that_was_deleted_does_no_harm(self):
        tag, other = self.tag("Summer"), self.tag("Winter")
        self.own()
        winter = self.shop.groups.collect("Winter", self.one)
        self.map(self.summer, tag)
        self.map(winter, other)
        tag.unlink()
        self.look()
        self.assertEqual(self.template(self.one).product_tag_ids, other)
        self.tell("COLLECTIONS_UPDATE", self.summer)
        self.assertFalse(self.messages(self.products).filtered("error_message"))

    def test_collections_are_found_and_proposed(self):
        tag = self.tag("summer")
        other = self.shop.groups.collect("Winter")
        self.backend.action_discover()
        rows = self.env["hub.mapping"].search(
            [("backend_id", "=", self.backend.id), ("kind", "=", "collection")]
        )
        found = {row.remote_value: row.group_ref for row in rows}
        self.assertEqual(found[self.summer["id"]], tag)
        self.assertFalse(found[other["id"]])
