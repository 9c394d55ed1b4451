# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
from contextlib import nullcontext

from odoo.exceptions import UserError
from odoo.tools import mute_logger

from odoo.addons.connector_hub.importers import order as importer
from odoo.addons.connector_hub.importers import order_invoice, order_release

from . import samples
from .order_case import OrderCase

BATCH = 100
#: what an order may cost from the document to the reconciled payment
STATEMENTS = 12

#: what is another for each record, or says when it was made
OWN = {
    "id",
    "write_uid",
    "name",
    "display_name",
    "create_date",
    "write_date",
    "date_maturity",
}
OWN |= {
    "sequence",
    "ref",
    "memo",
    "payment_reference",
    "invoice_origin",
    "access_token",
}
OWN |= {"sequence_number", "move_name", "matching_number", "commercial_partner_id"}
#: links to what each order has of its own
LINKS = {"move_id", "sale_line_ids", "full_reconcile_id", "partner_id", "payment_id"}
LINKS |= {"matched_debit_ids", "matched_credit_ids", "reconciled_lines_ids"}
OWN |= {"origin", "reference", "date_deadline", "scheduled_date"}
LINKS |= {"picking_id", "sale_id", "sale_line_id", "reference_ids"}
LINKS |= {"matched_payment_ids", "partner_shipping_id", "origin_payment_id"}

_logger = logging.getLogger(__name__)


def booked(orders):
    """Return every stored value of the orders' invoices, payments and transfers."""
    return [
        [
            *(
                [facts(move), sorted(map(facts, move.line_ids), key=str)]
                for move in order.invoice_ids
                | order.hub_payment_ids.payment_id.move_id.sorted("id")
            ),
            *(
                [facts(picking), sorted(map(facts, picking.move_ids), key=str)]
                for picking in order.picking_ids
            ),
        ]
        for order in orders
    ]


def facts(record):
    return {
        name: record[name].ids if field.relational else record[name]
        for name, field in record._fields.items()
        if field.store
        and name not in OWN | LINKS
        and field.type not in ("one2many", "reference")
    }


class TestSetBasedPaid(OrderCase):
    maxDiff = None
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
        self.make_taxes(7)
        self.env.ref("base.USD").active = True
        together = booked(self.bring_in(*self.various(100)))
        for module in (importer, order_invoice, order_release):
            self.patch(module, "together", nullcontext)
        alone = booked([self.bring_in(row) for row in self.various(1000)])
        for batch, single in zip(together, alone, strict=True):
            self.assertEqual(batch, single)

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

    def various(self, first):
        """Return orders whose invoices differ in all that makes items of them."""
        full, less = samples.tax(20, "2.00"), samples.tax(7, "0.70")
        included = samples.tax(20, "1.67")
        lines = [
            [samples.line(1, taxes=[full]), samples.line(2, taxes=[less])],
            [samples.line(1, taxes=[full, less]), samples.line(2)],
            [samples.line(1)],
            [samples.line(1, quantity=3, discount="3.33")],
            [samples.line(1, price="0.00")],
            [samples.line(n, taxes=[full]) for n in range(1, 4)],
        ]
        orders = [self.paid(first + n, rows) for n, rows in enumerate(lines)]
        number = first + len(lines)
        return [
            *orders,
            self.paid(number, [samples.line(1, taxes=[included])], taxes_included=True),
            self.paid(number + 1, [samples.line(1, taxes=[full])], currency="USD"),
            self.paid(number + 2, [samples.line(1)], tip="1.50"),
        ]

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
