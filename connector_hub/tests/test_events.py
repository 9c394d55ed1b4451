# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
from unittest.mock import patch

from . import samples
from .common import HubCase


class TestEvents(HubCase):
    """Documents of which every one counts, in the order in which they happened.

    Here the shipments of an order, told under the id of the order: ``seen`` is what
    became of them.
    """

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.events = self.env["hub.flow"].create(
            {
                "backend_id": self.backend.id,
                "code": "shipped_in",
                "name": "Shipments",
                "document": "fulfillment",
                "direction": "in",
                "state": "running",
            }
        )
        self.number = 0
        held = patch.object(type(self.events), "_importer", _importer)
        held.start()
        self.addCleanup(held.stop)
        orders = self.flow(self.backend)
        for task in self.import_documents(orders, samples.order(1), samples.order(2)):
            self.record_of(task).client_order_ref = False

    def happen(self, text, order="O1", carrier="", seconds=None):
        """Let an order be shipped; return nothing: it is on its way."""
        self.number += 1
        moment = samples.later(self.number if seconds is None else seconds)
        row = {
            "external_id": order,
            "version": moment.isoformat(),
            "name": text,
            "order_id": order,
            "tracking_number": text,
            "carrier": carrier,
            "lines": [{"external_id": "L1", "quantity": "1"}],
        }
        event = samples.event(
            order,
            body=json.dumps(row).encode(),
            version=moment,
            complete=True,
            delivery_id=str(self.number),
        )
        self.env["hub.message"].receive(self.events, [event])

    def seen(self, order="O1"):
        return self.bound(self.backend, "order", order).client_order_ref or ""

    def mend(self, text):
        """Let what was refused be accepted, and try it again."""
        message = self.messages(self.events, name=text)
        payload = self.env["hub.payload"].newest(message.ids)[message.id]
        row = {**json.loads(payload), "carrier": ""}
        self.env["hub.payload"].store([(message.id, json.dumps(row).encode())])
        message.action_retry()
        self.drain(self.events)

    def test_each_event_is_applied_in_order(self):
        for text in "abc":
            self.happen(text)
        self.drain(self.events)
        self.assertEqual(self.seen(), "a b c")
        self.assertEqual(self.states(self.events), ["done"] * 3)

    def test_same_content_twice_is_two_events(self):
        self.happen("a")
        self.happen("a")
        self.drain(self.events)
        self.assertEqual(self.seen(), "a a")

    def test_order_of_happening_counts_not_of_arrival(self):
        self.happen("b", seconds=20)
        self.happen("a", seconds=10)
        self.drain(self.events)
        self.assertEqual(self.seen(), "a b")

    def test_failed_event_holds_back_later_ones_of_its_record_only(self):
        self.happen("a")
        self.happen("bad", carrier="nobody")
        self.happen("c")
        self.happen("x", order="O2")
        self.happen("y", order="O2")
        self.drain(self.events)
        self.assertEqual((self.seen(), self.seen("O2")), ("a", "x y"))
        self.assertEqual(
            self.states(self.events), ["done", "failed", "pending", "done", "done"]
        )

    def test_held_back_events_cost_no_wake_up(self):
        self.happen("bad", carrier="nobody")
        self.happen("c")
        self.drain(self.events)
        due = self.env["hub.message"]._due_lanes(self.events.ids)
        self.assertEqual(due, {})

    def test_later_events_go_on_once_it_is_solved(self):
        self.happen("bad", carrier="nobody")
        self.happen("c")
        self.drain(self.events)
        self.mend("bad")
        self.assertEqual(self.seen(), "bad c")
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_skipped_event_lets_later_ones_pass(self):
        self.happen("bad", carrier="nobody")
        self.happen("c")
        self.drain(self.events)
        self.messages(self.events, state="failed").action_skip()
        self.settle()
        self.assertEqual(self.seen(), "c")
        self.assertEqual(self.states(self.events), ["skipped", "done"])

    def test_event_that_waits_for_another_try_holds_back_as_well(self):
        self.happen("a")
        self.happen("b")
        first = self.messages(self.events)[0]
        first.next_attempt_at = "2099-01-01"
        self.env.flush_all()
        self.drain(self.events)
        self.assertEqual(self.seen(), "")
        self.let_time_pass(first)
        self.drain(self.events)
        self.assertEqual(self.seen(), "a b")

    def test_quarantined_and_doubtful_events_hold_back(self):
        for state in ("quarantined", "in_doubt"):
            with self.subTest(state=state):
                self.happen("stuck")
                stuck = self.messages(self.events)[-1]
                stuck.state = state
                self.happen("later")
                self.env.flush_all()
                self.drain(self.events)
                self.assertEqual(self.messages(self.events)[-1].state, "pending")
                self.messages(self.events, state="pending").action_skip()
                stuck.action_skip()


def _importer(flow):
    bot = flow.backend_id._as_bot()
    if flow.document == "fulfillment":
        return bot.env["hub.importer.fake.event"]
    return bot.env[f"hub.importer.{flow.document}"]
