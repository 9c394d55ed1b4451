# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from werkzeug.wrappers import Response

from odoo import fields

from odoo.addons.connector_hub.models.hub_lane import POLL_LANE

from . import samples
from .drain_case import DrainCase


class TestPoll(DrainCase):
    """Reading changes: nothing twice, nothing lost, progress that people see."""

    def runs(self):
        return self.env["hub.run"].search([("flow_id", "=", self.order_flow.id)])

    def test_cursor_is_the_newest_change_received(self):
        self.place(1)
        version = self.remote.now()
        self.place(2, version=version)
        self.poll(self.order_flow)
        self.assertEqual(
            self.order_flow.cursor, version.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        )

    def test_cursor_never_moves_back(self):
        self.place(1)
        self.poll(self.order_flow)
        cursor = self.order_flow.cursor
        self.place(2, version=samples.EPOCH)
        self.poll(self.order_flow)
        self.assertEqual(self.order_flow.cursor, cursor)

    def test_poll_starts_a_little_before_the_cursor(self):
        moment = samples.EPOCH + timedelta(days=1)
        self.place(1, version=moment)
        self.poll(self.order_flow)
        late = moment - timedelta(seconds=self.order_flow.overlap_seconds - 1)
        self.place(2, version=late)
        too_late = moment - timedelta(seconds=self.order_flow.overlap_seconds + 1)
        self.place(3, version=too_late)
        self.poll(self.order_flow)
        found = self.messages(self.order_flow).mapped("external_id")
        self.assertEqual(sorted(found), ["O1", "O2"])

    def test_first_poll_starts_where_the_flow_says(self):
        self.order_flow.since = (samples.EPOCH + timedelta(days=1)).replace(tzinfo=None)
        self.place(1)
        self.place(2, version=samples.EPOCH + timedelta(days=2))
        self.poll(self.order_flow)
        self.assertEqual(self.messages(self.order_flow).mapped("external_id"), ["O2"])

    def test_failure_between_pages_keeps_the_pages_before(self):
        self.remote.page_size = 2
        for number in range(1, 6):
            self.place(number)
        page, calls = self.remote._page, []

        def fail_third(request, rows):
            calls.append(1)
            if len(calls) == 3:
                return self.remote_failure()
            return page(request, rows)

        self.remote._page = fail_third
        self.poll(self.order_flow)
        self.assertEqual(len(self.messages(self.order_flow)), 4)
        self.assertIn(":04.", self.order_flow.cursor)
        self.assertEqual(self.runs().state, "failed")
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["done"] * 5)

    def remote_failure(self):
        return Response("down", 500)

    def test_token_that_expires_between_pages_is_renewed(self):
        self.remote.page_size = 2
        for number in range(1, 6):
            self.place(number)
        page = self.remote._page

        def expire(request, rows):
            if request.args["page"] == "0":
                self.remote.tokens.append("expired")
            return page(request, rows)

        self.remote._page = expire
        self.poll(self.order_flow)
        self.assertEqual(len(self.messages(self.order_flow)), 5)
        self.assertEqual(self.remote.calls["/token"], 2)

    def test_poll_without_news_makes_no_run(self):
        self.poll(self.order_flow)
        self.assertFalse(self.runs())

    def test_run_counts_what_came_of_it(self):
        self.place(1)
        self.place(2, total="99.99")
        self.order_flow.action_run()
        self.settle()
        run = self.runs()
        self.assertEqual(
            (
                run.kind,
                run.status,
                run.received_count,
                run.done_count,
                run.failed_count,
            ),
            ("manual", "attention", 2, 1, 1),
        )
        self.assertEqual(run.progress, 100)

    def test_failed_run_says_why_and_what_to_do(self):
        self.remote.refuses = True
        self.order_flow.action_run()
        self.settle()
        self.assertEqual(self.runs().status, "failed")
        self.assertIn("refused", self.runs().message)

    def test_cancelled_run_stops_reading(self):
        self.remote.page_size = 2
        for number in range(1, 6):
            self.place(number)
        run = self.env["hub.run"].create({"flow_id": self.order_flow.id})
        run.action_cancel()
        self.perform(self.order_flow, "_poll", run_id=run.id)
        self.assertEqual(run.state, "cancelled")
        self.assertLess(len(self.messages(self.order_flow)), 5)

    def test_second_poll_at_the_same_time_does_nothing(self):
        self.place(1)
        self.env["hub.lane"].lease(self.order_flow.id, POLL_LANE)
        self.poll(self.order_flow)
        self.assertFalse(self.messages(self.order_flow))

    def test_next_poll_is_planned(self):
        self.order_flow.poll_minutes = 5
        self.poll(self.order_flow)
        wait = self.order_flow.next_poll_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 300, delta=20)

    def test_flow_without_polling_is_never_planned(self):
        self.order_flow.poll_minutes = 0
        self.poll(self.order_flow)
        self.assertFalse(self.order_flow.next_poll_at)

    def test_rate_limit_plans_the_next_poll_as_told(self):
        self.remote.fail(429, retry_after=900)
        self.poll(self.order_flow)
        wait = self.order_flow.next_poll_at - fields.Datetime.now()
        self.assertAlmostEqual(wait.total_seconds(), 900, delta=20)
        self.assertFalse(self.exceptions(self.backend))

    def test_sweeper_polls_what_is_due(self):
        self.place(1)
        self.order_flow.next_poll_at = fields.Datetime.now()
        self.env.flush_all()
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(self.message().state, "done")

    def test_job_functions_may_commit_and_use_their_channels(self):
        for method in ("_drain", "_poll"):
            name = f"<hub.flow>.{method}"
            config = self.env["queue.job.function"].job_config(name)
            self.assertTrue(config.allow_commit)
        self.order_flow.latency = "realtime"
        self.order_flow._wake({0})
        self.order_flow._enqueue_poll()
        channels = set(self.due_jobs().mapped("channel"))
        self.assertEqual(channels, {"root.hub.realtime"})

    def test_jobs_carry_no_content(self):
        self.place(1)
        self.poll(self.order_flow)
        for job in self.due_jobs():
            self.assertLessEqual(len(repr(job.args) + repr(job.kwargs)), 40)
