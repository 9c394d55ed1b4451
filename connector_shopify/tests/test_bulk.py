# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from odoo.addons.connector_hub.exceptions import RateLimited

from ..components import adapter_bulk, bulk
from .common import ShopifyCase


class TestBulk(ShopifyCase):
    """A whole catalogue, read by an operation of the store."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(products=30)
        self.backend = self.make_shopify_backend(self.shop)
        self.products = self.flow(self.backend, "product")
        for name, value in (("POLL_SECONDS", 0.0), ("PAGE_LENGTH", 7)):
            held = patch.object(bulk, name, value)
            held.start()
            self.addCleanup(held.stop)
        held = patch.object(adapter_bulk, "BULK_FROM", 10)
        held.start()
        self.addCleanup(held.stop)

    def everything(self):
        """Return (ids of what was read, names of the calls it took)."""
        self.shop.stats.reset()
        pages = list(self.backend.adapter().iter_changes("product", None))
        events = [event for page in pages for event in page.events]
        return pages, events, dict(self.shop.stats.graphql)

    def known(self):
        return sorted(self.shop.collection("products").objects)

    def test_everything_is_read_by_one_operation(self):
        pages, events, calls = self.everything()
        self.assertEqual(sorted(event.external_id for event in events), self.known())
        self.assertNotIn("Products", calls)
        self.assertEqual(calls["BulkStart"], 1)
        # how far was read is said when all of it is there
        self.assertEqual([p.read_up_to for p in pages[:-1]], [None] * (len(pages) - 1))
        self.assertTrue(pages[-1].read_up_to)

    def test_what_it_brings_is_what_pages_bring(self):
        _pages, events, _calls = self.everything()
        paged = self.backend.adapter().fetch("product", self.known())
        for event in events:
            with self.subTest(product=event.name):
                self.assertEqual(json.loads(event.body), paged[event.external_id])

    def test_backfill_of_everything_brings_all_products_by_an_operation(self):
        self.products.start_backfill()
        self.settle()
        self.env.invalidate_all()
        self.assertIn("BulkStart", self.shop.stats.graphql)
        self.assertEqual(
            self.env["hub.shopify.product"].search_count([]), len(self.known())
        )
        self.assertEqual(set(self.states(self.products)), {"done"})

    def test_part_of_a_failed_operation_is_made_up_for_in_pages(self):
        self.shop.bulk.outcome = "PARTIAL"
        _pages, events, calls = self.everything()
        self.assertEqual(sorted({event.external_id for event in events}), self.known())
        self.assertIn("Products", calls)

    def test_failed_operation_without_data_is_made_up_for_in_pages(self):
        self.shop.bulk.outcome = "FAILED"
        _pages, events, _calls = self.everything()
        self.assertEqual(sorted(event.external_id for event in events), self.known())

    def test_file_that_is_not_there_any_more_is_made_up_for_in_pages(self):
        with patch.object(
            type(self.shop.bulk), "_store", lambda *_args: f"{self.shop.url}/_bulk/0"
        ):
            _pages, events, _calls = self.everything()
        self.assertEqual(sorted(event.external_id for event in events), self.known())

    def test_full_places_put_it_off(self):
        for _place in range(5):
            self.shop.bulk.start("{ products { edges { node { id } } } }", True)
        with self.assertRaises(RateLimited) as caught:
            list(self.backend.adapter().iter_changes("product", None))
        self.assertEqual(caught.exception.code, "OPERATION_IN_PROGRESS")

    def test_operation_of_a_worker_that_died_is_taken_up(self):
        adapter = self.backend.adapter()
        pages = adapter.iter_changes("product", None)
        next(pages)
        pages.close()
        _pages, events, calls = self.everything()
        self.assertEqual(sorted(event.external_id for event in events), self.known())
        self.assertNotIn("BulkStart", calls)

    def test_small_stores_are_read_in_pages(self):
        with patch.object(adapter_bulk, "BULK_FROM", 1000):
            _pages, _events, calls = self.everything()
        self.assertNotIn("BulkStart", calls)
