# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import itertools
from dataclasses import replace
from unittest.mock import patch

from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.exceptions import Rejected
from odoo.addons.connector_hub.models import hub_flow_send

from . import samples
from .send_case import Ledger, SendCase, crash, lost


class TestDoubt(SendCase):
    """The outcome is unknown."""

    def doubtful(self, trouble, ledger):
        """Send one record; the answer is lost, or the process dies."""
        self.connect(ledger)
        cap = self.products("Cap")
        self.mark(cap)
        if trouble is crash:
            self.crash_in()
        else:
            self.send()
        ledger.before = ledger.after = lambda pushes: None
        return cap

    def test_intent_is_on_file_before_the_call(self):
        seen = []

        def look(pushes):
            message = self.messages(self.out)
            message.invalidate_recordset()
            seen.append((message.idempotency_key, message.attempt_ids.outcome))

        self.ledger.before = look
        self.mark(self.products("Cap"))
        self.send()
        ((key, outcome),) = seen
        self.assertTrue(key)
        self.assertFalse(outcome)
        self.assertFalse(self.messages(self.out).idempotency_key)

    def test_keyed_operation_is_repeated_with_its_key(self):
        ledger = Ledger(Safety.KEYED)
        ledger.after = lost
        self.doubtful(lost, ledger)
        self.assertEqual(self.outcomes(), ["in_doubt"])
        self.assertFalse(self.exceptions(self.backend), "it heals by itself")
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual(self.outcomes(), ["done"])
        self.assertEqual((ledger.calls, len(ledger.effects)), (2, 1))

    def test_crash_after_the_effect_has_no_second_effect(self):
        ledger = Ledger(Safety.KEYED)
        ledger.after = crash
        self.doubtful(crash, ledger)
        self.send()
        self.assertEqual(self.outcomes(), ["done"])
        self.assertEqual(len(ledger.effects), 1)

    def test_probed_operation_is_looked_up_first(self):
        for happened in (True, False):
            ledger = Ledger(Safety.PROBED)
            ledger.numbers = itertools.count(1 + 10 * happened)
            if happened:
                ledger.after = lost
            else:
                ledger.before = lost
            self.messages(self.out).unlink()
            self.doubtful(lost, ledger)
            self.let_time_pass(self.messages(self.out))
            self.send()
            self.assertEqual(self.outcomes(), ["done"])
            self.assertEqual((ledger.probes, len(ledger.effects)), (1, 1))

    def test_probe_waits_until_the_remote_must_show_it(self):
        ledger = Ledger(Safety.PROBED, visible_after=600)
        ledger.after = lost
        self.doubtful(lost, ledger)
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual((self.outcomes(), ledger.probes), (["in_doubt"], 0))

    def die_in_one_call(self):
        """Send three records by one call, in which the process dies.

        :return: (ledger, pushes, {record: what a look-up finds}, places looked up)
        """
        ledger = Ledger()
        many = Operation("many", Safety.PROBED, 10, visible_after=0.001, numbered=True)
        ledger.operation = replace(ledger.operation, many=many, many_from=3)
        sent, asked = [], []
        ledger.before = lambda pushes: sent.extend(pushes)
        ledger.after = crash
        self.connect(ledger)
        self.mark(self.products("Cap", "Hat", "Scarf"))
        self.crash_in()
        found = {push.record: Probed(None, under_way=True) for push in sent}

        def probe(adapter, document, action, pushes):
            asked.append([push.place for push in pushes])
            return found

        self.use(type(self.backend.adapter()), "probe", probe)
        return ledger, sent, found, asked

    def test_records_sent_at_once_are_looked_up_by_call_and_place(self):
        """A process dies while the remote is at work; nothing is sent twice."""
        ledger, sent, found, asked = self.die_in_one_call()
        self.assertEqual([push.place[1] for push in sent], [0, 1, 2])
        self.assertEqual(len({push.place[0] for push in sent}), 1)
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual(self.outcomes(), ["in_doubt"] * 3)
        # one thing to look up, though each of them was there when the worker died
        self.assertEqual(asked, [[push.place for push in sent]])
        refused = Pushed(error=Rejected("It is refused.", code="no"))
        results = [Pushed("R1"), Pushed("R2"), refused]
        for push, result in zip(sent, results, strict=True):
            found[push.record] = Probed(True, result=result)
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual(sorted(self.outcomes()), ["done", "done", "failed"])
        self.assertEqual(ledger.calls, 1)

    def test_manual_operation_waits_for_a_person(self):
        ledger = Ledger(Safety.MANUAL)
        ledger.after = lost
        cap = self.doubtful(lost, ledger)
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual(self.outcomes(), ["in_doubt"])
        self.messages(self.out).action_retry()
        self.send()
        self.assertEqual((self.outcomes(), ledger.calls), (["in_doubt"], 1))
        self.assertEqual(self.exceptions(self.backend).category, "in_doubt")
        self.mark(cap)
        self.send()
        self.assertEqual(self.outcomes(), ["in_doubt", "pending"])

    def test_person_says_that_it_arrived(self):
        ledger = Ledger(Safety.MANUAL)
        ledger.after = crash
        cap = self.doubtful(crash, ledger)
        self.send()
        self.messages(self.out)._arrived("R1")
        self.assertEqual(self.outcomes(), ["done"])
        self.assertEqual(self.bound(self.backend, "product", "R1"), cap)
        self.assertEqual(self.exceptions(self.backend).state, "resolved")
        self.mark(cap)
        self.send()
        self.assertEqual(ledger.calls, 1)

    def test_person_has_it_sent_again(self):
        ledger = Ledger(Safety.MANUAL)
        ledger.before = lost
        self.doubtful(lost, ledger)
        self.messages(self.out).action_send_again()
        self.send()
        self.assertEqual((self.outcomes(), len(ledger.effects)), (["done"], 1))

    def test_call_with_one_key_is_repeated_as_a_whole(self):
        ledger = Ledger(Safety.KEYED, key_per_call=True)
        ledger.after = lost
        self.connect(ledger)
        self.mark(self.products("Cap", "Hat", "Scarf"))
        self.send()
        calls = []
        ledger.before = lambda pushes: calls.append(len(pushes))
        ledger.after = lambda pushes: None
        self.let_time_pass(self.messages(self.out)[:1])
        self.send()
        self.assertEqual(calls, [3])
        self.assertEqual(sorted(self.outcomes()), ["done", "in_doubt", "in_doubt"])

    def test_forgotten_key_is_left_to_a_person(self):
        ledger = Ledger(Safety.KEYED, key_lifetime=3600)
        ledger.after = lost
        self.doubtful(lost, ledger)
        self.env.cr.execute("UPDATE hub_attempt SET started_at = '2026-01-01'")
        self.let_time_pass(self.messages(self.out))
        self.send()
        self.assertEqual((self.outcomes(), ledger.calls), (["in_doubt"], 1))
        self.assertEqual(self.exceptions(self.backend).category, "in_doubt")


