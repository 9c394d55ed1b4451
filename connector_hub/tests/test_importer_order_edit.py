# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import BusinessRuleError

from . import samples
from .drain_case import DrainCase
from .order_case import OrderCase


class ConfirmedCase(OrderCase):
    """An order of two lines, confirmed."""

    def setUp(self):
        super().setUp()
        self.product = self.existing_product(is_storable=True)
        self.lines = [samples.line(1, 3), samples.line(2, 1, "4.00")]
        self.order = self.bring_in(samples.order(1, self.lines))
        self.order.action_confirm()

    def newer(self, lines=None, seconds=60, **values):
        lines = self.lines if lines is None else lines
        version = samples.later(seconds)
        return samples.order(1, lines=lines, version=version, **values)

    def line(self, number=1):
        return self.order.order_line.filtered(
            lambda line: line.hub_external_id == f"L{number}"
        )

    def deliver(self, quantity=None):
        picking = self.order.picking_ids.filtered(lambda p: p.state != "done")
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
        picking.move_ids.picked = True
        picking.with_context(skip_backorder=True).button_validate()

    def invoice(self):
        self.order.order_line.product_id.invoice_policy = "order"
        move = self.order._create_invoices()
        move.action_post()
        return move

    def edits(self, state="open"):
        return self.order.hub_edit_ids.filtered(lambda edit: edit.state == state)


class TestEditsBeforeDelivery(ConfirmedCase):
    """While nothing is delivered or invoiced, the order follows the store."""

    def test_changed_added_and_removed_lines_are_taken_over(self):
        lines = [samples.line(1, 5), samples.line(3, 2, "7.50")]
        self.bring_in(self.newer(lines))
        self.assertEqual(self.order.state, "sale")
        self.assertEqual(self.order.amount_total, 65)
        quantities = {
            line.hub_external_id: line.product_uom_qty for line in self.order.order_line
        }
        self.assertEqual(quantities, {"L1": 5, "L2": 0, "L3": 2})

    def test_delivery_follows(self):
        lines = [samples.line(1, 1), samples.line(3, 2, "7.50")]
        self.bring_in(self.newer(lines))
        moves = self.order.picking_ids.move_ids.filtered(lambda m: m.state != "cancel")
        demand = {
            move.sale_line_id.hub_external_id: move.product_uom_qty for move in moves
        }
        self.assertEqual(
            {key: qty for key, qty in demand.items() if qty}, {"L1": 1, "L3": 2}
        )

    def test_what_was_done_is_told_on_the_order(self):
        self.bring_in(self.newer([samples.line(1, 5)]))
        self.assertEqual(len(self.edits("applied")), 1)
        self.assertIn("3 → 5", self.order.message_ids[0].body)

    def test_rounding_line_follows(self):
        lines = [samples.line(1, 2)]
        self.bring_in(self.newer(lines, total="20.02"))
        self.assertAlmostEqual(self.order.amount_total, 20.02)
        self.bring_in(self.newer([samples.line(1, 1)], 90, total="10.00"))
        self.assertAlmostEqual(self.order.amount_total, 10)

    def test_new_address_reaches_the_delivery(self):
        self.bring_in(self.newer(shipping=samples.address(street="Moved 1")))
        self.assertEqual(self.order.partner_shipping_id.street, "Moved 1")
        self.assertEqual(self.order.picking_ids.partner_id.street, "Moved 1")

    def test_address_a_person_corrected_stays(self):
        self.order.partner_shipping_id = self.env["res.partner"].create({"name": "Me"})
        self.bring_in(self.newer([samples.line(1, 5)]))
        self.assertEqual(self.order.partner_shipping_id.name, "Me")

    def test_second_run_changes_nothing(self):
        row = self.newer([samples.line(1, 5)])
        self.bring_in(row)
        before = self.row_version(self.line())
        self.attempt(row, forced=True)
        self.assertEqual(self.row_version(self.line()), before)
        self.assertEqual(len(self.order.hub_edit_ids), 1)

    def test_wrong_total_changes_nothing(self):
        (task,) = self.attempt(self.newer([samples.line(1, 5)], total="99.99"))
        self.assertIsInstance(task.error, BusinessRuleError)
        self.assertEqual(self.order.amount_total, 34)
        self.assertIn("99.99", self.edits().reason)

    def test_cancellation_takes_the_delivery_along(self):
        self.bring_in(self.newer(cancelled_at=samples.later()))
        self.assertEqual(self.order.state, "cancel")
        self.assertEqual(set(self.order.picking_ids.mapped("state")), {"cancel"})

    def test_what_was_changed_before_a_cancellation_is_taken_over_with_it(self):
        lines = [samples.line(1, 1)]
        self.bring_in(self.newer(lines, cancelled_at=samples.later()))
        self.assertEqual((self.order.state, self.order.amount_total), ("cancel", 10))
        self.assertFalse(self.edits())

    def test_nothing_is_procured_for_what_is_cancelled_at_once(self):
        before = self.order.picking_ids.move_ids
        lines = [samples.line(1, 9), samples.line(3, 2, "7.50")]
        self.bring_in(self.newer(lines, cancelled_at=samples.later()))
        self.assertEqual((self.order.state, self.order.amount_total), ("cancel", 105))
        moves = self.order.picking_ids.move_ids
        self.assertEqual(moves, before)
        self.assertEqual(set(moves.mapped("product_uom_qty")), {3, 1})

    def test_order_linked_by_people_is_cancelled_as_it_is(self):
        self.order.hub_content = False
        lines = [samples.line(1, 1)]
        self.bring_in(self.newer(lines, cancelled_at=samples.later()))
        self.assertEqual((self.order.state, self.order.amount_total), ("cancel", 34))
        self.assertFalse(self.order.hub_edit_ids)

    def test_wrong_total_of_what_is_cancelled_bothers_nobody(self):
        lines = [samples.line(1, 1)]
        row = self.newer(lines, total="99.99", cancelled_at=samples.later())
        self.bring_in(row)
        self.assertEqual((self.order.state, self.order.amount_total), ("cancel", 34))
        self.assertFalse(self.edits())


