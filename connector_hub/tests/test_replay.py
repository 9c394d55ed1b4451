# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.connector_hub.models import hub_message_replay, hub_replay_work

from .drain_case import DrainCase


class ReplayCase(DrainCase):
    def replay(self, **values):
        return self.env["hub.replay"].create({"backend_id": self.backend.id, **values})

    def work(self, replay):
        return self.perform(replay, "_work")

    def fill(self, count, state="failed", **values):
        """Store messages that nobody has to process for real."""
        self.env.cr.execute(
            """
            INSERT INTO hub_message (flow_id, backend_id, company_id, direction, lane,
                   priority, topic, dedup_key, external_id, state, attempts, deaths,
                   received_at, error_message, is_hint)
            SELECT %s, %s, %s, 'in', n %% 4, 10, 'poll', 'fill:' || n, 'F' || n, %s, 3,
                   0, now() AT TIME ZONE 'UTC', %s, false
              FROM generate_series(1, %s) AS n
            """,
            [
                self.order_flow.id,
                self.backend.id,
                self.company.id,
                state,
                values.get("error_message", "Boom"),
                count,
            ],
        )


class TestReplay(ReplayCase):
    def bring_in_twice(self):
        """An order is in Odoo; the remote changed it without telling."""
        self.place(1)
        self.bring_in()
        order = self.sale_order()
        order.client_order_ref = "changed in Odoo"
        self.env.flush_all()
        return order

    def test_newest_state_is_read_and_applied(self):
        order = self.bring_in_twice()
        before = self.fetches
        self.message().action_retry()
        self.settle()
        self.assertEqual(self.fetches, before + 1)
        self.assertNotEqual(order.client_order_ref, "changed in Odoo")

    def test_stored_payload_is_applied_without_a_call(self):
        order = self.bring_in_twice()
        called = sum(self.remote.calls.values())
        self.message().action_resubmit()
        self.settle()
        self.assertEqual(sum(self.remote.calls.values()), called)
        self.assertNotEqual(order.client_order_ref, "changed in Odoo")
        self.assertEqual(self.message().state, "done")
        self.assertFalse(self.message().resubmit)

    def test_stored_payload_never_goes_back_behind_a_newer_one(self):
        self.place(1)
        self.bring_in()
        old = self.message()
        self.place(1, name="Newer")
        self.bring_in()
        replay = self.replay(mode="resubmit", which="all", chosen_ids=old.ids)
        replay.action_start()
        self.settle()
        self.assertEqual(old.state, "superseded")
        self.assertEqual(self.sale_order().client_order_ref, "Newer")

    def test_announcement_without_payload_cannot_be_applied_again(self):
        self.hint(self.place(1))
        replay = self.replay(mode="resubmit", which="all")
        replay.action_start()
        self.assertEqual(self.message().state, "pending")
        self.settle()
        self.assertEqual((replay.seen_count, replay.state), (0, "done"))

    def test_going_on_forces_nothing(self):
        self.hint(self.place(1))
        self.remote.fail(500)
        self.drain(self.order_flow)
        self.assertTrue(self.message().next_attempt_at)
        replay = self.replay(mode="resume", which="waiting")
        self.assertEqual(replay.match_count, 1)
        replay.action_start()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(replay.done_count, 1)

    def test_filter_chooses_by_problem_record_and_time(self):
        self.fill(10)
        replay = self.replay()
        self.assertEqual(replay.match_count, 10)
        replay.external_ids = "F1\nF2\nnobody"
        self.assertEqual(replay.match_count, 2)
        replay.write({"external_ids": False, "error_text": "BOO"})
        self.assertEqual(replay.match_count, 10)
        replay.write({"error_text": "bang"})
        self.assertEqual(replay.match_count, 0)
        replay.write({"error_text": False, "received_to": "2026-01-01"})
        self.assertEqual(replay.match_count, 0)
        replay.write({"received_to": False, "which": "settled"})
        self.assertEqual(replay.match_count, 0)

    def test_what_arrives_later_is_not_part_of_it(self):
        self.fill(3)
        replay = self.replay()
        replay.action_start()
        self.place(1, total="99.99")
        self.bring_in()
        self.work(replay)
        self.assertEqual(self.message("O1").state, "failed")
        self.assertEqual((replay.total_count, replay.seen_count), (3, 3))

    def test_message_in_the_hands_of_a_worker_is_left_alone(self):
        self.fill(2)
        replay = self.replay(which="all")
        replay.action_start()
        self.env.cr.execute(
            "UPDATE hub_message SET state = 'processing' WHERE external_id = 'F1'"
        )
        self.work(replay)
        self.assertEqual((replay.seen_count, replay.state), (1, "done"))

    def test_outcome_that_only_a_person_knows_stays_with_the_person(self):
        self.fill(1, state="in_doubt")
        replay = self.replay()
        replay.action_start()
        self.work(replay)
        self.assertEqual(self.states(self.order_flow), ["in_doubt"])
        self.assertEqual(replay.skipped_count, 1)

    def test_five_thousand_are_handed_over_in_chunks_and_can_be_cancelled(self):
        self.fill(5000)
        replay = self.replay()
        replay.action_start()
        self.assertEqual(replay.total_count, 5000)
        with patch.object(hub_replay_work, "MOST_WAITING", 2000):
            self.work(replay)
        self.assertEqual((replay.seen_count, replay.open_count), (2000, 2000))
        self.assertEqual(replay.progress, 0)
        self.env.cr.execute(
            "UPDATE hub_message SET state = 'done' WHERE replay_id = %s", [replay.id]
        )
        self.env.invalidate_all()
        self.assertEqual((replay.progress, replay.done_count), (40, 2000))
        self.assertGreater(replay.rate, 0)
        self.assertGreater(replay.remaining_seconds, 0)
        replay.action_cancel()
        self.work(replay)
        self.assertEqual((replay.state, replay.seen_count), ("cancelled", 2000))
        self.assertEqual(self.states(self.order_flow).count("failed"), 3000)

    def test_five_thousand_end_and_fresh_changes_go_first(self):
        self.fill(5000)
        replay = self.replay()
        replay.action_start()
        with patch.object(hub_replay_work, "MOST_WAITING", 10_000):
            with self.queries() as statements:
                self.work(replay)
        self.assertEqual((replay.state, replay.seen_count), ("done", 5000))
        self.assertLess(len(statements), 150, "set-based")
        self.assertEqual(min(self.messages(self.order_flow).mapped("priority")), 60)

    def test_work_left_by_a_dead_worker_goes_on(self):
        self.fill(3)
        replay = self.replay()
        replay.action_start()
        self.due_jobs().unlink()
        self.env["hub.flow"]._cron_sweep()
        self.assertTrue(
            self.due_jobs().filtered(lambda j: j.identity_key.startswith("hub.replay"))
        )

    def test_retry_of_very_many_becomes_a_replay(self):
        for number in range(1, 4):
            self.place(number, total="99.99")
        self.bring_in()
        for number in range(1, 4):
            self.place(number)
        with patch.object(hub_message_replay, "MANY", 2):
            action = self.exceptions(self.backend).action_retry()
        replay = self.env["hub.replay"].browse(action["res_id"])
        self.settle()
        self.assertEqual((replay.total_count, replay.done_count), (3, 3))
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_replay_is_audited_and_for_operators_only(self):
        self.fill(1)
        user = new_test_user(self.env, "rep-u", "connector_hub.group_hub_user")
        replay = self.replay()
        with self.assertRaises(AccessError):
            replay.with_user(user).action_start()
        operator = new_test_user(self.env, "rep-o", "connector_hub.group_hub_operator")
        mine = self.env["hub.replay"].with_user(operator)
        mine = mine.create({"backend_id": self.backend.id, "state": "done"})
        self.assertEqual(mine.state, "draft")
        mine.action_start()
        with self.assertRaises(UserError):
            mine.which = "all"
        noted = self.env["hub.audit"].search([("kind", "=", "replay")], limit=1)
        self.assertEqual(noted.user_id, operator)
        self.assertIn("1 messages", noted.name)


class TestDeadLetter(ReplayCase):
    def test_message_that_is_given_up_is_a_dead_letter_of_one_group(self):
        self.order_flow.max_attempts = 2
        for number in range(1, 4):
            self.hint(self.place(number))
        self.remote.fail(503, times=99)
        for _attempt in range(4):
            self.let_time_pass(self.messages(self.order_flow))
            self.drain(self.order_flow)
        self.remote._faults.clear()
        dead = self.messages(self.order_flow).filtered("dead_letter")
        self.assertTrue(dead)
        exception = dead.exception_id
        self.assertEqual(len(exception), 1)
        self.assertIn("given up after 2 tries", exception.name)
        self.let_time_pass(self.env["hub.message"])
        self.replay(which="dead").action_start()
        self.settle()
        self.assertEqual(set(dead.mapped("state")), {"done"})
        self.assertFalse(any(dead.mapped("dead_letter")))

    def test_refused_record_is_no_dead_letter(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.assertEqual(self.message().state, "failed")
        self.assertFalse(self.message().dead_letter)