class TestEcho(SendCase):
    """What the remote says of records Odoo is just creating there."""

    def test_news_of_a_record_under_creation_waits_for_the_answer(self):
        seen = []

        def notify(pushes):
            """The notification is faster than the answer."""
            flow = self.flow(self.backend, "product").filtered(
                lambda flow: flow.direction == "in"
            )
            document = samples.document(
                "product", {**samples.product(), "title": "Cap", "external_id": "R1"}
            )
            event = samples.event(
                "R1",
                document.model_dump_json().encode(),
                complete=True,
                version=document.version,
            )
            self.env["hub.message"].receive(flow, [event])
            self.drain(flow)
            seen.append(self.messages(flow))

        self.ledger.after = notify
        cap = self.products("Cap")
        self.mark(cap)
        self.send()
        (message,) = seen
        self.assertEqual((message.state, message.error_code), ("pending", "creating"))
        self.let_time_pass(message)
        self.drain(message.flow_id)
        self.assertIn(message.state, ("done", "unchanged"))
        self.assertEqual(message.res_id, cap.id)

    def test_process_that_was_held_up_sends_nothing(self):
        with patch.object(hub_flow_send, "STALE_INTENT", -1):
            self.mark(self.products("Cap"))
            self.send()
        self.assertEqual((self.outcomes(), self.ledger.calls), (["pending"], 0))

    def test_answer_that_comes_too_late_is_kept_for_people(self):
        def overtake(pushes):
            self.env.cr.execute(
                "UPDATE hub_lane SET token = 'other' WHERE flow_id = %s", [self.out.id]
            )

        self.ledger.after = overtake
        self.mark(self.products("Cap"))
        self.send()
        message = self.messages(self.out)
        self.assertEqual(message.state, "processing")
        self.assertEqual(message.attempt_ids.outcome, "done")
