# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import AuthError, Unavailable

from ..components.auth import refreshed_token
from .common import ShopifyCase


class TestTokens(ShopifyCase):
    """Apps whose access tokens live for an hour and come with a refresh token."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.first = self.shop.tokens.install()
        self.backend = self.make_shopify_backend(
            self.shop, shopify_refresh_token=self.first
        )

    def ask(self):
        return self.backend.adapter().client().query("shop")

    def kept(self):
        self.env["hub.token"].invalidate_model()
        return self.env["hub.token"].search([("backend_id", "=", self.backend.id)])

    def end_life(self):
        self.shop.tokens.expire()
        self.kept().expires_at = "2000-01-01"
        self.env.flush_all()

    def test_access_token_is_asked_for_once_and_kept_for_its_hour(self):
        for _time in range(3):
            self.ask()
        self.assertEqual(self.shop.stats.token_requests, 1)
        self.assertNotEqual(self.kept().refresh_value, self.first)

    def test_each_renewal_uses_the_refresh_token_that_came_last(self):
        for number in range(1, 4):
            self.ask()
            self.assertEqual(self.shop.stats.token_requests, number)
            # only the newest is left there: an older one would have been refused
            self.assertEqual(self.shop.tokens.refreshes, {self.kept().refresh_value})
            self.end_life()

    def test_lost_answer_costs_nothing_as_the_old_refresh_token_is_still_good(self):
        self.ask()
        before = self.kept().refresh_value
        self.end_life()
        self.shop.faults.add("close", when="after", operation="oauth", count=9)
        with self.assertRaises(Unavailable):
            self.ask()
        self.assertEqual(self.kept().refresh_value, before)
        self.shop.faults.clear()
        self.ask()
        self.assertNotEqual(self.kept().refresh_value, before)
        self.assertNotIn(before, self.shop.tokens.refreshes)

    def test_refused_access_token_is_renewed_by_the_refresh_token(self):
        self.ask()
        self.shop.tokens.expire()
        self.ask()
        self.assertEqual(self.shop.stats.token_requests, 2)

    def test_new_client_secret_keeps_the_refresh_token(self):
        self.ask()
        newest = self.kept().refresh_value
        self.shop.tokens.client_secret = "rotated"
        self.backend.shopify_client_secret = "rotated"
        self.assertEqual(self.kept().refresh_value, newest)
        self.ask()
        self.assertEqual(self.shop.stats.token_requests, 2)

    def test_refresh_token_that_a_person_enters_replaces_the_kept_one(self):
        self.ask()
        self.shop.tokens.refreshes.clear()
        self.backend.shopify_refresh_token = self.shop.tokens.install()
        self.ask()
        self.assertEqual(len(self.shop.tokens.refreshes), 1)

    def test_dead_refresh_token_says_what_to_do(self):
        self.shop.tokens.refreshes.clear()
        with self.assertRaises(AuthError) as caught:
            self.ask()
        self.assertEqual(caught.exception.code, "refresh_refused")
        self.assertIn("Install the app", caught.exception.remedy)
        self.assertNotIn(self.first, caught.exception.text)

    def test_old_refresh_token_survives_until_its_replacement_was_used(self):
        """Which is what the renewal relies on; the simulator behaves that way."""
        http = self.backend.adapter().http()
        credentials = self.shop.tokens.client_id, self.shop.tokens.client_secret
        for _time in range(2):
            token, seconds, _refresh = refreshed_token(http, *credentials, self.first)
        self.assertEqual(seconds, 3600)
        self.assertTrue(self.shop.tokens.valid(token))
        with self.assertRaises(AuthError):
            refreshed_token(http, *credentials, self.first)
