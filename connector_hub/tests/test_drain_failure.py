# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.tools import mute_logger

from odoo.addons.connector_hub.components.mapper import HubMapper
from odoo.addons.connector_hub.importers.base import ImporterBase
from odoo.addons.connector_hub.importers.order import ImporterOrder
from odoo.addons.connector_hub.models import hub_flow_apply as apply_module

from . import samples
from .drain_case import DrainCase


class TestDrainFailure(DrainCase):
    def due_in(self):
        due = self.message().next_attempt_at
        return (due - fields.Datetime.now()).total_seconds()

    def process_again(self):
        self.let_time_pass(self.message())
        self.drain(self.order_flow)

    # === TRANSIENT ===#

    def test_pauses_between_tries_grow_and_are_jittered(self):
        self.place()
        self.hint("O1")
        self.remote.fail(503, times=99)
        for attempt in range(1, 6):
            self.process_again()
            self.assertEqual(self.message().attempts, attempt)
            longest = 10 * 2 ** (attempt - 1)
            self.assertGreaterEqual(self.due_in(), longest / 2 - 3)
            self.assertLessEqual(self.due_in(), longest + 1)
        self.assertEqual(self.message().state, "pending")

    def test_message_gives_up_after_the_last_attempt(self):
        self.order_flow.max_attempts = 3
        self.place()
        self.hint("O1")
        self.remote.fail(503, times=99)
        for _attempt in range(3):
            self.process_again()
        self.assertEqual(self.message().state, "failed")
        self.assertEqual(self.message().attempts, 3)
        self.assertEqual(self.exceptions(self.backend).category, "unavailable")
        tries = self.message().attempt_ids
        self.assertEqual(tries.mapped("number"), [3, 2, 1])
        self.assertEqual(set(tries.mapped("outcome")), {"retry"})
        self.assertIn("503", tries[0].error)

    def test_silence_counts_as_a_transient_failure(self):
        self.place()
        self.hint("O1")
        self.remote.fail(500, seconds=2)
        self.drain(self.order_flow)
        self.assertEqual(self.message().error_class, "Unavailable")
        self.assertEqual(self.message().state, "pending")

    def test_message_that_waits_is_not_touched_before_its_time(self):
        self.place()
        self.hint("O1")
        self.remote.fail(503)
        self.drain(self.order_flow)
        self.drain(self.order_flow)
        self.assertEqual(self.message().attempts, 1)

    def test_rate_limit_never_uses_up_the_attempts(self):
        self.order_flow.max_attempts = 2
        self.place()
        self.hint("O1")
        self.remote.fail(429, times=5, retry_after=40)
        for _time in range(5):
            self.process_again()
        self.assertEqual(
            (self.message().state, self.message().attempts), ("pending", 0)
        )
        self.assertAlmostEqual(self.due_in(), 40, delta=3)

    def test_rate_limit_without_a_time_uses_a_default(self):
        self.place()
        self.hint("O1")
        self.remote.fail(429)
        self.drain(self.order_flow)
        self.assertAlmostEqual(self.due_in(), 10, delta=3)

    # === PERMANENT ===#

    def test_record_the_remote_does_not_know_fails_alone(self):
        self.hint(self.place(1))
        self.hint(self.place(2))
        del self.remote.rows["order"]["O1"]
        self.drain(self.order_flow)
        self.assertEqual(self.message("O1").error_class, "NotFound")
        self.assertEqual(self.message("O1").state, "failed")
        self.assertEqual(self.message("O2").state, "done")

    def test_payload_of_another_shape_fails_alone_and_names_the_field(self):
        self.place(1)
        self.place(2)
        self.remote.rows["order"]["O1"]["placed_at"] = "yesterday"
        self.bring_in()
        message = self.message("O1")
        self.assertEqual(message.state, "failed")
        self.assertEqual(message.error_field, "placed_at")
        self.assertEqual(self.message("O2").state, "done")

    def test_failing_record_holds_back_only_itself(self):
        for number in range(1, 13):
            self.place(number)
        self.place(5, total="99.99")
        self.bring_in()
        self.assertEqual(self.message("O5").state, "failed")
        self.assertEqual(self.states(self.order_flow).count("done"), 11)
        self.assertFalse(self.sale_order("O5"))

    def test_failed_record_leaves_nothing_behind(self):
        orders = self.env["sale.order"].search_count([])
        self.place(1, total="99.99")
        self.bring_in()
        self.assertEqual(self.message().state, "failed")
        self.assertEqual(self.env["sale.order"].search_count([]), orders)
        self.assertFalse(self.env["hub.fake.order"].search([]))

    def test_customer_of_a_failed_record_is_found_again_by_the_retry(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.place(1)
        self.bring_in()
        buyers = self.env["res.partner"].search([("email", "=", "buyer1@example.com")])
        self.assertEqual(len(buyers), 1)

    def test_defect_in_the_program_isolates_its_record_too(self):
        def values(importer, document, vals):
            if document.external_id == "O2":
                raise ZeroDivisionError("a defect")
            return vals

        for number in range(1, 6):
            self.place(number)
        with (
            patch.object(ImporterOrder, "_hub_values_order", values),
            self.assertLogs("odoo.addons.connector_hub", "WARNING"),
        ):
            self.bring_in()
        message = self.message("O2")
        self.assertEqual((message.state, message.error_category), ("failed", "error"))
        self.assertIn("ZeroDivisionError", message.error_message)
        self.assertEqual(self.states(self.order_flow).count("done"), 4)

    def test_later_success_of_a_record_settles_its_earlier_failure(self):
        self.place(1, total="99.99")
        self.bring_in()
        exception = self.exceptions(self.backend)
        self.place(1)
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["superseded", "done"])
        self.assertEqual(exception.state, "resolved")

    # === RACES AND DEATHS ===#

    def test_lost_race_restarts_the_transaction(self):
        calls = []
        run = ImporterBase.run

        def race(importer, flow, tasks):
            calls.append(len(tasks))
            if len(calls) == 1:
                run(importer, flow, tasks)
                raise psycopg2.errors.UniqueViolation("somebody was faster")
            return run(importer, flow, tasks)

        self.place()
        with patch.object(ImporterBase, "run", race):
            self.bring_in()
        self.assertEqual(calls, [1, 1])
        self.assertEqual(self.message().state, "done")
        self.assertEqual(len(self.env["hub.fake.order"].search([])), 1)

    def test_endless_race_becomes_a_later_try(self):
        def race(importer, flow, tasks):
            raise psycopg2.errors.UniqueViolation("always faster")

        self.place()
        with (
            patch.object(ImporterBase, "run", race),
            patch.object(apply_module, "APPLY_TRIES", 2),
        ):
            self.bring_in()
        self.assertEqual(self.message().state, "pending")
        self.assertEqual(self.message().error_class, "Conflict")
        self.process_again()
        self.assertEqual(self.message().state, "done")

    def die(self, times, numbers):
        """Leave messages as a worker does that was killed."""
        names = [f"O{number}" for number in numbers]
        self.messages(self.order_flow).filtered(
            lambda message: message.external_id in names
        ).write({"state": "processing", "attempts": times, "deaths": times - 1})
        self.env.flush_all()

    def test_message_of_a_dead_worker_is_taken_up_again(self):
        self.place()
        self.poll(self.order_flow)
        self.die(1, [1])
        self.drain(self.order_flow)
        message = self.message()
        self.assertEqual((message.state, message.attempts), ("done", 2))

    def test_suspects_are_taken_up_alone(self):
        sizes = []
        run = ImporterBase.run

        def count(importer, flow, tasks):
            sizes.append([task.external_id for task in tasks])
            return run(importer, flow, tasks)

        for number in range(1, 13):
            self.place(number)
        self.poll(self.order_flow)
        self.messages(self.order_flow).write({"lane": 0})
        self.die(1, [4, 8])
        with patch.object(ImporterBase, "run", count):
            self.drain(self.order_flow)
        alone = [names for names in sizes if {"O4", "O8"} & set(names)]
        self.assertEqual(sorted(alone), [["O4"], ["O8"]])
        self.assertEqual(self.states(self.order_flow), ["done"] * 12)

    def test_message_that_kills_its_worker_three_times_is_quarantined(self):
        self.place(1)
        self.place(2)
        self.poll(self.order_flow)
        self.die(3, [1])
        self.drain(self.order_flow)
        self.assertEqual(self.message("O1").state, "quarantined")
        self.assertEqual(self.message("O2").state, "done")
        self.env["hub.exception"]._file_failures()
        exception = self.exceptions(self.backend)
        self.assertEqual(
            (exception.category, exception.severity), ("poison", "critical")
        )

    def test_sweeper_wakes_the_lane_of_a_dead_worker(self):
        self.place()
        self.poll(self.order_flow)
        self.due_jobs().unlink()
        self.die(1, [1])
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(self.message().state, "done")

    # === NOBODY ELSE'S FAULT ===#

    def test_late_success_of_an_older_version_leaves_the_newer_failure(self):
        self.place(version=samples.later(60), total="99.00")
        self.bring_in()
        failed = self.message()
        self.assertEqual(failed.state, "failed")
        older = samples.task(samples.document("order", samples.order(1)), failed.id + 1)
        older.settle("done")
        self.env["hub.message"].supersede_failed(self.order_flow.id, [older])
        self.assertEqual(failed.state, "failed")

    @mute_logger("odoo.addons.connector_hub.models.hub_flow_drain")
    def test_program_error_fails_the_message_it_is_about_alone(self):
        self.place(1)
        self.place(2)
        translate = HubMapper.translate

        def stumble(mapper, task, revision):
            if task.external_id == "O1":
                raise ZeroDivisionError("a defect")
            return translate(mapper, task, revision)

        with patch.object(HubMapper, "translate", stumble):
            self.bring_in()
        self.assertEqual(self.message("O1").state, "failed")
        self.assertIn("ZeroDivisionError", self.message("O1").error_message)
        self.assertEqual(self.message("O2").state, "done")
        self.assertFalse(self.order_flow.lane_ids.filtered("token"))
