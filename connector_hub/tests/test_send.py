# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import (
    AuthError,
    NoPlace,
    RateLimited,
    Rejected,
    Unavailable,
)

from .send_case import SendCase


class TestSend(SendCase):
    """What is sent, and what is not."""

    def test_new_record_is_created_there_and_linked(self):
        cap = self.products("Cap")
        self.mark(cap)
        self.send()
        self.assertEqual(self.outcomes(), ["done"])
        (effect,) = self.ledger.effects
        self.assertEqual(effect[0], "create")
        self.assertEqual(self.bound(self.backend, "product", "R1"), cap)

    def test_changes_of_a_record_are_sent_as_one(self):
        cap = self.products("Cap")
        for _time in range(5):
            self.mark(cap)
        self.send()
        self.assertEqual(len(self.ledger.effects), 1)
        self.assertFalse(self.env["hub.dirty"].search([]))

    def test_unchanged_record_costs_no_call(self):
        cap = self.products("Cap")
        self.mark(cap)
        self.send()
        self.mark(cap)
        self.send()
        self.assertEqual(self.outcomes(), ["done", "unchanged"])
        self.assertEqual(self.ledger.calls, 1)

    def test_what_the_remote_told_us_is_not_told_back(self):
        cap = self.products("Cap")
        self.backend.binder("product").bind_many(
            [{"external_id": "P1", "odoo_id": cap.id}]
        )
        snapshots = self.env["hub.snapshot"]
        snapshots.store_many(self.backend, "product", {"P1": {"title": "Cap"}})
        self.mark(cap)
        self.send()
        self.assertEqual(self.ledger.calls, 0)
        cap.name = "Hat"
        self.mark(cap)
        self.send()
        self.assertEqual(self.ledger.effects[0][0], "update")
        self.assertEqual(
            snapshots.read_many(self.backend, "product", ["P1"])["P1"]["title"], "Hat"
        )

    def test_many_records_are_few_calls(self):
        self.mark(self.products(*(f"Cap {number}" for number in range(7))))
        self.send()
        self.assertEqual(self.ledger.calls, 3)
        self.assertEqual(set(self.outcomes()), {"done"})

    def test_archived_and_unarchived_records_follow(self):
        cap = self.products("Cap")
        self.mark(cap)
        self.send()
        for active in (False, True):
            cap.active = active
            self.mark(cap)
            self.send()
        self.assertEqual(
            [effect[0] for effect in self.ledger.effects],
            ["create", "archive", "update"],
        )

    def test_deletion_is_sent_by_the_remote_id(self):
        self.env["hub.dirty"]._append(
            [
                (
                    self.out.id,
                    "product.template",
                    4711,
                    "delete",
                    {str(self.backend.id): ["R7", "R8"]},
                )
            ]
        )
        self.send()
        self.assertEqual([e[0] for e in self.ledger.effects], ["delete", "delete"])
        self.assertEqual(
            sorted(self.messages(self.out).mapped("remote_id")), ["R7", "R8"]
        )