class TestEditsAfterDelivery(ConfirmedCase):
    """Once goods have left or an invoice exists, a person decides."""

    def block(self, lines, **values):
        (task,) = self.attempt(self.newer(lines, **values))
        self.assertIsInstance(task.error, BusinessRuleError)
        self.assertEqual(task.res_id, self.order.id)
        self.assertEqual(self.order.amount_total, 34)
        return task.error

    def test_change_after_delivery_is_put_side_by_side(self):
        self.deliver()
        error = self.block([samples.line(1, 5)])
        self.assertEqual(error.code, "order_confirmed")
        self.assertIn("3 → 5", error.message)
        self.assertIn(self.order.picking_ids.name, error.message)
        edit = self.edits()
        rows = {
            line.name: (line.kind, line.ours, line.theirs) for line in edit.line_ids
        }
        self.assertEqual(rows["Product 1"], ("changed", "3 × 10.00", "5 × 10.00"))
        self.assertEqual(rows["Product 2"], ("removed", "1 × 4.00", ""))
        self.assertEqual((edit.ours_total, edit.theirs_total), (34, 50))

    def test_change_after_invoice_names_the_invoice(self):
        move = self.invoice()
        self.assertIn(move.name, self.block([samples.line(1, 5)]).message)

    def test_same_change_again_is_one_proposal(self):
        self.deliver()
        self.block([samples.line(1, 5)])
        self.block([samples.line(1, 5)])
        self.assertEqual(len(self.edits()), 1)
        self.assertEqual(len(self.edits("superseded")), 1)

    def test_taking_over_changes_the_order_and_settles_it(self):
        self.deliver()
        row = self.newer([samples.line(1, 5), samples.line(2, 1, "4.00")])
        self.attempt(row)
        self.edits().action_apply()
        self.assertEqual(
            (self.line().product_uom_qty, self.order.amount_total), (5, 54)
        )
        waiting = self.order.picking_ids.filtered(lambda p: p.state != "done")
        self.assertEqual(waiting.move_ids.product_uom_qty, 2)
        (task,) = self.attempt(row, forced=True)
        self.assertEqual((task.state, task.error), ("done", None))

    def test_keeping_is_asked_once(self):
        self.invoice()
        row = self.newer([samples.line(1, 5)])
        self.attempt(row)
        self.edits().action_keep()
        self.assertEqual(self.order.amount_total, 34)
        (task,) = self.attempt(row, forced=True)
        self.assertEqual(task.error, None)
        entries = self.env["hub.audit"].search([("kind", "=", "approval")])
        self.assertIn(self.order.name, entries[:1].name)

    def test_cancellation_after_delivery_says_what_is_left(self):
        self.deliver()
        row = self.newer(cancelled_at=samples.later(), cancel_reason="CUSTOMER")
        (task,) = self.attempt(row)
        self.assertEqual(task.error.code, "cancelled_too_late")
        self.assertIn(self.order.picking_ids.name, task.error.message)
        self.assertEqual(self.order.state, "sale")

    def test_cancellation_after_invoice_waits_for_the_credit_note(self):
        move = self.invoice()
        row = self.newer(cancelled_at=samples.later())
        (task,) = self.attempt(row)
        self.assertIn(move.name, task.error.message)
        move._reverse_moves(cancel=True)
        self.bring_in(row)
        self.assertEqual(self.order.state, "cancel")


class TestEditsInTheDrain(DrainCase):
    """A blocked change is an exception until somebody has decided."""

    def test_exception_ends_with_the_decision(self):
        gid = self.place(1)
        self.bring_in()
        order = self.sale_order()
        order.action_confirm()
        order.action_lock()
        self.place(1, samples.later(), lines=[samples.line(1, 2)])
        self.hint(gid)
        self.settle()
        self.assertEqual(self.message().state, "failed")
        self.assertTrue(order.hub_is_changed)
        order.action_unlock()
        order.hub_edit_ids.action_apply()
        self.settle()
        self.assertEqual(self.message().state, "done")
        self.assertFalse(order.hub_is_changed)
        self.assertEqual(order.amount_total, 20)
        self.assertEqual(self.exceptions(self.backend).state, "resolved")
