# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields

from ..components import adapter as adapter_module
from ..components import client as client_module
from ..const import API_VERSION
from .common import ShopifyCase


class TestVersions(ShopifyCase):
    """The pinned version of the interface: its end is told, and a switch noticed."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)

    def problems(self):
        found = self.exceptions(self.backend)
        return found.filtered(lambda row: row.category == "version")

    def supported_for(self, months):
        return patch.object(adapter_module, "SUPPORTED_MONTHS", months)

    def test_version_that_is_served_raises_no_concern(self):
        with self.supported_for(1200):
            self.assertTrue(self.backend.action_test_connection())
        self.assertEqual(self.backend.api_version, API_VERSION)
        self.assertEqual(self.backend.api_version_served, API_VERSION)
        self.assertFalse(self.problems())

    def test_end_of_the_version_is_told_sixty_days_ahead(self):
        soon = fields.Date.today() + timedelta(days=40)
        year, month = map(int, API_VERSION.split("-"))
        months = (soon.year - year) * 12 + soon.month - month
        with self.supported_for(months):
            self.assertTrue(self.backend.action_test_connection())
        self.assertEqual(self.backend.api_supported_until, soon.replace(day=1))
        problem = self.problems()
        self.assertEqual((problem.severity, problem.state), ("normal", "open"))
        self.assertIn("expires soon", problem.name)
        with self.supported_for(1200):
            self.backend.action_test_connection()
        self.assertEqual(problem.state, "resolved")

    def test_other_version_that_answers_is_noticed(self):
        """Shopify serves the oldest version it supports instead of one that ended."""
        with (
            patch.object(client_module, "API_VERSION", "2025-01"),
            patch.object(adapter_module, "API_VERSION", "2025-01"),
        ):
            self.assertFalse(self.backend.action_test_connection())
        self.assertIn("2025-01 is no longer served", self.backend.verdict)
        self.assertEqual(self.problems().severity, "critical")
        self.assertIn("2025-01", self.problems().explanation)

    def test_flows_notice_it_as_well(self):
        self.shop.place_orders(1)
        with (
            patch.object(client_module, "API_VERSION", "2025-01"),
            patch.object(adapter_module, "API_VERSION", "2025-01"),
        ):
            self.poll(self.flow(self.backend))
        self.assertEqual(self.problems().severity, "critical")
