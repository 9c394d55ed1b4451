# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.tests import new_test_user

from .schema_case import SchemaCase


class TestSchema(SchemaCase):
    """New fields are listed; a malformed record fails alone."""

    def test_fields_are_learnt_with_their_types(self):
        self.learn()
        self.assertEqual(self.found("customer.email").kind, "text")
        self.assertEqual(self.found("lines").kind, "list")
        self.assertEqual(self.found("lines.sku").kind, "text")
        self.assertFalse(any(self.fields_of(self.order_flow).mapped("is_new")))

    def test_known_fields_cost_no_statement(self):
        self.learn()
        self.send(5)
        self.poll(self.order_flow)
        with self.queries() as statements:
            self.drain(self.order_flow)
        written = [text for text in statements if "INTO hub_schema_field" in text]
        self.assertFalse(written)

    def test_people_take_note_of_new_fields(self):
        self.learn()
        self.send(5, loyalty=7)
        self.bring_in()
        operator = new_test_user(
            self.env, "op", groups="connector_hub.group_hub_operator"
        )
        new = self.found("loyalty").with_user(operator)
        self.assertTrue(new.is_new)
        new.action_known()
        self.assertFalse(new.is_new)

    def test_one_malformed_record_fails_alone(self):
        self.learn()
        self.send(5, placed_at=None)
        self.send(6)
        self.send(7)
        self.bring_in()
        self.assertEqual(self.message("O5").state, "failed")
        self.assertEqual(self.message("O6").state, "done")
        self.assertEqual(self.order_flow.state, "running")
        self.assertEqual(self.exceptions(self.backend).category, "data")

    def test_field_nobody_ever_sent_is_no_change_of_the_system(self):
        for number in range(1, 13):
            self.send(number, placed_at=None)
        self.bring_in()
        self.assertEqual(set(self.states(self.order_flow)), {"failed"})
        self.assertEqual(self.order_flow.state, "running")

    def test_one_unreadable_row_of_a_page_is_kept_for_a_person(self):
        self.send(1)
        self.send(2)
        del self.remote.rows["order"]["O2"]["name"]
        row = self.remote.rows["order"]["O2"]
        row["version"] = "2026-09-02 of old"
        self.bring_in()
        self.assertEqual(self.message("O1").state, "done")
        kept = self.message("O2")
        self.assertEqual((kept.state, kept.error_code), ("quarantined", "unreadable"))
        self.assertIn("of old", kept.payload_preview)
        self.assertEqual(self.order_flow.state, "running")