class TestSendTrouble(SendCase):
    """What does not arrive."""

    def test_good_records_are_sent_though_one_is_refused(self):
        caps = self.products("Cap", "Hat", "Scarf")
        self.ledger.refused = {f"product.template,{caps[1].id}"}
        self.mark(caps)
        self.send()
        self.assertEqual(sorted(self.outcomes()), ["done", "done", "failed"])
        self.assertIn("refused", self.exceptions(self.backend).name)

    def test_refused_call_is_repeated_one_by_one(self):
        def refuse(pushes):
            if any("Hat" in push.payload.values() for push in pushes):
                raise Rejected("A hat is no cap.", code="no_hat")

        self.ledger.before = refuse
        self.mark(self.products("Cap", "Hat", "Scarf"))
        self.send()
        self.assertEqual(sorted(self.outcomes()), ["done", "done", "failed"])
        self.assertEqual(len(self.ledger.effects), 2)

    def test_program_error_concerns_its_record_only(self):
        def explode(pushes):
            raise RateLimited("Slower.", seconds=7)

        self.ledger.before = explode
        self.mark(self.products("Cap"))
        self.send()
        message = self.messages(self.out)
        self.assertEqual((message.state, message.attempts), ("pending", 0))
        self.assertFalse(message.idempotency_key)

    def test_work_without_a_place_is_asked_for_once(self):
        """Thousands of records that wait are not read to be refused one and all."""

        def refuse(pushes):
            raise NoPlace("All places are taken.", seconds=60)

        self.ledger.before = refuse
        self.out.batch_size = 3
        products = self.products(*(f"Cap {number}" for number in range(9)))
        self.mark(products)
        self.send()
        self.send()
        messages = self.messages(self.out)
        self.assertEqual(self.ledger.calls, 1)
        self.assertEqual(set(messages.mapped("state")), {"pending"})
        self.assertFalse(any(messages.mapped("attempts")))
        # nobody else waits
        others = self.env["hub.limit"].seconds_held(self.backend._limit_key())
        self.assertEqual(others, 0.0)
        self.ledger.before = lambda pushes: None
        self.let_time_pass(messages)
        self.send()
        self.assertEqual(set(self.outcomes()), {"done"})
        self.assertEqual(self.ledger.calls, 4)

    def test_unreachable_remote_leaves_no_doubt(self):
        def refuse(pushes):
            raise Unavailable("Nobody listens.", code="unreachable", sent=False)

        self.ledger.before = refuse
        self.mark(self.products("Cap"))
        self.send()
        message = self.messages(self.out)
        self.assertEqual((message.state, message.attempts), ("pending", 1))
        self.assertTrue(message.next_attempt_at)
        self.assertEqual(message.attempt_ids.outcome, "retry")

    def test_refused_credentials_pause_the_backend(self):
        def refuse(pushes):
            raise AuthError("No.", code="http_401")

        self.ledger.before = refuse
        self.mark(self.products("Cap", "Hat"))
        self.send()
        self.assertEqual(self.backend.state, "paused")
        self.assertEqual(self.outcomes(), ["pending", "pending"])

    def test_newer_message_settles_an_older_failure(self):
        cap = self.products("Cap")
        self.ledger.refused = {f"product.template,{cap.id}"}
        self.mark(cap)
        self.send()
        self.ledger.refused = set()
        self.mark(cap)
        self.send()
        self.assertEqual(self.outcomes(), ["superseded", "done"])
        self.assertEqual(self.exceptions(self.backend).state, "resolved")


class TestMarks(SendCase):
    """Noticing changes."""

    def test_mark_costs_nothing_where_nobody_listens(self):
        self.out.action_stop()
        cap = self.products("Cap")
        self.env["hub.dirty"].mark(cap, {"name"})
        with self.queries() as statements:
            self.env["hub.dirty"].mark(cap, {"name"})
            self.env.cr.flush()
        self.assertEqual(statements, [])

    def test_marks_of_a_transaction_are_one_statement(self):
        caps = self.products(*(f"Cap {number}" for number in range(500)))
        self.env["hub.dirty"].mark(caps[0], {"name"})
        self.env.cr.flush()
        self.env["hub.dirty"].search([]).unlink()
        with self.queries() as statements:
            for cap in caps:
                self.env["hub.dirty"].mark(cap, {"name"})
            self.env.cr.flush()
        self.assertEqual(len(statements), 1)
        self.assertEqual(self.env["hub.dirty"].search_count([]), 500)

    def test_field_nobody_watches_makes_no_mark(self):
        cap = self.products("Cap")
        self.env.cr.flush()
        before = self.env["hub.dirty"].search_count([])
        self.env["hub.dirty"].mark(cap, {"color"})
        self.env.cr.flush()
        self.assertEqual(self.env["hub.dirty"].search_count([]), before)

    def test_mark_of_a_rolled_back_change_is_gone(self):
        cap = self.products("Cap")
        self.env.cr.flush()
        before = self.env["hub.dirty"].search_count([])
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.env["hub.dirty"].mark(cap, {"name"})
            raise ZeroDivisionError
        self.env.cr.flush()
        self.assertEqual(self.env["hub.dirty"].search_count([]), before)
