# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector_hub.exceptions import (
    CircuitOpen,
    NotFound,
    RateLimited,
    Unavailable,
)
from odoo.addons.connector_hub.models import hub_limit_gate

from .drain_case import DrainCase


class LimitCase(DrainCase):
    def setUp(self):
        super().setUp()
        hub_limit_gate.forget()
        self.backend.breaker_failures = 3

    def limit(self):
        self.env.invalidate_all()
        key = self.backend._limit_key()
        return self.env["hub.limit"].search([("limit_key", "=", key)])

    def gate(self):
        return self.env["hub.limit"].gate(self.backend)

    def fail_calls(self, count):
        for _call in range(count):
            gate = self.gate()
            gate.before()
            gate.after(Unavailable("It answered 503."))

    def fail_trial(self):
        """Return the seconds of the pause after it."""
        gate = self.gate()
        self.assertTrue(gate.before())
        try:
            gate.after(Unavailable("It answered 503."))
        except CircuitOpen as error:
            # not assertRaises, which would undo what the gate wrote
            return error.seconds
        self.fail("The pause is not told.")

    def announce(self, count=1):
        for number in range(1, count + 1):
            self.hint(self.place(number))

    def calls(self):
        return sum(self.remote.calls.values())


class TestGate(LimitCase):
    def test_success_writes_nothing(self):
        self.announce()
        with self.queries() as statements:
            self.drain(self.order_flow)
        self.assertEqual(self.message().state, "done")
        written = [s for s in statements if "hub_limit" in s and "SELECT" not in s[:9]]
        self.assertFalse(written)
        self.assertFalse(self.limit())

    def test_success_forgets_the_failures_before_it(self):
        self.fail_calls(2)
        gate = self.gate()
        gate.before()
        gate.after(None)
        self.fail_calls(2)
        self.assertEqual((self.limit().state, self.limit().failures), ("closed", 2))

    def test_refusal_of_one_record_proves_that_calls_work(self):
        self.fail_calls(2)
        gate = self.gate()
        gate.before()
        gate.after(NotFound("There is no such record."))
        self.assertEqual(self.limit().failures, 0)

    def test_failures_in_a_row_stop_everybody(self):
        self.fail_calls(3)
        self.assertEqual(self.limit().state, "open")
        with self.assertRaises(CircuitOpen) as caught:
            self.gate().before()
        self.assertFalse(caught.exception.sent)
        self.assertGreater(caught.exception.seconds, 20)

    def test_one_of_many_finds_out_and_success_frees_all(self):
        self.fail_calls(3)
        self.end_pauses()
        first, second = self.gate(), self.gate()
        self.patch(hub_limit_gate, "PATIENCE", 0)
        self.assertTrue(first.before())
        with self.assertRaises(CircuitOpen):
            second.before()
        first.after(None)
        self.assertFalse(second.before())
        self.assertEqual((self.limit().state, self.limit().failures), ("closed", 0))

    def test_each_failed_trial_lengthens_the_pause_up_to_a_limit(self):
        self.fail_calls(3)
        pauses = []
        for _trial in range(7):
            self.end_pauses()
            pauses.append(self.fail_trial())
        for pause, longest in zip(pauses, (60, 120, 240, 480, 900), strict=False):
            self.assertTrue(0.79 * longest <= pause <= longest, (pause, longest))
        self.assertLessEqual(max(pauses), 900)

    def test_trial_of_a_dead_worker_is_taken_over(self):
        self.fail_calls(3)
        self.end_pauses()
        self.assertTrue(self.gate().before())
        self.end_pauses()
        self.assertTrue(self.gate().before())

    def test_call_begun_before_the_pause_does_not_end_it(self):
        late, refused = self.gate(), self.gate()
        late.before()
        refused.before()
        refused.after(RateLimited("Slow down.", seconds=60))
        late.after(None)
        self.assertEqual(self.limit().state, "paused")

    def test_shorter_pause_does_not_replace_a_longer_one(self):
        first, second = self.gate(), self.gate()
        first.before()
        second.before()
        first.after(RateLimited("Slow down.", seconds=500))
        second.after(RateLimited("Slow down.", seconds=10))
        self.assertGreater(self.env["hub.limit"].seconds_held(first._key), 450)

    def test_calls_per_second_are_limited(self):
        self.backend.write({"call_rate": 0.01, "call_burst": 2})
        for _call in range(2):
            self.gate().before()
        with self.assertRaises(RateLimited) as caught:
            self.gate().before()
        self.assertAlmostEqual(caught.exception.seconds, 100, delta=5)

    def test_call_waits_for_a_short_pause(self):
        self.backend.write({"call_rate": 20, "call_burst": 1})
        self.gate().before()
        self.assertFalse(self.gate().before())


