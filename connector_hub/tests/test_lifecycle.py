# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.connector_hub.importers.base import ImporterBase
from odoo.addons.connector_hub.models.hub_lane import POLL_LANE

from . import samples
from .common import HubHttpCase, fake
from .drain_case import DrainCase


class TestPause(DrainCase):
    """A pause stops work within a batch and loses nothing."""

    def pause_after(self, count, pause):
        """Pause by somebody else once so many batches were applied."""
        run, batches = ImporterBase.run, []

        def observed(importer, flow, tasks):
            batches.append([task.external_id for task in tasks])
            if len(batches) == count:
                pause()
            return run(importer, flow, tasks)

        patched = patch.object(ImporterBase, "run", observed)
        patched.start()
        self.addCleanup(patched.stop)
        return batches

    def one_long_lane(self, count=30):
        for number in range(1, count + 1):
            self.place(number)
        self.poll(self.order_flow)
        self.env.cr.execute("UPDATE hub_message SET lane = 0")
        self.order_flow.batch_size = 3

    def test_pausing_a_backend_ends_a_long_drain_within_a_batch(self):
        self.one_long_lane()
        batches = self.pause_after(2, lambda: self.backend._pause_at_once("enough"))
        self.perform(self.order_flow, "_drain", 0)
        self.assertEqual(len(batches), 2)
        states = self.states(self.order_flow)
        self.assertEqual((states.count("done"), states.count("pending")), (6, 24))

    def test_pausing_a_flow_ends_a_long_drain_within_a_batch(self):
        self.one_long_lane()
        batches = self.pause_after(3, lambda: self.order_flow._pause_at_once("enough"))
        self.perform(self.order_flow, "_drain", 0)
        self.assertEqual(len(batches), 3)

    def test_resuming_takes_up_the_rest(self):
        self.one_long_lane(10)
        self.pause_after(1, lambda: self.backend._pause_at_once("enough"))
        self.perform(self.order_flow, "_drain", 0)
        self.backend.action_resume()
        self.settle()
        self.assertEqual(self.states(self.order_flow), ["done"] * 10)

    def test_paused_backend_asks_nothing(self):
        self.place(1)
        self.backend.action_pause("stocktaking")
        self.poll(self.order_flow)
        self.assertFalse(self.remote.calls)
        self.assertFalse(self.messages(self.order_flow))

    def test_poll_ends_at_the_page_at_hand(self):
        self.remote.page_size = 2
        for number in range(1, 8):
            self.place(number)
        read = fake("adapter").FakeAdapter.iter_changes

        def pausing(adapter, document, since):
            for number, page in enumerate(read(adapter, document, since)):
                if number == 1:
                    self.order_flow._pause_at_once("enough")
                yield page

        with patch.object(fake("adapter").FakeAdapter, "iter_changes", pausing):
            self.poll(self.order_flow)
        self.assertEqual(len(self.messages(self.order_flow)), 4)
        self.order_flow.action_start()
        self.bring_in()
        self.assertEqual(len(self.messages(self.order_flow)), 7)

    def test_who_paused_when_and_why_is_on_record(self):
        operator = new_test_user(
            self.env, "op", groups="connector_hub.group_hub_operator", name="Olga"
        )
        for record in (self.backend, self.order_flow):
            wizard = self.env["hub.pause"].with_user(operator)
            wizard = wizard.with_context(**record.action_ask_pause()["context"])
            wizard.create({"reason": "stocktaking"}).action_pause()
            self.assertEqual(
                (record.state, record.state_reason, record.paused_by),
                ("paused", "stocktaking", "Olga"),
            )
            self.assertTrue(record.paused_at)
            self.assertIn("Paused by Olga: stocktaking", record.message_ids[0].body)
        self.order_flow.with_user(operator).action_start()
        self.backend.with_user(operator).action_resume()
        for record in (self.backend, self.order_flow):
            self.assertIn("Resumed by Olga", record.message_ids[0].body)
            self.assertFalse(record.state_reason)

    def test_only_operators_pause(self):
        auditor = new_test_user(
            self.env, "auditor", groups="connector_hub.group_hub_auditor"
        )
        with self.assertRaises(AccessError):
            self.order_flow.with_user(auditor).action_pause()
        with self.assertRaises(AccessError):
            self.env["hub.pause"].with_user(auditor).create({"reason": "x"})


class TestPausedReceiving(HubHttpCase):
    def test_notifications_are_stored_while_paused_and_processed_afterwards(self):
        remote = self.start_remote()
        backend = self.make_backend(remote)
        flow = self.flow(backend)
        for number in (1, 2):
            remote.put("order", samples.payload("order", samples.order(number)))
        backend.action_pause("stocktaking")
        self.deliver(backend, *remote.webhook("order", "O1"))
        backend.action_resume()
        flow.action_pause("stocktaking")
        self.deliver(backend, *remote.webhook("order", "O2"))
        self.settle()
        self.assertEqual(self.messages(flow, external_id="O2").state, "pending")
        flow.action_start()
        self.settle()
        self.assertEqual(self.states(flow), ["done", "done"])


