# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A flow with much to do makes room for others after each batch."""

from odoo.addons.connector_hub.models.hub_flow import CHANNELS

from . import samples
from .drain_case import DrainCase

BATCH = 3


class TestFairness(DrainCase):
    def setUp(self):
        super().setUp()
        self.order_flow.batch_size = BATCH
        self.other = self.make_backend(self.remote, name="Other")
        self.other_flow = self.flow(self.other)

    def receive(self, count, lane=0):
        """Store orders that are not processed yet, all in one lane."""
        events = [
            samples.event(
                f"O{lane}-{number}",
                samples.document("order", samples.order(number))
                .model_copy(update={"external_id": f"O{lane}-{number}"})
                .model_dump_json()
                .encode(),
                version=samples.EPOCH,
                complete=True,
            )
            for number in range(count)
        ]
        self.env["hub.message"].receive(self.order_flow, events)
        self.env.cr.execute(
            "UPDATE hub_message SET lane = %s WHERE external_id LIKE %s",
            [lane, f"O{lane}-%"],
        )

    def waiting(self, flow):
        key = f"hub.drain.{flow.id}.%"
        return self.due_jobs().filtered_domain([("identity_key", "=like", key)])

    def drain_lane(self, lane=0):
        return self.perform(self.order_flow, "_drain", lane)

    def test_drain_goes_on_while_nobody_waits(self):
        self.receive(3 * BATCH)
        self.assertEqual(self.drain_lane(), f"{3 * BATCH} messages")
        self.assertFalse(self.waiting(self.order_flow))

    def test_drain_lets_another_flow_pass_after_one_batch(self):
        self.receive(3 * BATCH)
        self.other_flow._enqueue_drain(0)
        self.assertEqual(self.drain_lane(), f"{BATCH} messages")
        self.assertEqual(len(self.waiting(self.order_flow)), 1)

    def test_it_goes_on_behind_the_one_it_let_pass_whatever_the_priorities(self):
        self.order_flow.priority = 1
        self.other_flow.priority = 50
        self.receive(3 * BATCH)
        self.other_flow._enqueue_drain(0)
        self.drain_lane()
        first, last = self.due_jobs()
        self.assertEqual(first, self.waiting(self.other_flow))
        self.assertEqual(last, self.waiting(self.order_flow))
        self.assertEqual(last.priority, 50)
        self.assertEqual(last.channel, CHANNELS[self.order_flow.latency])

    def test_each_flow_gets_its_first_lane_before_any_gets_a_second(self):
        self.order_flow._wake(range(4))
        self.other_flow.priority = 30
        self.other_flow._wake(range(2))
        keys = [key.rsplit(".", 2)[1] for key in self.due_jobs().mapped("identity_key")]
        mine, others = str(self.order_flow.id), str(self.other_flow.id)
        self.assertEqual(keys, [mine, others, mine, others, mine, mine])

    def test_jobs_of_its_own_lanes_are_no_reason_to_stop(self):
        self.receive(2 * BATCH)
        self.order_flow._enqueue_drain(1)
        self.assertEqual(self.drain_lane(), f"{2 * BATCH} messages")

    def test_job_that_is_not_due_yet_is_no_reason_to_stop(self):
        self.receive(2 * BATCH)
        self.order_flow._watch()
        self.assertEqual(self.drain_lane(), f"{2 * BATCH} messages")

    def test_no_more_lanes_are_woken_than_the_share_allows(self):
        self.order_flow.share = 2
        self.order_flow._wake(range(4))
        self.assertEqual(len(self.waiting(self.order_flow)), 2)
        self.order_flow._wake(range(4))
        self.assertEqual(len(self.waiting(self.order_flow)), 2)

    def test_lanes_beyond_the_share_wait_until_one_ends(self):
        self.order_flow.share = 1
        self.receive(2, lane=0)
        self.receive(2, lane=1)
        lanes = self.env["hub.lane"]
        lease = lanes.lease(self.order_flow.id, 0)
        self.assertEqual(self.drain_lane(1), "Other lanes go first.")
        lanes.release(*lease)
        self.order_flow._wake_due()
        self.settle()
        self.assertEqual(set(self.states(self.order_flow)), {"done"})

    def test_poll_lets_others_pass_between_pages_and_loses_nothing(self):
        self.remote.page_size = 2
        self.order_flow.next_poll_at = "2026-01-01"
        for number in range(6):
            self.place(number, version=samples.later(1000 * number))
        self.other_flow._enqueue_drain(0)
        said = self.poll(self.order_flow)
        self.assertIn("others go first", said)
        self.assertEqual(len(self.messages(self.order_flow)), 2)
        # the rest belongs to this run: the sweeper's poll does not get ahead of it
        self.env["hub.flow"]._cron_sweep()
        keys = self.env["queue.job"].search([]).mapped("identity_key")
        self.assertNotIn(f"hub.poll.{self.order_flow.id}.0", keys)
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 6)
        self.assertEqual(len(self.env["hub.run"].search([])), 1)

    def test_poll_that_would_not_come_further_goes_on(self):
        self.remote.page_size = 2
        for number in range(6):
            self.place(number, version=samples.EPOCH)
        self.poll_once_and_again()
        self.assertEqual(len(self.messages(self.order_flow)), 6)

    def poll_once_and_again(self):
        self.other_flow._enqueue_drain(0)
        self.poll(self.order_flow)
        self.poll(self.order_flow)
