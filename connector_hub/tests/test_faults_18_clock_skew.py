# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from .drain_case import DrainCase


class TestFault18ClockSkew(DrainCase):
    """The remote system's clock is not ours, and not even always right."""

    def set_clock(self, minutes):
        """Let the remote's clock differ from ours by so many minutes."""
        start = datetime.now(timezone.utc) + timedelta(minutes=minutes)
        self.ticks = 0

        def now():
            self.ticks += 1
            return start + timedelta(seconds=self.ticks)

        self.remote.now = now

    def assertOnce(self, count):
        """Every order is in Odoo, and none was applied twice."""
        messages = self.messages(self.order_flow)
        ids = [f"O{number}" for number in range(1, count + 1)]
        self.assertEqual(sorted(messages.mapped("external_id")), ids)
        self.assertEqual(messages.mapped("state"), ["done"] * count)
        found = [self.sale_order(external_id) for external_id in ids]
        self.assertEqual(len({order.id for order in found}), count)

    def come_and_go(self):
        for number in range(1, 5):
            self.place(number)
            self.bring_in()
            self.bring_in()

    def test_clock_that_is_behind_loses_nothing(self):
        self.set_clock(-7)
        self.come_and_go()
        self.assertOnce(4)

    def test_clock_that_is_ahead_loses_nothing(self):
        self.set_clock(7)
        self.come_and_go()
        self.assertOnce(4)

    def test_clock_that_was_ahead_and_is_set_right_loses_nothing(self):
        self.set_clock(45)
        self.place(1)
        self.bring_in()
        self.set_clock(0)
        self.place(2)
        self.bring_in()
        self.assertOnce(2)

    def test_one_record_from_the_future_does_not_blind_the_flow(self):
        self.place(1, version=datetime(2099, 1, 1, tzinfo=timezone.utc))
        self.bring_in()
        self.set_clock(0)
        self.place(2)
        self.bring_in()
        self.assertOnce(2)

    def test_record_committed_late_within_the_overlap_is_found(self):
        moment = self.remote.now() + timedelta(hours=1)
        self.place(1, version=moment)
        self.bring_in()
        early = moment - timedelta(seconds=self.order_flow.overlap_seconds - 5)
        self.place(2, version=early)
        self.bring_in()
        self.bring_in()
        self.assertOnce(2)

    def test_change_announced_by_a_clock_that_is_ahead_is_applied_once(self):
        self.set_clock(10)
        self.place(1)
        self.hint("O1")
        self.drain(self.order_flow)
        self.bring_in()
        self.assertEqual(sorted(self.states(self.order_flow)), ["done", "unchanged"])