class TestCursorReset(DrainCase):
    """Reading again from another moment: possible, safe, on record."""

    def setUp(self):
        super().setUp()
        for number in (1, 2, 3):
            self.place(number)
        self.bring_in()

    def wizard(self, **values):
        values = {"flow_id": self.order_flow.id, "reason": "lost a day", **values}
        return self.env["hub.cursor.reset"].create(values)

    def test_everything_is_read_again_and_nothing_is_done_twice(self):
        self.messages(self.order_flow).unlink()
        orders = self.env["sale.order"].search_count([])
        self.wizard(start="beginning").action_reset()
        self.assertFalse(self.order_flow.cursor)
        self.bring_in()
        self.assertEqual(self.states(self.order_flow), ["unchanged"] * 3)
        self.assertEqual(self.env["sale.order"].search_count([]), orders)

    def test_cursor_goes_to_a_moment(self):
        self.wizard(moment="2026-08-01 12:30:00").action_reset()
        self.assertEqual(self.order_flow.cursor, "2026-08-01T12:30:00.000000Z")
        self.assertLessEqual(self.order_flow.next_poll_at, fields.Datetime.now())

    def test_reset_is_on_record(self):
        self.wizard(moment="2026-08-01 12:30:00").action_reset()
        note = self.order_flow.message_ids[0].body
        for text in ("lost a day", "2026-09-01", "2026-08-01", self.env.user.name):
            self.assertIn(text, note)

    def test_going_forward_warns_of_a_gap(self):
        ahead = self.wizard(moment="2026-12-01 00:00:00")
        self.assertTrue(ahead.is_forward)
        self.assertIn("never read", ahead.consequence)
        back = self.wizard(moment="2026-08-01 00:00:00")
        self.assertFalse(back.is_forward)
        self.assertIn("nothing is booked twice", back.consequence)

    def test_running_poll_is_not_pulled_back(self):
        self.env["hub.lane"].lease(self.order_flow.id, POLL_LANE)
        with self.assertRaises(UserError):
            self.wizard(start="beginning").action_reset()

    def test_only_managers_reset(self):
        operator = new_test_user(
            self.env, "op", groups="connector_hub.group_hub_operator"
        )
        with self.assertRaises(AccessError):
            self.order_flow.with_user(operator).action_ask_cursor()


class TestApiVersion(DrainCase):
    """Which version of the remote interface answers, and for how long."""

    def setUp(self):
        super().setUp()
        self.owner = new_test_user(
            self.env, "tech", groups="connector_hub.group_hub_operator"
        )
        self.order_flow.technical_owner_id = self.owner
        self.env.flush_all()

    def test_versions_are_noted_at_a_connection_test_and_after_a_poll(self):
        for ask in (
            lambda: self.poll(self.order_flow),
            self.backend.action_test_connection,
        ):
            self.backend.write({"api_version": False, "api_checked_on": False})
            self.env.flush_all()
            ask()
            self.assertEqual(
                (self.backend.api_version, self.backend.api_version_served), ("2", "2")
            )
        self.assertFalse(self.exceptions(self.backend))

    def test_another_version_that_answers_is_an_exception_with_an_activity(self):
        self.remote.api_version = "3"
        self.poll(self.order_flow)
        exception = self.exceptions(self.backend)
        self.assertEqual(
            (exception.category, exception.severity, exception.state),
            ("version", "critical", "open"),
        )
        self.assertIn("version 3", exception.explanation)
        self.assertEqual(exception.activity_ids.user_id, self.owner)
        self.poll(self.order_flow)
        self.assertEqual(len(self.exceptions(self.backend).activity_ids), 1)
        self.assertEqual(exception.state, "open", "an answer does not disprove it")

    def test_end_of_support_is_announced_sixty_days_ahead(self):
        for days, found in ((61, 0), (60, 1)):
            until = (fields.Date.today() + timedelta(days=days)).isoformat()
            with patch.object(fake("adapter").FakeAdapter, "_supported_until", until):
                self.poll(self.order_flow)
            self.assertEqual(len(self.exceptions(self.backend)), found, days)
        exception = self.exceptions(self.backend)
        self.assertEqual(exception.user_id, self.owner)
        self.assertIn(until, exception.explanation)

    def test_update_of_the_connector_resolves_it(self):
        self.remote.api_version = "3"
        self.poll(self.order_flow)
        self.remote.api_version = "2"
        self.poll(self.order_flow)
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_unchanged_versions_write_nothing(self):
        self.poll(self.order_flow)
        before = self.row_version(self.backend)
        self.poll(self.order_flow)
        self.assertEqual(self.row_version(self.backend), before)
