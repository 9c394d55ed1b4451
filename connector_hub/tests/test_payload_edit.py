# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from . import samples
from .drain_case import DrainCase

OPERATOR = "connector_hub.group_hub_operator"


class TestPayloadEdit(DrainCase):
    def setUp(self):
        super().setUp()
        self.place(1, total="99.99")
        self.bring_in()
        self.assertEqual(self.message().state, "failed")
        self.ann = new_test_user(self.env, "edit-ann", OPERATOR)
        self.bob = new_test_user(self.env, "edit-bob", OPERATOR)

    def edit(self, user=None, reason="Wrong total", **changes):
        message = self.message().with_user(user or self.ann)
        action = message.action_edit_payload()
        edit = self.env["hub.payload.edit"].with_user(user or self.ann)
        edit = edit.browse(action["res_id"])
        content = {**json.loads(edit.body), **changes}
        edit.write({"body": json.dumps(content), "reason": reason})
        return edit

    def right_total(self):
        return samples.payload("order", samples.order(1))["total"]

    def payloads(self):
        return self.message().sudo().payload_ids.sorted("id").mapped("kind")

    def test_edited_payload_is_applied_and_the_original_kept(self):
        called = sum(self.remote.calls.values())
        edit = self.edit(total=self.right_total())
        edit.action_submit()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertTrue(self.sale_order())
        self.assertEqual(self.payloads(), ["received", "edited"])
        self.assertEqual(sum(self.remote.calls.values()), called)
        self.assertEqual(edit.state, "applied")
        self.assertFalse(edit.body)

    def test_changes_are_audited_with_both_values(self):
        edit = self.edit(total=self.right_total())
        self.assertIn('total: "99.99" → ', edit.changes)
        edit.action_submit()
        noted = self.env["hub.audit"].search([("kind", "=", "edit")], limit=1)
        detail = json.loads(noted.detail)
        self.assertEqual(noted.user_id, self.ann)
        self.assertIn("99.99", detail["changes"])
        self.assertEqual(detail["reason"], "Wrong total")

    def test_personal_data_does_not_get_into_the_log(self):
        edit = self.edit(total=self.right_total())
        content = json.loads(edit.body)
        content["customer"]["email"] = "canary@example.com"
        edit.body = json.dumps(content)
        edit.action_submit()
        noted = self.env["hub.audit"].search([("kind", "=", "edit")], limit=1)
        self.assertIn("customer.email: •••", edit.changes)
        self.assertNotIn("canary", noted.detail)

    def test_what_is_no_payload_is_refused_at_once(self):
        edit = self.edit()
        for body, text in (
            ("{", "not JSON"),
            ("[]", "must be a JSON object"),
            ('{"a": 1, "a": 2}', "twice"),
            (edit.body, "Nothing was changed"),
            ('{"total": "x"}', "unexpected form"),
        ):
            edit.body = body
            with self.assertRaisesRegex(UserError, text):
                edit.action_submit()
        edit.write({"body": "{}", "reason": False})
        with self.assertRaisesRegex(UserError, "Say why"):
            edit.action_submit()

    def test_where_four_eyes_are_asked_for_another_one_must_approve(self):
        self.order_flow.four_eyes = True
        edit = self.edit(total=self.right_total())
        edit.action_submit()
        self.assertEqual((edit.state, self.message().state), ("waiting", "failed"))
        self.assertFalse(edit.may_approve)
        with self.assertRaisesRegex(UserError, "Somebody else"):
            edit.action_approve()
        with self.assertRaises(UserError):
            edit.body = "{}"
        with self.assertRaises(UserError):
            edit.with_user(self.bob).write({"body": "{}"})
        edit.with_user(self.bob).action_approve()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(edit.approver_id, self.bob)
        kinds = self.env["hub.audit"].search([("kind", "=", "approval")], limit=1)
        self.assertEqual(kinds.user_id, self.bob)

    def test_refused_edit_changes_nothing(self):
        self.order_flow.four_eyes = True
        edit = self.edit(total=self.right_total())
        edit.action_submit()
        edit.with_user(self.bob).action_refuse()
        self.settle()
        self.assertEqual((edit.state, self.message().state), ("refused", "failed"))
        self.assertEqual(self.payloads(), ["received"])

    def test_nobody_approves_by_writing_fields(self):
        self.order_flow.four_eyes = True
        edit = self.edit()
        for values in ({"state": "waiting"}, {"user_id": self.bob.id}):
            with self.assertRaises(UserError):
                edit.write(values)

    def test_only_operators_edit(self):
        user = new_test_user(self.env, "edit-u", "connector_hub.group_hub_user")
        with self.assertRaises(AccessError):
            self.message().with_user(user).action_edit_payload()
        with self.assertRaises(AccessError):
            self.env["hub.payload.edit"].with_user(user).search([])
