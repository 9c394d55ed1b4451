# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from contextlib import nullcontext

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.connector_hub.importers import order_invoice, order_release

from . import samples
from .order_case import OrderCase

BATCH = 100
#: what an order may cost from the document to the reconciled payment
STATEMENTS = 25

_logger = logging.getLogger(__name__)


class TestSetBasedPaid(OrderCase):
    """Batches of orders that are confirmed, invoiced and paid."""

    def setUp(self):
        super().setUp()
        self.backend.write(
            {
                "order_confirm": "released",
                "order_invoice": "payment",
                "order_register_payment": True,
            }
        )
        journal = self.env["account.journal"].search(
            [("type", "=", "bank"), ("company_id", "=", self.company.id)], limit=1
        )
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "gateway",
                "remote_value": "card",
                "journal_id": journal.id,
            }
        )
        self.make_taxes(20)

    def orders(self, first, count, **values):
        return [self.paid(number, **values) for number in range(first, first + count)]

    def paid(self, number, lines=None, **values):
        """Return an order with three lines and a tax, paid in full."""
        lines = lines or [
            samples.line(number % 40 + n, taxes=[samples.tax(20, "2.00")])
            for n in range(3)
        ]
        row = samples.order(
            number, lines=lines, customer=samples.customer(number % 50), **values
        )
        payment = {
            "external_id": f"T{number}",
            "kind": "sale",
            "status": "success",
            "amount": row["total"],
            "gateway": "card",
            "processed_at": row["placed_at"],
        }
        return {**row, "payments": [payment]}

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

    def test_batch_books_what_odoo_books_by_itself(self):
        def booked(orders):
            return [
                [
                    (
                        line.account_id.code,
                        line.debit,
                        line.credit,
                        line.amount_currency,
                        line.tax_ids.ids,
                        line.tax_tag_ids.ids,
                        line.display_type,
                        line.partner_id.name,
                    )
                    for line in (
                        order.invoice_ids.line_ids
                        | order.hub_payment_ids.payment_id.move_id.line_ids
                    ).sorted("id")
                ]
                for order in orders
            ]

        together = booked(self.bring_in(*self.orders(100, 6)))
        for module in (order_invoice, order_release):
            self.patch(module, "together", nullcontext)
        alone = booked([self.bring_in(row) for row in self.orders(1000, 6)])
        for batch, single in zip(together, alone, strict=True):
            self.assertEqual(
                sorted(map(str, (row[:-1] for row in batch))),
                sorted(map(str, (row[:-1] for row in single))),
            )

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
