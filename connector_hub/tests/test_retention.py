# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from unittest.mock import patch

from odoo import fields
from odoo.sql_db import Cursor
from odoo.tools import SQL

from odoo.addons.connector_hub.documents import DocumentKind, Order
from odoo.addons.connector_hub.models import hub_vacuum

from . import samples
from .drain_case import DrainCase


class TestRetention(DrainCase):
    """What is kept for how long, and what outlives it."""

    def setUp(self):
        super().setUp()
        self.order_flow.write(
            {"payload_days": 30, "attempt_days": 30, "message_days": 100}
        )

    def settled(self, count=3, days=0):
        """Bring in orders that were settled so many days ago."""
        for number in range(1, count + 1):
            self.place(number)
        self.bring_in()
        messages = self.messages(self.order_flow)
        self.age(messages, days)
        return messages

    def age(self, messages, days):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hub_message SET processed_at = processed_at"
            " - make_interval(days => %s) WHERE id = ANY(%s)",
            [days, messages.ids],
        )
        self.env.invalidate_all()

    def vacuum(self):
        self.env.flush_all()
        deadline = time.monotonic() + 60
        result = self.env["hub.vacuum"].run(self.order_flow, deadline)
        self.env.invalidate_all()
        return result

    def totals(self):
        found = {}
        for row in self.env["hub.total"].search([("flow_id", "=", self.order_flow.id)]):
            found[row.kind] = found.get(row.kind, 0) + row.count
        return found

    # === PAYLOADS ===#

    def test_payloads_go_before_their_messages(self):
        messages = self.settled(days=31)
        self.vacuum()
        self.assertFalse(messages.payload_ids)
        self.assertEqual(messages.mapped("state"), ["done"] * 3)
        self.assertEqual(self.totals(), {"payload": 3})

    def test_young_payloads_are_kept(self):
        messages = self.settled(days=29)
        self.assertEqual(self.vacuum(), (0, True))
        self.assertEqual(len(messages.payload_ids), 3)

    def test_payloads_of_what_waits_or_is_stuck_are_kept(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.place(2)
        self.poll(self.order_flow)
        messages = self.messages(self.order_flow)
        self.assertEqual(sorted(messages.mapped("state")), ["failed", "pending"])
        self.age(messages, 1000)
        self.vacuum()
        self.assertEqual(len(messages.exists().payload_ids), 2)

    def test_emptied_messages_are_not_looked_at_again(self):
        self.settled(days=31)
        self.vacuum()
        with self.queries() as statements:
            self.vacuum()
        deletions = [text for text in statements if "DELETE FROM" in text]
        self.assertFalse([text for text in deletions if "hub_run" not in text])

    def test_message_without_payload_can_be_retried(self):
        self.settled(1, days=31)
        self.vacuum()
        self.message().action_retry()
        self.drain(self.order_flow)
        self.assertEqual((self.message().state, self.fetches), ("done", 1))

    def test_zero_days_keep_for_ever(self):
        self.order_flow.write({"payload_days": 0, "attempt_days": 0, "message_days": 0})
        messages = self.settled(days=10_000)
        self.vacuum()
        self.assertEqual(len(messages.exists().payload_ids), 3)

    # === MESSAGES ===#

    def test_messages_go_and_their_number_stays(self):
        messages = self.settled(days=101)
        self.vacuum()
        self.assertFalse(messages.exists())
        self.assertEqual(self.totals(), {"payload": 3, "done": 3})

    def test_message_of_an_open_exception_is_kept(self):
        messages = self.settled(2, days=101)
        self.place(3, total="99.99")
        self.bring_in()
        exception = self.exceptions(self.backend)
        messages[0].exception_id = exception
        self.vacuum()
        self.assertEqual(messages.exists(), messages[0])
        exception.state = "resolved"
        self.vacuum()
        self.assertFalse(messages.exists())

    def test_runs_go_with_their_last_message(self):
        messages = self.settled(days=101)
        run = messages.run_id
        self.assertEqual(len(run), 1)
        self.vacuum()
        self.assertTrue(run.exists(), "the run itself is young")
        run.ended_at = "2020-01-01"
        self.vacuum()
        self.assertFalse(run.exists())
        self.assertEqual(self.totals()["run"], 1)

    def test_run_with_messages_is_kept(self):
        messages = self.settled(days=1)
        messages.run_id.ended_at = "2020-01-01"
        self.vacuum()
        self.assertTrue(messages.run_id.exists())

    def test_records_and_links_are_kept(self):
        self.settled(1, days=101)
        order = self.sale_order()
        self.vacuum()
        self.assertEqual(self.sale_order(), order)

    # === NOTHING HAPPENS TWICE ===#

    def test_replay_of_a_deleted_message_has_no_second_effect(self):
        self.place(1)
        self.hint("O1")
        self.drain(self.order_flow)
        order = self.sale_order()
        before = [self.row_version(row) for row in (order, *order.order_line)]
        self.age(self.messages(self.order_flow), 101)
        self.vacuum()
        self.hint("O1")
        self.drain(self.order_flow)
        self.assertEqual(self.states(self.order_flow), ["unchanged"])
        after = [self.row_version(row) for row in (order, *order.order_line)]
        self.assertEqual(after, before)

    def test_deleted_event_is_not_even_stored_again(self):
        with patch.object(Order, "kind", DocumentKind.EVENT):
            self.settled(2, days=101)
            self.vacuum()
            self.place(3)
            self.order_flow.cursor = False
            self.poll(self.order_flow)
        found = self.messages(self.order_flow).mapped("external_id")
        self.assertEqual(found, ["O3"])

    def test_deleted_event_is_not_stored_when_it_is_notified_again(self):
        store, event = self.env["hub.message"], samples.event("O9", delivery_id="D1")
        with patch.object(Order, "kind", DocumentKind.EVENT):
            self.assertTrue(store.arrive(self.order_flow, event))
            message = self.messages(self.order_flow)
            long_ago = fields.Datetime.subtract(fields.Datetime.now(), days=101)
            message.write({"state": "done", "processed_at": long_ago})
            self.vacuum()
            self.assertFalse(store.arrive(self.order_flow, event))
        self.assertFalse(self.messages(self.order_flow))

    # === IN SMALL STEPS ===#

    def test_every_batch_is_a_transaction_of_its_own(self):
        messages = self.settled(7, days=101)
        opened = []
        cursor = hub_vacuum.read_committed

        def counted(registry):
            opened.append(1)
            return cursor(registry)

        with (
            patch.object(hub_vacuum, "BATCH", 2),
            patch.object(hub_vacuum, "read_committed", counted),
        ):
            deleted, finished = self.vacuum()
        self.assertEqual((deleted, finished), (14, True))
        self.assertFalse(messages.exists())
        self.assertGreaterEqual(len(opened), 8)

    def test_when_time_is_up_the_next_call_goes_on(self):
        messages = self.settled(5, days=101)
        with patch.object(hub_vacuum, "BATCH", 2):
            passed = time.monotonic() - 1
            calls = 0
            while not self.env["hub.vacuum"].run(self.order_flow, passed)[1]:
                calls += 1
                self.assertLess(calls, 20)
        self.assertFalse(messages.exists())
        self.assertGreater(calls, 3)

    def test_scheduled_action_asks_to_be_called_again(self):
        self.settled(5, days=101)
        told = []

        def progress(_cron, done=0, *, remaining=None, **_rest):
            told.append((done, remaining))

        with (
            patch.object(type(self.env["ir.cron"]), "_commit_progress", progress),
            patch.object(hub_vacuum, "BATCH", 2),
            patch.object(hub_vacuum.time, "monotonic", side_effect=range(0, 1000, 6)),
        ):
            self.env["hub.flow"]._cron_vacuum()
            self.assertEqual(told[0][1], 1)
        self.env.invalidate_all()
        with patch.object(type(self.env["ir.cron"]), "_commit_progress", progress):
            self.env["hub.flow"]._cron_vacuum()
        self.assertEqual(told[-1][1], 0)
        self.assertFalse(self.messages(self.order_flow))

    # === LARGE TABLES ===#

    def test_large_tables_are_read_by_index(self):
        self.fill(60_000)
        # so small a table may be cheaper to scan: what counts is that an index answers
        self.env.cr.execute("SET LOCAL enable_seqscan = off")
        plans = []
        execute = Cursor.execute

        def explained(cr, query, *rest, **options):
            if isinstance(query, SQL) and "hub_message" in query.code:
                execute(cr, SQL("EXPLAIN %s", query))
                plans.append("\n".join(row[0] for row in cr.fetchall()))
            return execute(cr, query, *rest, **options)

        with patch.object(Cursor, "execute", explained):
            self.vacuum()
        self.assertGreater(len(plans), 10)
        for plan in plans:
            self.assertNotIn("Seq Scan on hub_message", plan)
            self.assertNotIn("Seq Scan on hub_payload", plan)

    def fill(self, count):
        """Store many settled messages, a twentieth of them old."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            INSERT INTO hub_message (flow_id, backend_id, company_id, direction, lane,
                   priority, state, external_id, dedup_key, processed_at)
            SELECT %s, %s, %s, 'in', n %% 4, 10, 'done', 'M' || n, 'fill:' || n,
                   now() AT TIME ZONE 'UTC' - make_interval(days => n %% 105)
              FROM generate_series(1, %s) AS n
            """,
            [self.order_flow.id, self.backend.id, self.company.id, count],
        )
        self.env.cr.execute(
            "INSERT INTO hub_payload (message_id, kind, body)"
            " SELECT id, 'received', 'x' FROM hub_message WHERE dedup_key LIKE 'fill:%'"
        )
        self.env.cr.execute("ANALYZE hub_message, hub_payload")

    def test_rows_that_hang_on_a_message_are_found_by_index(self):
        self.env.cr.execute(
            """
            SELECT c.conrelid::regclass::text, a.attname
              FROM pg_constraint c
              JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
             WHERE c.contype = 'f' AND c.confrelid IN (
                       'hub_message'::regclass, 'hub_run'::regclass)
               AND NOT EXISTS (
                   SELECT 1 FROM pg_index i
                    WHERE i.indrelid = c.conrelid AND i.indkey[0] = a.attnum)
            """
        )
        dialogues = {m._table for m in self.env.values() if m.is_transient()}
        slow = [row for row in self.env.cr.fetchall() if row[0] not in dialogues]
        self.assertFalse(slow, "deleting messages reads all of these")

    def test_payload_of_an_order_is_stored_small(self):
        lines = [samples.line(number) for number in range(1, 6)]
        self.place(1, lines=lines)
        self.poll(self.order_flow)
        row = self.message().payload_ids
        raw = self.env["hub.payload"].newest(self.message().ids)[self.message().id]
        stored = len(row.with_context(bin_size=False).body)
        self.assertLess(stored, len(raw) / 2)