class TestPause(LimitCase):
    def test_fault_09_rate_limit_pauses_all_backends_of_the_key(self):
        other = self.make_backend(self.remote, name="Same Store")
        self.announce(3)
        self.remote.fail(429, retry_after=60)
        self.perform(self.order_flow, "_drain", self.message("O1").lane)
        called = self.calls()
        self.drain(self.order_flow)
        self.perform(self.flow(other), "_poll")
        self.assertEqual(self.calls(), called)
        found = self.messages(self.order_flow)
        self.assertEqual(set(found.mapped("state")), {"pending"})
        self.assertEqual(set(found.mapped("attempts")), {0})
        wait = self.flow(other).next_poll_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 60, delta=5)

    def test_work_goes_on_by_itself_when_the_pause_ends(self):
        self.announce(3)
        self.remote.fail(429, retry_after=60)
        self.drain(self.order_flow)
        self.settle()
        jobs = self.env["queue.job"].search([("identity_key", "=like", "hub.resume.%")])
        self.assertEqual(len(jobs.filtered("eta")), 1)
        self.let_time_pass(self.messages(self.order_flow))
        jobs.write({"eta": False})
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 3)
        self.assertEqual(self.limit().state, "closed")

    def test_run_that_meets_a_pause_goes_on_after_it(self):
        self.place()
        self.remote.fail(429, retry_after=60)
        self.order_flow.action_run()
        run = self.env["hub.run"].search([("flow_id", "=", self.order_flow.id)])
        self.due_jobs().unlink()
        self.perform(self.order_flow, "_poll", run_id=run.id)
        self.assertEqual(run.state, "receiving")
        self.end_pauses()
        key = f"hub.poll.{self.order_flow.id}.{run.id}"
        jobs = self.env["queue.job"].search([("identity_key", "=", key)])
        self.assertTrue(jobs.eta)
        jobs.eta = False
        self.settle()
        self.assertEqual((run.state, run.done_count), ("received", 1))

    def test_fault_10_outage_opens_the_breaker_and_heals_by_itself(self):
        self.announce(1)
        self.remote.fail(503, times=99)
        for _try in range(3):
            self.let_time_pass(self.message())
            self.drain(self.order_flow)
        self.assertEqual(self.limit().state, "open")
        for _trial in range(4):
            called = self.calls()
            self.let_time_pass(self.message())
            self.drain(self.order_flow)
            self.assertEqual(self.calls(), called + 1)
        self.assertEqual(self.message().attempts, 3, "trials are not the message's")
        self.remote._faults.clear()
        self.let_time_pass(self.message())
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(self.limit().state, "closed")

    def test_fault_11_one_layer_of_retries(self):
        """A failing message costs one call per attempt, however it is woken."""
        self.backend.breaker_failures = 1000
        self.announce(1)
        self.drain(self.order_flow)
        self.messages(self.order_flow).write({"state": "pending", "attempts": 0})
        before = self.fetches
        self.remote.fail(500, times=99)
        for _attempt in range(6):
            self.let_time_pass(self.message())
            self.env["hub.flow"]._cron_sweep()
            self.settle()
        self.assertEqual(self.message().attempts, 6)
        self.assertEqual(self.fetches - before, 6)
        jobs = self.env["queue.job"].search([("identity_key", "=like", "hub.%")])
        self.assertLessEqual(max(jobs.mapped("retry")), 1)

    def test_pauses_of_a_flow_are_its_own(self):
        self.order_flow.write({"backoff_first": 2, "backoff_longest": 5})
        error = Unavailable("It answered 503.")
        for attempts, longest in ((1, 2), (2, 4), (3, 5), (50, 5)):
            seconds, counts = self.order_flow._pause_after(error, attempts)
            self.assertTrue(longest / 2 <= seconds <= longest)
            self.assertTrue(counts)

    def test_pause_that_a_failing_remote_asks_for_is_obeyed(self):
        self.announce(1)
        self.remote.fail(503, retry_after=777)
        self.drain(self.order_flow)
        wait = self.message().next_attempt_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 777, delta=5)


class TestLimitScreen(LimitCase):
    def pause(self, seconds=60):
        gate = self.gate()
        gate.before()
        gate.after(RateLimited("The store's rate limit is used up.", seconds=seconds))
        self.env.invalidate_all()

    def test_pause_is_told_with_its_end_and_its_reason(self):
        self.pause()
        self.assertRegex(
            self.backend.limit_text,
            r"^Pauses until \d\d:\d\d:\d\d: The store's rate limit is used up\.$",
        )
        self.assertEqual(self.backend.health, "held")

    def test_breaker_is_told_with_its_failures_and_the_next_try(self):
        self.fail_calls(3)
        self.env.invalidate_all()
        self.assertRegex(
            self.backend.limit_text,
            r"^Closed after 3 failures, next try in \d+ s: It answered 503\.$",
        )

    def test_operator_need_not_wait(self):
        self.place()
        self.pause(600)
        operator = new_test_user(
            self.env, "limit-op", groups="connector_hub.group_hub_operator"
        )
        self.order_flow.poll_minutes = 5
        self.backend.with_user(operator).action_try_now()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertFalse(self.backend.limit_text)

    def test_others_may_not_end_a_pause(self):
        self.pause(600)
        user = new_test_user(self.env, "limit-u", groups="connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.backend.with_user(user).action_try_now()
        self.assertTrue(self.backend.with_user(user).limit_text)
