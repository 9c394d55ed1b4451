# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from . import samples
from .booked_case import BookedCase, facts

BATCH = 100
#: what an order may cost from the document to the reconciled payment
STATEMENTS = 12

_logger = logging.getLogger(__name__)


class TestSetBasedPaid(BookedCase):
    """Batches of orders that are confirmed, invoiced and paid."""

    def test_paid_order_costs_few_statements(self):
        self.bring_in(*self.orders(10_000, 3))
        rows = self.orders(20_000, BATCH)
        started = time.monotonic()
        with self.queries() as found:
            orders = self.bring_in(*rows)
        seconds = time.monotonic() - started
        _logger.info(
            "Paid orders: %.1f SQL statements each, %.1f orders/s",
            len(found) / BATCH,
            BATCH / seconds,
        )
        self.assertLess(len(found) / BATCH, STATEMENTS)
        for order in orders:
            self.assertEqual(order.state, "sale")
            self.assertEqual(order.invoice_ids.amount_total, order.amount_total)
            self.assertIn(order.invoice_ids.payment_state, ("paid", "in_payment"))
            self.assertEqual(order.invoice_ids.amount_residual, 0)
            self.assertEqual(len(order.picking_ids), 1)

    def test_items_of_other_addons_are_left_to_odoo(self):
        moves = type(self.env["account.move"])
        stack, asked = moves._get_sync_stack, []

        def extended(move, container):
            asked.append(move)
            return stack(move, container)

        self.bring_in(self.paid(1))
        self.patch(moves, "_get_sync_stack", extended)
        order = self.bring_in(self.paid(2))
        self.assertTrue(asked)
        self.assertEqual(order.invoice_ids.amount_total, order.amount_total)
        self.assertIn(order.invoice_ids.payment_state, ("paid", "in_payment"))

    def test_completed_invoice_is_what_odoo_would_make_of_it(self):
        """Touched later, Odoo finds nothing to be added or changed."""
        invoice = self.bring_in(self.paid(1)).invoice_ids
        before = sorted(map(facts, invoice.line_ids), key=str)
        invoice.button_draft()
        invoice.invoice_line_ids[:1].name = "Renamed"
        invoice.invoice_line_ids[:1].price_unit = 10.0
        invoice.action_post()
        after = sorted(map(facts, invoice.line_ids), key=str)
        for rows in (before, after):
            for row in rows:
                row.pop("amount_residual", 0)
                row.pop("amount_residual_currency", 0)
                row.pop("reconciled", 0)
        self.assertEqual(before, after)

    def test_numbers_follow_each_other(self):
        orders = self.bring_in(*self.orders(100, 8))
        for moves in (
            self.env["account.move"].union(*(order.invoice_ids for order in orders)),
            orders[0].union(*orders).hub_payment_ids.payment_id.move_id,
        ):
            numbers = sorted(moves.mapped("sequence_number"))
            self.assertEqual(numbers, list(range(numbers[0], numbers[0] + 8)))
            self.assertEqual(len(set(moves.mapped("name"))), 8)
            self.assertFalse(any(moves.mapped("made_sequence_gap")))

    def test_chatter_says_where_things_come_from(self):
        order = self.bring_in(*self.orders(100, 2))[0]

        def said(record):
            return " ".join(record.message_ids.mapped("body"))

        self.assertIn(order.name, said(order.invoice_ids))
        self.assertIn(order.name, said(order.picking_ids))
        self.assertIn(f"{order.invoice_ids.name} paid", said(order))

    def test_order_that_odoo_refuses_does_not_hold_back_the_others(self):
        confirm = type(self.env["sale.order"])._action_confirm

        def refuse(orders):
            if any(order.origin.endswith("#1103") for order in orders):
                raise UserError(self.env._("Not this one"))
            return confirm(orders)

        self.patch(type(self.env["sale.order"]), "_action_confirm", refuse)
        with mute_logger("odoo.addons.connector_hub"):
            tasks = self.attempt(*self.orders(100, 6))
        self.assertEqual(
            [task.external_id for task in tasks if task.error],
            ["O103"],
        )
        for task in tasks:
            order = self.record_of(task)
            is_bad = task.external_id == "O103"
            self.assertEqual(order.state, "draft" if is_bad else "sale")
            self.assertEqual(len(order.invoice_ids), 0 if is_bad else 1)
            # notes of what was rolled back are not written
            self.assertEqual(len(order.picking_ids.message_ids), 0 if is_bad else 1)

    def test_last_piece_is_reserved_once(self):
        product = self.existing_product(is_storable=True)
        stock = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.env["stock.quant"]._update_available_quantity(
            product, stock.lot_stock_id, 1
        )
        line = samples.line(1)
        orders = self.bring_in(*self.orders(100, 3, lines=[line]))
        states = sorted(order.picking_ids.state for order in orders)
        self.assertEqual(states, ["assigned", "confirmed", "confirmed"])

    def test_goods_are_taken_from_where_odoo_takes_them(self):
        """The oldest first; each product in its own place, what is reserved is gone."""
        first, other = (
            self.existing_product(is_storable=True, default_code=f"SKU-{n}")
            for n in (1, 2)
        )
        self.fill_shelves(first, other)
        rows = [samples.line(1, quantity=2), samples.line(2)]
        together = self.bring_in(*self.orders(100, 3, lines=rows))
        found = [self.taken(order) for order in together]
        for order in together:
            order.picking_ids.do_unreserve()
        self.leave_to_odoo()
        alone = [self.bring_in(row) for row in self.orders(1000, 3, lines=rows)]
        self.assertEqual(found, [self.taken(order) for order in alone])
        self.assertTrue(all(found))

    def fill_shelves(self, first, other):
        stock = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        for name in ("A", "B"):
            shelf = self.env["stock.location"].search([("name", "=", name)], limit=1)
            shelf = shelf or self.env["stock.location"].create(
                {"name": name, "location_id": stock.lot_stock_id.id}
            )
            for product, count in ((first, 3), (other, 2)):
                quants = self.env["stock.quant"]
                quants._update_available_quantity(product, shelf, count)

    def taken(self, order):
        return sorted(
            (line.product_id.id, line.location_id.name, line.quantity)
            for line in order.picking_ids.move_line_ids
        )

    def test_reordering_rules_are_asked(self):
        product = self.existing_product(is_storable=True)
        rule = self.env["stock.warehouse.orderpoint"].create(
            {"product_id": product.id, "product_min_qty": 0, "trigger": "auto"}
        )
        asked = []

        def note(rules, *args, **kwargs):
            asked.extend(rules.ids)

        self.patch(type(rule), "_procure_orderpoint_confirm", note)
        self.bring_in(*self.orders(100, 2, lines=[samples.line(1)]))
        self.assertEqual(asked, rule.ids)
