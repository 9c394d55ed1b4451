# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.components.event import Event
from odoo.addons.connector_hub.models.hub_lane import (
    BACKFILL_LANE,
    POLL_LANE,
    LeaseLost,
)
from odoo.addons.connector_hub.models.hub_message_store import lane_of

from .common import HubCase


class TestLanes(HubCase):
    def setUp(self):
        super().setUp()
        self.order_flow = self.flow(self.make_backend())
        self.lanes = self.env["hub.lane"]

    def test_a_record_is_in_the_same_lane_for_ever(self):
        # written down: another hash would split records over two lanes
        known = {"O1": 1, "O2": 3, "O3": 1, "gid://shop/Order/1": 0, "": 1}
        self.assertEqual({key: lane_of(key, 4) for key in known}, known)

    def test_records_spread_over_all_lanes(self):
        counts = [0] * 4
        for number in range(1000):
            counts[lane_of(f"O{number}", 4)] += 1
        self.assertGreater(min(counts), 200)

    def test_messages_of_a_record_share_its_lane(self):
        for body in (b"1", b"2", b"3"):
            self.env["hub.message"].receive(
                self.order_flow, [Event("O1", "poll", body)]
            )
        lanes = set(self.messages(self.order_flow).mapped("lane"))
        self.assertEqual(lanes, {lane_of("O1", 4)})

    def test_flow_has_its_lanes_and_one_each_for_polls_and_backfills(self):
        self.assertEqual(
            sorted(self.order_flow.lane_ids.mapped("number")),
            [BACKFILL_LANE, POLL_LANE, 0, 1, 2, 3],
        )

    def test_held_lane_is_not_leased_again(self):
        first = self.lanes.lease(self.order_flow.id, 0)
        self.assertTrue(first)
        self.assertIsNone(self.lanes.lease(self.order_flow.id, 0))
        self.assertTrue(self.lanes.lease(self.order_flow.id, 1))

    def test_released_lane_is_free_again(self):
        self.lanes.release(*self.lanes.lease(self.order_flow.id, 0))
        self.assertTrue(self.lanes.lease(self.order_flow.id, 0))

    def test_expired_lease_is_taken_over_and_fences_the_old_holder(self):
        old = self.lanes.lease(self.order_flow.id, 0)
        self.env.cr.execute(
            "UPDATE hub_lane SET leased_until = '2020-01-01' WHERE id = %s", [old[0]]
        )
        new = self.lanes.lease(self.order_flow.id, 0)
        with self.assertRaises(LeaseLost):
            self.lanes.fence(*old)
        self.lanes.fence(*new)

    def test_release_of_a_lost_lease_leaves_the_new_holder_alone(self):
        old = self.lanes.lease(self.order_flow.id, 0)
        self.env.cr.execute(
            "UPDATE hub_lane SET leased_until = '2020-01-01' WHERE id = %s", [old[0]]
        )
        new = self.lanes.lease(self.order_flow.id, 0)
        self.lanes.release(*old)
        self.lanes.fence(*new)

    def test_wake_enqueues_one_drain_per_lane(self):
        self.order_flow._wake({0, 1})
        self.order_flow._wake({0, 1})
        keys = self.due_jobs().mapped("identity_key")
        wanted = {f"hub.drain.{self.order_flow.id}.{n}" for n in (0, 1)}
        self.assertEqual(set(keys), wanted)
        self.assertEqual(len(keys), 2)

    def test_wake_leaves_a_held_lane_to_its_holder(self):
        self.lanes.lease(self.order_flow.id, 0)
        self.order_flow._wake({0})
        self.assertFalse(self.due_jobs())
