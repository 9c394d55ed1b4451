# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from ..components import topics
from .common import ShopifyCase

OURS = "https://odoo.example.com"


class TestSubscriptions(ShopifyCase):
    """Webhooks a store was asked for: created, compared, repaired, removed."""

    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].sudo().set_param("web.base.url", OURS)
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.uri = self.backend.webhook_url
        self.wanted = topics.subscribed(self.backend.subscribed_documents())

    def asked(self):
        """Return the topics that are notified to us."""
        rows = self.shop.subscriptions.values()
        return sorted(row["topic"] for row in rows if row["uri"] == self.uri)

    def press(self, name):
        action = getattr(self.backend, f"action_{name}_subscriptions")()
        self.assertEqual(action["params"]["message"], self.backend.subscription_verdict)
        return self.backend.subscription_verdict

    def test_all_that_running_flows_need_is_asked_for_once(self):
        for _time in range(2):
            self.press("repair")
        ten, rest = divmod(len(self.wanted), 10)
        calls = self.shop.stats.graphql
        self.assertEqual(calls["WebhookCreateTen"], ten)
        self.assertEqual(calls["WebhookCreate"], rest)
        self.assertTrue(self.backend.subscription_ok)
        self.assertEqual(self.asked(), sorted(self.wanted))
        self.assertIn("REFUNDS_CREATE", self.wanted)
        self.assertIn("CUSTOMERS_UPDATE", self.wanted)

    def test_comparison_names_what_is_missing_and_changes_nothing(self):
        self.press("repair")
        gid = self.find("ORDERS_UPDATED")
        del self.shop.subscriptions[gid]
        text = self.press("check")
        self.assertFalse(self.backend.subscription_ok)
        self.assertIn("orders/updated is not asked for", text)
        self.assertNotIn("ORDERS_UPDATED", self.asked())

    def test_what_was_removed_there_is_asked_for_again(self):
        self.press("repair")
        del self.shop.subscriptions[self.find("ORDERS_UPDATED")]
        self.press("repair")
        self.assertTrue(self.backend.subscription_ok)
        self.assertEqual(self.asked(), sorted(self.wanted))

    def test_filters_and_missing_fields_are_found_and_repaired(self):
        self.press("repair")
        self.shop.subscriptions[self.find("ORDERS_UPDATED")]["filter"] = "id:1"
        self.shop.subscriptions[self.find("ORDERS_CREATE")]["includeFields"] = ["note"]
        text = self.press("check")
        self.assertIn("orders/updated is filtered", text)
        self.assertIn("orders/create comes without all its fields", text)
        self.press("repair")
        self.press("check")
        self.assertTrue(self.backend.subscription_ok)

    def test_topic_that_no_flow_needs_is_given_up(self):
        self.shop.subscribe("THEMES_UPDATE", self.uri)
        self.assertIn("no flow needs it", self.press("check"))
        self.press("repair")
        self.assertNotIn("THEMES_UPDATE", self.asked())

    def test_subscriptions_of_others_are_left_alone(self):
        self.shop.subscribe("ORDERS_UPDATED", "https://other.example.com/hook")
        self.press("repair")
        self.press("remove")
        self.assertEqual(self.asked(), [])
        (row,) = self.shop.subscriptions.values()
        self.assertEqual(row["uri"], "https://other.example.com/hook")

    def test_version_of_the_app_is_told_without_being_a_fault(self):
        self.press("repair")
        version = {"handle": "2026-04", "displayName": "2026-04", "supported": True}
        self.shop.subscriptions[self.find("ORDERS_UPDATED")]["apiVersion"] = version
        self.assertIn("written in version 2026-04", self.press("check"))
        self.assertTrue(self.backend.subscription_ok)

    def test_refused_address_is_explained_and_connects_all_the_same(self):
        params = self.env["ir.config_parameter"].sudo()
        params.set_param("web.base.url", "http://odoo.example.com")
        self.backend.invalidate_recordset(["webhook_url"])
        self.backend.state = "draft"
        self.assertTrue(self.backend.action_connect())
        self.assertEqual(self.backend.state, "connected")
        self.assertIn("http:// is not supported", self.backend.subscription_verdict)

    def test_backend_without_a_secret_asks_for_nothing(self):
        self.backend.write(
            {
                "shopify_client_secret": False,
                "shopify_access_token": self.shop.tokens.permanent,
            }
        )
        self.backend.invalidate_recordset(["has_subscriptions"])
        self.assertFalse(self.backend.has_subscriptions)
        self.backend._subscribe()
        self.assertFalse(self.shop.subscriptions)

    def test_only_operators_change_what_is_notified(self):
        user = new_test_user(self.env, "looker", "connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_remove_subscriptions()

    def find(self, topic):
        rows = self.shop.subscriptions.items()
        return next(
            gid for gid, row in rows if row["topic"] == topic and row["uri"] == self.uri
        )
