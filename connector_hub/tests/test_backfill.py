# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError

from odoo.addons.connector_hub.models import hub_flow_backfill

from . import samples
from .drain_case import DrainCase


class TestBackfill(DrainCase):
    """Reading a window of history beside the fresh changes."""

    def setUp(self):
        super().setUp()
        self.remote.page_size = 2
        self.order_flow.cursor = "2026-12-01T00:00:00.000000Z"

    def place_many(self, count):
        for number in range(1, count + 1):
            self.place(number)

    def start(self, **values):
        return self.order_flow.start_backfill(**values)

    def backfill(self, run):
        return self.perform(self.order_flow, "_backfill", run.id)

    def of_run(self, run):
        return self.env["hub.message"].search([("run_id", "=", run.id)], order="id")

    # === WINDOW ===#

    def test_everything_is_read_and_processed(self):
        self.place_many(5)
        run = self.start()
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 5)
        self.assertEqual((run.status, run.progress), ("done", 100))
        self.assertEqual((run.seen_count, run.total_count), (5, 5))

    def test_only_the_window_is_read(self):
        for number in range(1, 6):
            self.place(number, version=samples.EPOCH + timedelta(days=number))
        day = samples.EPOCH.replace(tzinfo=None)
        run = self.start(
            window_from=day + timedelta(days=2), window_to=day + timedelta(days=4)
        )
        self.backfill(run)
        found = self.of_run(run).mapped("external_id")
        self.assertEqual(found, ["O2", "O3", "O4"])

    def test_the_cursor_of_the_flow_stays(self):
        self.place_many(3)
        before = self.order_flow.cursor
        self.start()
        self.settle()
        self.assertEqual(self.order_flow.cursor, before)

    def test_a_flow_that_never_polled_then_polls_only_what_is_fresh(self):
        self.order_flow.cursor = False
        self.place_many(3)
        self.start()
        self.settle()
        self.poll(self.order_flow)
        self.assertEqual(len(self.messages(self.order_flow)), 3)

    # === WHAT IS UP TO DATE ===#

    def test_what_is_up_to_date_is_not_even_stored(self):
        self.place_many(3)
        self.start()
        self.settle()
        again = self.start()
        self.settle()
        self.assertEqual((again.received_count, again.current_count), (0, 3))

    def test_two_edits_of_one_second_are_told_apart(self):
        version = self.remote.now()
        self.place(1, version=version)
        self.start()
        self.settle()
        self.place(1, version=version, name="#edited")
        run = self.start()
        self.backfill(run)
        self.assertEqual(run.received_count, 1)

    def test_a_lost_link_is_made_again(self):
        self.place_many(1)
        self.start()
        self.settle()
        order = self.sale_order()
        self.env["hub.fake.order"].search([("odoo_id", "=", order.id)]).unlink()
        order.unlink()
        self.start()
        self.settle()
        self.assertTrue(self.sale_order())

    def test_force_applies_what_did_not_change(self):
        self.place_many(2)
        self.start()
        self.settle()
        again = self.start(force=True)
        self.settle()
        self.assertEqual(self.of_run(again).mapped("state"), ["done", "done"])

    # === BESIDE FRESH CHANGES ===#

    def test_fresh_changes_are_claimed_before_a_backfill(self):
        self.place_many(4)
        self.backfill(self.start())
        self.place(9)
        self.hint("O9")
        self.env.cr.execute("UPDATE hub_message SET lane = 0")
        self.order_flow.batch_size = 1
        lease = self.env["hub.lane"].lease(self.order_flow.id, 0)
        tasks = self.perform(self.order_flow, "_claim", lease, 0)
        self.env["hub.lane"].release(*lease)
        self.assertEqual([task.external_id for task in tasks], ["O9"])

    def test_a_polled_record_is_not_absorbed_by_a_waiting_backfill(self):
        self.place_many(1)
        self.order_flow.cursor = "2026-01-01T00:00:00.000000Z"
        self.backfill(self.start())
        self.poll(self.order_flow)
        priorities = self.messages(self.order_flow).mapped("priority")
        self.assertEqual(priorities, [1010, 10])
        self.drain(self.order_flow)
        self.assertEqual(sorted(self.states(self.order_flow)), ["done", "superseded"])

    # === STOP AND GO ===#

    def test_reading_goes_on_where_its_time_was_up(self):
        self.place_many(7)
        run = self.start()
        with patch.object(hub_flow_backfill, "TIME_BUDGET", -1):
            self.backfill(run)
            self.assertEqual((run.state, run.seen_count), ("receiving", 2))
            self.settle()
        self.assertEqual(len(self.of_run(run)), 7)
        self.assertEqual(set(self.states(self.order_flow)), {"done"})

    def test_time_is_never_up_before_the_cursor_moved(self):
        """Records of one and the same moment, more than fit into the time."""
        for number in range(1, 6):
            self.place(number, version=samples.EPOCH)
        run = self.start()
        with patch.object(hub_flow_backfill, "TIME_BUDGET", -1):
            self.settle()
        self.assertEqual(len(self.of_run(run)), 5)

    def test_failure_between_pages_keeps_the_pages_before(self):
        self.place_many(5)
        run = self.start()
        fetch_page, pages = self.remote._page, []

        def fail_second(request, rows):
            pages.append(1)
            if len(pages) == 2:
                self.remote.fail(500, times=9)
            return fetch_page(request, rows)

        self.remote._page = fail_second
        self.settle()
        self.assertEqual((run.state, run.tries), ("receiving", 1))
        self.assertEqual(len(self.of_run(run)), 4)
        self.remote._faults.clear()
        self.env["hub.run"]._sweep()
        self.assertFalse(self.backfill_jobs(), "it waits")
        run.next_attempt_at = "2026-01-01"
        self.env["hub.run"]._sweep()
        self.settle()
        self.assertEqual((run.state, run.tries), ("received", 0))
        self.assertEqual(len(self.of_run(run)), 5)

    def backfill_jobs(self):
        return self.due_jobs().filtered(
            lambda job: job.identity_key.startswith("hub.backfill")
        )

    def test_refused_credentials_pause_the_backend_and_the_run_waits(self):
        self.place_many(3)
        self.remote.refuses = True
        run = self.start()
        self.backfill(run)
        self.assertEqual(self.backend.state, "paused")
        self.assertEqual(run.state, "receiving")

    def test_paused_run_is_neither_read_nor_processed(self):
        self.place_many(4)
        run = self.start()
        with patch.object(hub_flow_backfill, "TIME_BUDGET", -1):
            self.backfill(run)
        run.action_pause()
        self.settle()
        self.drain(self.order_flow)
        self.assertEqual(self.of_run(run).mapped("state"), ["pending"] * 2)
        self.assertEqual((run.status, run.seen_count), ("paused", 2))
        run.action_resume()
        self.settle()
        self.assertEqual(self.of_run(run).mapped("state"), ["done"] * 4)

    def test_run_that_was_paused_while_processing_reads_nothing_again(self):
        self.place_many(2)
        run = self.start()
        self.backfill(run)
        run.action_pause()
        calls = dict(self.remote.calls)
        run.action_resume()
        self.assertEqual(run.state, "received")
        self.settle()
        self.assertEqual(run.status, "done")
        self.assertEqual(self.remote.calls, calls)

    def test_fresh_changes_are_processed_while_a_run_is_paused(self):
        self.place_many(2)
        run = self.start()
        self.backfill(run)
        run.action_pause()
        self.place(9)
        self.hint("O9")
        self.drain(self.order_flow)
        self.assertTrue(self.sale_order("O9"))
        self.assertFalse(self.sale_order("O1"))

    def test_cancelled_run_gives_up_what_waits(self):
        self.place_many(4)
        run = self.start()
        self.backfill(run)
        run.action_cancel()
        self.settle()
        self.assertEqual(self.of_run(run).mapped("state"), ["skipped"] * 4)
        self.assertEqual((run.status, run.is_held), ("cancelled", False))

    def test_what_a_cancelled_run_gave_up_is_received_again(self):
        self.place_many(2)
        run = self.start()
        self.backfill(run)
        run.action_cancel()
        self.settle()
        self.start()
        self.settle()
        self.assertTrue(self.sale_order("O1") and self.sale_order("O2"))

    # === PROGRESS, RIGHTS ===#

    def test_progress_knows_rate_and_remaining_time(self):
        self.place_many(6)
        run = self.start()
        with patch.object(hub_flow_backfill, "TIME_BUDGET", -1):
            self.backfill(run)
        run.active_seconds = 1
        self.assertEqual((run.read_rate, run.total_count), (2, 6))
        self.drain(self.order_flow)
        self.env.invalidate_all()
        self.assertEqual(run.progress, 33)
        self.assertGreater(run.rate, 0)
        self.assertIn("seconds", run.remaining)

    def test_two_backfills_of_a_flow_are_read_one_after_the_other(self):
        self.place_many(3)
        first, second = self.start(), self.start(force=True)
        lease = self.env["hub.lane"].lease(
            self.order_flow.id, hub_flow_backfill.BACKFILL_LANE
        )
        self.assertIn("Another", self.backfill(second))
        self.env["hub.lane"].release(*lease)
        self.settle()
        self.assertEqual({first.state, second.state}, {"received"})

    def test_only_operators_start_pause_and_cancel(self):
        run = self.start()
        user = self.env["res.users"].create(
            {
                "name": "Reader",
                "login": "reader",
                "group_ids": [
                    Command.link(self.env.ref("connector_hub.group_hub_user").id)
                ],
            }
        )
        with self.assertRaises(AccessError):
            self.order_flow.with_user(user).start_backfill()
        for action in ("action_pause", "action_resume", "action_cancel"):
            with self.assertRaises(AccessError):
                getattr(run.with_user(user), action)()

    def test_wizard_starts_backfills_of_several_flows(self):
        self.place_many(1)
        flows = self.backend.flow_ids
        wizard = self.env["hub.backfill"].with_context(
            active_model="hub.flow", active_ids=flows.ids
        )
        action = wizard.create({}).action_start()
        self.assertEqual(action["res_model"], "hub.run")
        runs = self.env["hub.run"].search([("flow_id", "in", flows.ids)])
        self.assertEqual(runs.flow_id, flows)
