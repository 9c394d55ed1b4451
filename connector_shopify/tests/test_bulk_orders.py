# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from contextlib import closing
from unittest.mock import patch

from odoo.addons.connector_hub.models import hub_flow_backfill

from ..components import adapter_bulk, bulk
from ..components.queries import in_bulk
from .common import ShopifyCase
from .simulator.life import Life

ORDERS = 40


class TestBulkOrders(ShopifyCase):
    """The history of a store's orders, read by an operation of the store."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(orders=ORDERS, fulfilled=0.5, products=12)
        self.backend = self.make_shopify_backend(self.shop)
        self.orders = self.flow(self.backend, "order")
        for module, name, value in (
            (bulk, "POLL_SECONDS", 0.0),
            (bulk, "PAGE_LENGTH", 7),
            (adapter_bulk, "BULK_FROM", 10),
        ):
            held = patch.object(module, name, value)
            held.start()
            self.addCleanup(held.stop)
        Life(self.shop, 3).live(0.5)

    def history(self, *window, **options):
        """Return (pages, events, {call: how often})."""
        self.shop.stats.reset()
        window = window or (None,)
        pages = list(self.backend.adapter().iter_history("order", *window, **options))
        events = [event for page in pages for event in page.events]
        return pages, events, dict(self.shop.stats.graphql)

    def documents(self, bodies):
        to_document = self.backend.mapper("order").to_document
        side = self.backend.shopify_money
        return [to_document(body, side=side) for body in bodies]

    def assertAllRead(self, events):
        self.assertEqual(
            sorted({event.external_id for event in events}), sorted(self.shop.orders)
        )

    # === WHAT COMES ===#

    def test_orders_come_by_one_operation_in_the_words_of_pages(self):
        for money in ("presentment", "shop"):
            self.backend.shopify_money = money
            _pages, events, calls = self.history()
            self.assertAllRead(events)
            self.assertEqual((calls["BulkStart"], calls.get("Orders", 0)), (1, 0))
            whole = [event for event in events if event.complete]
            self.assertGreater(len(whole), ORDERS // 2)
            ids = [event.external_id for event in whole]
            paged = self.backend.adapter().fetch("order", ids)
            bodies = [json.loads(event.body) for event in whole]
            self.assertEqual(bodies, [paged[gid] for gid in ids])
            self.assertEqual(
                self.documents(bodies), self.documents(paged[gid] for gid in ids)
            )

    def test_only_what_a_file_cannot_tell_is_a_hint(self):
        _pages, events, _calls = self.history()
        seen = set()
        for event in events:
            order = self.shop.orders[event.external_id]
            given = order["refunds"] or order["returnStatus"] != "NO_RETURN"
            parcels = len(order["fulfillments"])
            kind = "given back" if given else min(parcels, 2)
            seen.add((kind, event.complete))
            if given or parcels > 1:
                self.assertFalse(event.complete, order["name"])
            if not given and not parcels:
                self.assertTrue(event.complete, order["name"])
        self.assertLessEqual(
            {("given back", False), (0, True), (1, True), (1, False), (2, False)}, seen
        )

    def test_window_is_read_by_an_operation_too(self):
        moments = sorted(row["updatedAt"] for row in self.shop.orders.values())
        since, until = (bulk.parse_time(moments[place]) for place in (5, -6))
        _pages, events, calls = self.history(since, until)
        self.assertEqual(calls["BulkStart"], 1)
        wanted = [
            gid
            for gid, row in self.shop.orders.items()
            if moments[5] <= row["updatedAt"] <= moments[-6]
        ]
        self.assertEqual(sorted(event.external_id for event in events), sorted(wanted))

    def test_small_window_is_read_in_pages(self):
        since = bulk.parse_time(max(r["updatedAt"] for r in self.shop.orders.values()))
        with patch.object(adapter_bulk, "BULK_FROM", ORDERS):
            _pages, events, calls = self.history(since)
        self.assertNotIn("BulkStart", calls)
        self.assertTrue(events)

    def test_backfill_brings_the_history_of_orders_by_an_operation(self):
        self.env.ref("base.JPY").active = True
        for document in ("product", "customer"):
            self.flow(self.backend, document).start_backfill()
        self.settle()
        self.shop.stats.reset()
        self.orders.start_backfill()
        self.settle()
        self.env.invalidate_all()
        self.assertEqual(self.shop.stats.graphql["BulkStart"], 1)
        self.assertEqual(len(self.messages(self.orders)), ORDERS)
        failed = self.messages(self.orders).filtered(lambda m: m.state != "done")
        self.assertFalse(failed, failed.exception_id.mapped("explanation"))
        run = self.env["hub.run"].search([("flow_id", "=", self.orders.id)], limit=1)
        self.assertEqual((run.seen_count, run.position), (ORDERS, False))
        # once more: nothing is new but what a file cannot tell
        self.orders.start_backfill()
        self.settle()
        self.assertEqual(self.orders.state, "running")

    # === WHAT GOES WRONG ===#

    def test_reading_goes_on_where_it_stopped(self):
        with closing(self.backend.adapter().iter_history("order", None)) as pages:
            found = []
            for page in pages:
                found += page.events
                if len(found) >= 14:
                    break
        _pages, events, calls = self.history(position=page.position)
        self.assertNotIn("BulkStart", calls)
        self.assertAllRead([*found, *events])
        self.assertLessEqual(len(events), ORDERS - 14)

    def test_backfill_that_gives_way_reads_every_order_once(self):
        self.flow(self.backend, "product").start_backfill()
        self.settle()
        self.shop.stats.reset()
        with patch.object(hub_flow_backfill, "TIME_BUDGET", -1):
            self.orders.start_backfill()
            self.settle()
        self.env.invalidate_all()
        run = self.env["hub.run"].search([("flow_id", "=", self.orders.id)], limit=1)
        self.assertEqual((run.state, run.seen_count), ("received", ORDERS))
        self.assertEqual(self.shop.stats.graphql["BulkStart"], 1)

    def test_storage_that_only_reads_from_the_beginning_is_read_from_there(self):
        pages = self.backend.adapter().iter_history("order", None)
        found = next(page for page in pages if page.events)
        with patch(
            "werkzeug.wrappers.Response.make_conditional", lambda self, *_a: self
        ):
            _pages, events, _calls = self.history(position=found.position)
        self.assertAllRead([*found.events, *events])
        self.assertEqual(len(events), ORDERS - len(found.events))

    def test_part_of_a_failed_operation_is_made_up_for_in_pages(self):
        self.shop.bulk.outcome = "PARTIAL"
        pages, events, calls = self.history()
        self.assertAllRead(events)
        self.assertIn("Orders", calls)
        self.assertEqual(pages[-1].position, "")

    def test_file_that_is_gone_meanwhile_is_asked_for_anew(self):
        pages = self.backend.adapter().iter_history("order", None)
        found = next(page for page in pages if page.events)
        self.shop.bulk.operations.clear()
        _pages, events, calls = self.history(position=found.position)
        self.assertEqual(calls["BulkStart"], 1)
        self.assertAllRead(events)

    # === WHAT SHOPIFY REFUSES ===#

    def refusal(self, query):
        _operation, errors = self.shop.bulk.start(query, True)
        return errors[0]["message"] if errors else ""

    def test_lines_of_fulfilments_are_refused_in_bulk(self):
        text = in_bulk("OrderFields").replace("first: 60", "first: 250")
        self.assertIn(
            "a connection field within a list field",
            self.refusal(f"{{ orders {{ edges {{ node {text} }} }} }}"),
        )
        self.assertIn(
            "using 'edges' > 'node'", self.refusal("{ orders { nodes { id } } }")
        )
        lines = "lineItems { edges { node { id } } }"
        self.assertIn(
            "must select the 'id' field",
            self.refusal(f"{{ orders {{ edges {{ node {{ name {lines} }} }} }} }}"),
        )
