# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user

from .test_ownership import OwnershipCase


class TestConflict(OwnershipCase):
    """Fields changed on both sides that wait for a person."""

    def setUp(self):
        super().setUp()
        self.customers.conflict_policy = "ask"

    def disagree(self, odoo="2", remote="3", **values):
        """Change the phone on both sides; return the partner."""
        partner = self.arrive(phone="1")
        partner.phone = odoo
        self.arrive(phone=remote, **values)
        return partner

    @property
    def exception(self):
        return self.exceptions(self.backend)[:1]

    @property
    def conflicts(self):
        return self.env["hub.conflict"].search([("flow_id", "=", self.customers.id)])

    def test_both_values_are_shown_side_by_side(self):
        self.disagree()
        self.assertEqual(self.last.state, "failed")
        exception = self.exception
        self.assertEqual((exception.category, exception.state), ("conflict", "open"))
        self.assertIn("changed both in Odoo and in Imaginary", exception.name)
        self.assertIn("Phone", exception.explanation)
        (conflict,) = exception.conflict_ids
        values = conflict.base_value, conflict.remote_value, conflict.odoo_value
        self.assertEqual(values, ("1", "3", "2"))
        self.assertEqual((conflict.label, conflict.name), ("Phone", "Buyer 1"))

    def test_other_fields_are_applied_at_once(self):
        partner = self.disagree(email="new@example.com")
        self.assertEqual((partner.phone, partner.email), ("2", "new@example.com"))

    def test_choice_of_the_connected_system_is_applied(self):
        partner = self.disagree()
        self.exception.conflict_ids.choice = "remote"
        self.exception.action_apply_conflicts()
        self.settle()
        self.assertEqual(partner.phone, "3")
        self.assertEqual((self.last.state, self.exception.state), ("done", "resolved"))
        conflict = self.conflicts
        self.assertEqual(conflict.state, "settled")
        self.assertEqual(conflict.decided_by_id, self.env.user)
        self.assertTrue(conflict.decided_at)

    def test_choice_of_odoo_is_applied_and_remembered(self):
        partner = self.disagree()
        self.exception.action_all_odoo()
        self.settle()
        self.assertEqual((partner.phone, self.last.state), ("2", "done"))
        self.arrive(phone="3", email="later@example.com")
        self.assertEqual((partner.phone, self.last.state), ("2", "done"))

    def test_choice_is_void_when_the_other_side_changed_meanwhile(self):
        partner = self.disagree()
        self.exception.conflict_ids.choice = "odoo"
        partner.phone = "4"
        self.exception.action_apply_conflicts()
        self.settle()
        (conflict,) = self.exception.conflict_ids
        self.assertEqual((conflict.odoo_value, conflict.choice), ("4", False))
        self.assertEqual((conflict.state, self.exception.state), ("open", "open"))

    def test_newer_version_that_settles_the_difference_closes_it(self):
        self.disagree()
        self.arrive(phone="2")
        self.assertEqual(self.states(self.customers)[-2:], ["superseded", "done"])
        self.assertEqual(self.conflicts.state, "settled")
        self.assertEqual(self.exception.state, "resolved")

    def test_newer_version_that_differs_still_goes_on_waiting(self):
        self.disagree()
        self.arrive(phone="5")
        self.assertEqual(self.states(self.customers)[-2:], ["superseded", "failed"])
        (conflict,) = self.exception.conflict_ids
        self.assertEqual((conflict.base_value, conflict.remote_value), ("1", "5"))
        self.assertEqual(conflict.message_id, self.last)

    def test_same_content_announced_again_does_not_close_it(self):
        self.disagree()
        headers, body = self.remote.webhook("customer", "C1")
        headers = {name.lower(): value for name, value in headers.items()}
        note = self.backend.adapter().read_notification(headers, body)
        self.env["hub.message"].receive(self.customers, [note.event])
        self.drain(self.customers)
        self.assertEqual(self.last.state, "failed")
        self.assertEqual(self.conflicts.state, "open")
        self.assertEqual(self.exception.conflict_ids, self.conflicts)

    def test_policy_changed_meanwhile_settles_what_waits(self):
        partner = self.disagree()
        self.customers.conflict_policy = "remote"
        self.exception.action_retry()
        self.settle()
        self.assertEqual((partner.phone, self.conflicts.state), ("3", "settled"))

    def test_flow_that_takes_everything_closes_what_waits(self):
        partner = self.disagree()
        self.customers.system_of_record = "remote"
        self.exception.action_retry()
        self.settle()
        self.assertEqual((partner.phone, self.conflicts.state), ("3", "settled"))

    def test_apply_needs_a_choice(self):
        self.disagree()
        with self.assertRaisesRegex(UserError, "at least one"):
            self.exception.action_apply_conflicts()

    def test_operator_chooses_in_the_form_and_changes_nothing_else(self):
        self.disagree()
        operator = new_test_user(
            self.env, "op", groups="connector_hub.group_hub_operator"
        )
        exception = self.exception.with_user(operator)
        with Form(exception) as form:
            with form.conflict_ids.edit(0) as line:
                line.choice = "remote"
        exception.action_apply_conflicts()
        self.assertEqual(self.conflicts.decided_by_id, operator)
        with self.assertRaises(AccessError):
            self.conflicts.with_user(operator).write({"remote_value": "forged"})

    def test_user_without_a_role_sees_no_values(self):
        self.disagree()
        user = new_test_user(self.env, "us", groups="connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.conflicts.with_user(user).read(["remote_value"])
        Form(self.exception.with_user(user))
