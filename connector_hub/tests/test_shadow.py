# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields
from odoo.exceptions import AccessError, UserError

from . import samples
from .drain_case import DrainCase


class TestShadow(DrainCase):
    """A flow beside a legacy link: it tries, compares, and writes nothing."""

    def setUp(self):
        super().setUp()
        self.customer_flow = self.flow(self.backend, "customer")
        self.customer_flow.action_start_shadow()
        self.order_flow.action_start_shadow()

    def put_customer(self, number=1, **values):
        row = samples.payload("customer", samples.customer(number, **values))
        self.remote.put("customer", row)

    def take_in(self, flow):
        self.poll(flow)
        self.drain(flow)
        return self.messages(flow)[-1:]

    def legacy(self, **values):
        """The legacy link writes a partner."""
        return self.env["res.partner"].create(
            {"name": "Anna", "email": "anna@example.com", **values}
        )

    def compare(self, flow):
        flow.action_compare_now()
        self.settle()

    def line(self, message, name):
        return message.change_ids.filtered(lambda line: line.field_name == name)

    # === NOTHING IS WRITTEN ===#

    def test_message_is_only_tried(self):
        self.put_customer(name="Anna", email="anna@example.com")
        partners = self.env["res.partner"].search_count([])
        message = self.take_in(self.customer_flow)
        self.assertEqual(message.state, "shadow")
        self.assertFalse(message.res_id)
        self.assertEqual(self.line(message, "email").new_value, "anna@example.com")
        self.assertEqual(self.env["res.partner"].search_count([]), partners)
        self.assertFalse(self.bound(self.backend, "customer", "C1"))
        self.assertFalse(
            self.env["hub.snapshot"].search([("backend_id", "=", self.backend.id)])
        )

    def test_failure_is_told_and_files_no_exception(self):
        self.place(1, total="999.00")
        message = self.take_in(self.order_flow)
        self.assertEqual((message.state, message.shadow_verdict), ("shadow", "error"))
        self.assertIn("999.00", message.change_ids[0].note)
        self.assertFalse(self.exceptions(self.backend))

    def test_what_heals_by_itself_is_tried_again(self):
        self.place(1)
        self.hint("O1")
        self.remote.fail(500, times=9)
        self.drain(self.order_flow)
        self.assertEqual(self.message().state, "pending")

    def test_cursor_moves_as_ever(self):
        self.put_customer()
        self.take_in(self.customer_flow)
        self.assertTrue(self.customer_flow.cursor)

    # === COMPARISON ===#

    def test_same_values_agree(self):
        self.put_customer(name="Anna", email="anna@example.com")
        message = self.take_in(self.customer_flow)
        self.legacy()
        self.compare(self.customer_flow)
        self.assertEqual(message.shadow_verdict, "agrees")
        self.assertEqual(self.line(message, "name").verdict, "agrees")
        self.assertEqual(self.customer_flow.shadow_agrees_count, 1)

    def test_other_value_differs_and_is_told(self):
        self.put_customer(name="Anna", email="anna@example.com")
        message = self.take_in(self.customer_flow)
        self.legacy(name="Anne")
        self.compare(self.customer_flow)
        self.assertEqual(message.shadow_verdict, "differs")
        line = self.line(message, "name")
        self.assertEqual(
            (line.new_value, line.actual_value, line.verdict),
            ("Anna", "Anne", "differs"),
        )

    def test_ignored_field_does_not_count(self):
        self.customer_flow.shadow_ignored = "phone, name"
        self.put_customer(name="Anna", email="anna@example.com")
        message = self.take_in(self.customer_flow)
        self.legacy(name="Anne")
        self.compare(self.customer_flow)
        self.assertEqual(message.shadow_verdict, "agrees")

    def test_what_nobody_wrote_is_missing(self):
        self.put_customer()
        message = self.take_in(self.customer_flow)
        self.compare(self.customer_flow)
        self.assertEqual(message.shadow_verdict, "missing")
        self.assertEqual(self.customer_flow.shadow_missing_count, 1)

    def test_order_of_the_legacy_link_is_found_and_compared(self):
        self.place(1)
        message = self.take_in(self.order_flow)
        partner = self.env["res.partner"].create(
            {"name": "Buyer 1", "email": "buyer1@example.com"}
        )
        product = self.env["product.product"].create(
            {"name": "Product 1", "default_code": "SKU-1", "list_price": 9}
        )
        self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": "#1001",
                "order_line": [
                    (0, 0, {"product_id": product.id, "price_unit": 9, "tax_ids": []})
                ],
            }
        )
        self.compare(self.order_flow)
        self.assertEqual(message.shadow_verdict, "differs")
        total = self.line(message, "amount_total").filtered("verdict")[:1]
        self.assertIn("10.00", total.new_value)
        self.assertIn("9.00", total.actual_value)
        self.assertEqual(self.line(message, "client_order_ref").verdict, "agrees")

    def test_numbers_and_what_only_the_hub_keeps_are_not_compared(self):
        self.place(1)
        message = self.take_in(self.order_flow)
        partner = self.env["res.partner"].create({"name": "Another Buyer"})
        self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "client_order_ref": "#1001",
                "order_line": [(0, 0, {"name": "Other", "product_uom_qty": 1})],
            }
        )
        self.compare(self.order_flow)
        self.assertEqual(message.shadow_verdict, "differs")
        judged = message.change_ids.filtered("verdict")
        compared = set(judged.mapped("field_name"))
        self.assertIn("partner_id", compared)
        self.assertFalse({"order_id", "hub_external_id"} & compared)
        orders = judged.filtered(lambda line: line.res_model == "sale.order")
        self.assertNotIn("name", orders.mapped("field_name"))

    def test_record_that_changed_again_is_compared_once(self):
        self.put_customer(name="Anna", email="anna@example.com")
        first = self.take_in(self.customer_flow)
        self.put_customer(name="Anna B", email="anna@example.com")
        second = self.take_in(self.customer_flow)
        self.legacy(name="Anna B")
        self.compare(self.customer_flow)
        self.assertEqual(
            (first.shadow_verdict, second.shadow_verdict), ("outdated", "agrees")
        )

    def test_sweeper_compares_when_the_time_has_come(self):
        self.put_customer(name="Anna", email="anna@example.com")
        message = self.take_in(self.customer_flow)
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(message.shadow_verdict, "waiting")
        self.legacy()
        message.compare_at = fields.Datetime.now()
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(message.shadow_verdict, "agrees")

    # === THE END OF THE SHADOW ===#

    def test_what_was_only_tried_is_then_applied_without_a_duplicate(self):
        self.put_customer(1, name="Anna", email="anna@example.com")
        self.put_customer(2, name="Ben", email="ben@example.com")
        self.take_in(self.customer_flow)
        anna = self.legacy()
        wizard = self.env["hub.shadow.end"].create({"flow_id": self.customer_flow.id})
        wizard.action_end()
        self.settle()
        self.assertEqual(self.states(self.customer_flow), ["done", "done"])
        self.assertEqual(self.bound(self.backend, "customer", "C1"), anna)
        self.assertTrue(self.bound(self.backend, "customer", "C2"))

    def test_what_was_only_tried_may_be_left(self):
        self.put_customer()
        self.take_in(self.customer_flow)
        self.customer_flow.end_shadow(skip=True)
        self.settle()
        self.assertEqual(self.states(self.customer_flow), ["skipped"])
        self.put_customer(2)
        self.take_in(self.customer_flow)
        self.assertTrue(self.bound(self.backend, "customer", "C2"))

    def test_batch_that_ended_late_in_the_shadow_is_found(self):
        self.put_customer()
        self.take_in(self.customer_flow)
        self.customer_flow.shadow = False
        self.env["hub.flow"]._cron_sweep()
        self.settle()
        self.assertEqual(self.states(self.customer_flow), ["done"])

    def test_only_managers_begin_and_end_it(self):
        user = self.env.ref("base.user_admin").copy({"login": "other"})
        user.group_ids = self.env.ref("connector_hub.group_hub_operator")
        flow = self.customer_flow.with_user(user)
        with self.assertRaises(AccessError):
            flow.action_start_shadow()
        with self.assertRaises(AccessError):
            flow.end_shadow()

    def test_flow_out_of_odoo_has_no_shadow_mode(self):
        self.customer_flow.direction = "out"
        with self.assertRaises(UserError):
            self.customer_flow.action_start_shadow()
