# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.addons.connector_hub.exceptions import (
    AuthError,
    NotFound,
    RateLimited,
    Unavailable,
)

from ..components import client as client_module
from .common import ShopifyCase


class TestAdapter(ShopifyCase):
    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)

    def adapter(self):
        return self.backend.adapter()

    # === CONNECTION ===#

    def test_connection_test_names_the_store_and_the_permissions(self):
        self.assertTrue(self.backend.action_test_connection(), self.backend.verdict)
        self.assertIn(self.shop.domain, self.backend.verdict)
        self.assertIn("read_orders", self.backend.verdict)

    def test_missing_permission_fails_the_test_and_is_named(self):
        self.shop.scopes = ("read_customers", "read_products")
        self.assertFalse(self.backend.action_test_connection())
        self.assertIn("✗", self.backend.verdict)
        self.assertIn("read_orders", self.backend.verdict)

    def test_permission_of_a_chosen_flow_is_missed_and_the_flow_named(self):
        flow = self.backend.flow_ids[:1]
        flow.copy(
            {
                "name": "Stock to the Store",
                "code": "stock_told",
                "document": "stock",
                "direction": "out",
                "chosen": True,
            }
        )
        self.shop.scopes = ("read_orders", "read_customers", "write_products")
        self.assertFalse(self.backend.action_test_connection())
        self.assertIn("lacks the permission write_inventory", self.backend.verdict)
        self.assertIn("Stock to the Store", self.backend.verdict)
        self.assertIn("read_all_orders", self.backend.verdict)

    def test_write_permission_includes_reading(self):
        names = ("orders", "customers", "products", "inventory")
        self.shop.scopes = tuple(f"write_{name}" for name in names)
        self.assertTrue(self.backend.action_test_connection())

    def test_wrong_secret_is_explained(self):
        self.backend.shopify_client_secret = "wrong"
        self.assertFalse(self.backend.action_test_connection())
        self.assertIn("client id and secret", self.backend.verdict)
        self.assertNotIn("wrong", self.backend.verdict)

    def test_app_that_is_not_installed_is_explained(self):
        self.shop.tokens.refusal = "app_not_installed"
        self.assertFalse(self.backend.action_test_connection())
        self.assertIn("app_not_installed", self.backend.verdict)

    # === LIMITS ===#

    def test_throttling_with_status_200_pauses_all_workers(self):
        self.adapter().client().query("shop")
        self.shop.faults.add("throttled")
        with patch.object(client_module, "LONGEST_WAIT", 0):
            try:
                self.adapter().client().query("shop")
                self.fail("The throttling was not noticed.")
            except RateLimited as error:
                # not assertRaises, which would undo what the gate wrote
                self.assertEqual(error.code, "THROTTLED")
        self.env.invalidate_all()
        self.assertEqual(self.backend.limit_state, "paused")
        self.assertIn("Shopify's rate limit is used up", self.backend.limit_text)
        self.adapter().client().query("shop")
        self.env.invalidate_all()
        self.assertEqual(self.backend.limit_state, "closed")

    # === TOKENS ===#

    def test_token_is_shared_by_all_workers(self):
        for _worker in range(3):
            self.adapter().client().query("shop")
        self.assertEqual(self.shop.stats.token_requests, 1)

    def test_refused_token_is_renewed_once(self):
        self.adapter().client().query("shop")
        self.shop.tokens.expire()
        self.adapter().client().query("shop")
        self.assertEqual(self.shop.stats.token_requests, 2)

    def test_refused_permanent_token_is_an_error(self):
        self.backend.shopify_access_token = "shpat_wrong"
        with self.assertRaises(AuthError):
            self.adapter().client().query("shop")

    def test_permanent_token_needs_no_grant(self):
        self.backend.shopify_access_token = self.shop.tokens.permanent
        self.adapter().client().query("shop")
        self.assertEqual(self.shop.stats.token_requests, 0)

    def test_new_credentials_forget_the_token(self):
        self.adapter().client().query("shop")
        self.assertTrue(self.env["hub.token"].search([]))
        self.backend.shopify_client_secret = "new"
        self.assertFalse(self.env["hub.token"].search([]))

    # === READING ===#

    def test_fetch_returns_what_exists_and_names_what_does_not(self):
        ids = self.shop.place_orders(3)
        gone = "gid://shopify/Order/1"
        found = self.adapter().fetch("order", [*ids, gone])
        self.assertEqual(set(found), {*ids, gone})
        self.assertIsInstance(found[gone], NotFound)
        self.assertEqual(found[ids[0]]["id"], ids[0])

    def test_fetch_takes_few_calls(self):
        ids = self.shop.place_orders(60, scenarios=["plain"])
        self.adapter().client().query("shop")
        self.shop.stats.reset()
        self.adapter().fetch("order", ids)
        self.assertEqual(self.shop.stats.requests, 1)
        self.assertLess(self.shop.stats.requested_cost, 1000)

    def test_fetch_reads_by_id_what_the_search_shows_too_old(self):
        ids = self.shop.place_orders(6, scenarios=["plain"])
        announced = {ids[2]: "2999-01-01T00:00:00.000000Z"}
        self.adapter().client().query("shop")
        self.shop.stats.reset()
        found = self.adapter().fetch("order", ids, announced)
        self.assertEqual(set(found), set(ids))
        self.assertEqual(dict(self.shop.stats.graphql), {"Orders": 1, "OrdersById": 1})

    def test_order_with_many_lines_is_read_to_its_last_line(self):
        (gid,) = self.shop.place_orders(1, scenarios=["many_lines"])
        found = self.adapter().fetch("order", [gid])
        lines = found[gid]["lineItems"]["nodes"]
        self.assertEqual(len(lines), len(self.shop.truth[gid].lines))
        self.assertGreater(len(lines), 50)

    def test_changes_come_oldest_first_and_all(self):
        ids = self.shop.place_orders(30)
        self.shop.touch(ids[0])
        pages = list(self.adapter().iter_changes("order", None))
        events = [event for page in pages for event in page.events]
        self.assertEqual({event.external_id for event in events}, set(ids))
        versions = [event.version for event in events]
        self.assertEqual(versions, sorted(versions))
        self.assertEqual(events[-1].external_id, ids[0])

    def test_window_of_changes_is_read_and_counted(self):
        ids = self.shop.place_orders(6)
        adapter = self.adapter()
        events = [e for p in adapter.iter_changes("order", None) for e in p.events]
        window = events[1].version, events[4].version
        found = [e for p in adapter.iter_changes("order", *window) for e in p.events]
        expected = {
            e.external_id for e in events if window[0] <= e.version <= window[1]
        }
        self.assertEqual({event.external_id for event in found}, expected)
        self.assertEqual(adapter.count("order", *window), len(expected))
        self.assertEqual(adapter.count("order", None), len(ids))
        for document in ("customer", "product"):
            self.assertGreater(adapter.count(document, None), 0)

    def test_broken_answer_is_transient(self):
        self.shop.faults.add("invalid_json", count=5)
        with self.assertRaises(Unavailable):
            self.adapter().client().query("shop")

    def test_denied_customer_data_is_an_error_that_names_the_permission(self):
        self.shop.denied = frozenset({"email"})
        ids = self.shop.place_orders(1)
        with self.assertRaises(AuthError) as caught:
            self.adapter().fetch("order", ids)
        self.assertTrue(caught.exception.remedy)

    # === WEBHOOKS ===#

    def test_old_secret_is_accepted_during_a_rotation(self):
        (gid,) = self.shop.place_orders(1)
        headers, body = self.lower(*self.shop.sign(gid))
        self.backend.write(
            {
                "shopify_old_client_secret": self.shop.tokens.client_secret,
                "shopify_client_secret": "rotated",
            }
        )
        self.assertTrue(self.adapter().verify_webhook(headers, body))
        self.backend.shopify_old_client_secret = False
        self.assertFalse(self.adapter().verify_webhook(headers, body))

    def test_backend_without_a_secret_believes_nobody(self):
        (gid,) = self.shop.place_orders(1)
        headers, body = self.lower(*self.shop.sign(gid))
        self.backend.shopify_client_secret = False
        self.assertFalse(self.adapter().verify_webhook(headers, body))

    def test_notification_says_which_order_and_version(self):
        (gid,) = self.shop.place_orders(1)
        note = self.adapter().read_notification(*self.lower(*self.shop.sign(gid)))
        self.assertEqual((note.document, note.event.external_id), ("order", gid))
        self.assertFalse(note.event.complete)
        self.assertTrue(note.event.version and note.event.delivery_id)

    def test_other_topics_are_nobodys_business(self):
        headers = {"x-shopify-topic": "carts/update"}
        self.assertIsNone(self.adapter().read_notification(headers, b"{}"))

    def lower(self, headers, body):
        return {name.lower(): value for name, value in headers.items()}, body
