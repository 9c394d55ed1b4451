# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal

from odoo.addons.connector_hub.importers import order as importer
from odoo.addons.connector_hub.importers import (
    order_invoice,
    order_payment_booking,
    order_release,
)

from . import samples
from .order_case import OrderCase

#: what is another for each record, or says when it was made
OWN = {
    "id",
    "write_uid",
    "name",
    "display_name",
    "create_date",
    "write_date",
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
OWN |= {"origin", "reference", "date_deadline", "scheduled_date"}
#: links to what each order has of its own
LINKS = {"move_id", "sale_line_ids", "full_reconcile_id", "partner_id", "payment_id"}
LINKS |= {"matched_debit_ids", "matched_credit_ids", "reconciled_lines_ids"}
LINKS |= {"picking_id", "sale_id", "sale_line_id", "reference_ids"}
LINKS |= {"matched_payment_ids", "partner_shipping_id", "origin_payment_id"}
LINKS |= {"debit_move_id", "credit_move_id", "exchange_move_id", "cogs_origin_id"}
LINKS |= {"tax_cash_basis_rec_id", "tax_cash_basis_origin_move_id"}
LINKS |= {"draft_caba_move_vals"}
#: a guess of Odoo's, which concerns the bills of suppliers
OWN |= {"is_manually_modified"}


def booked(orders):
    """Return every stored value of what was booked and moved for each order."""
    return [
        [
            *([facts(move), _all(move.line_ids)] for move in _moves(order)),
            _all(_settled(order)),
            *(
                [facts(picking), _all(picking.move_ids)]
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


def difference(batch, single, place=""):
    """Return where two lists of :func:`booked` differ, in few words."""
    if isinstance(batch, dict):
        return [
            f"{place}.{name}: {value} instead of {single[name]}"
            for name, value in batch.items()
            if value != single[name]
        ]
    if len(batch) != len(single):
        return [f"{place}: {len(batch)} instead of {len(single)}"]
    return [
        text
        for number, both in enumerate(zip(batch, single, strict=True))
        for text in difference(*both, f"{place}/{number}")
    ]


def _all(records):
    return sorted(map(facts, records), key=str)


def _moves(order):
    """Return invoices, payments, and what settling the ones with the others made."""
    made = _settled(order).exchange_move_id | order.env["account.move"].search(
        [("tax_cash_basis_origin_move_id", "in", order.invoice_ids.ids)]
    )
    return [
        *order.invoice_ids,
        *order.hub_payment_ids.payment_id.move_id.sorted("id"),
        *made.sorted(lambda move: (move.date, move.amount_total, move.id)),
    ]


def _settled(order):
    return order.invoice_ids.line_ids.matched_credit_ids


class BookedCase(OrderCase):
    """Orders that are confirmed, invoiced and paid."""

    maxDiff = None

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

    def paid(self, number, lines=None, payments=1, **values):
        """Return an order with three lines and a tax, paid in full."""
        lines = lines or [
            samples.line(number % 40 + n, taxes=[samples.tax(20, "2.00")])
            for n in range(3)
        ]
        row = samples.order(
            number, lines=lines, customer=samples.customer(number % 50), **values
        )
        return {**row, "payments": self.payments(number, row, payments)}

    def payments(self, number, row, count):
        """Return payments, of 3.01 each and of the rest, on one day after the other."""
        total = Decimal(row["total"])
        parts = [Decimal("3.01")] * (count - 1)
        return [
            {
                "external_id": f"T{number}-{n}",
                "kind": "sale",
                "status": "success",
                "amount": str(amount),
                "gateway": "card",
                "processed_at": row["placed_at"] + timedelta(days=n),
            }
            for n, amount in enumerate([*parts, total - sum(parts)])
        ]

    def assert_booked_as_by_odoo(self, make, quick=None):
        """Compare a batch with what Odoo itself makes of the orders one by one.

        :param make: gives the rows of orders from a number on
        :param quick: how many of their invoices are completed together; all of them
        """
        rows = make(100)
        completed = self.count_completed()
        together = booked(self.bring_in(*rows))
        self.assertEqual(len(completed), len(rows) if quick is None else quick)
        self.leave_to_odoo()
        alone = booked([self.bring_in(row) for row in make(1000)])
        for row, *both in zip(rows, together, alone, strict=True):
            self.assertFalse(difference(*both), row["name"])

    def count_completed(self):
        """Return a list in which the invoices are noted that we complete."""
        moves, found = type(self.env["account.move"]), []
        complete = moves._complete_together

        def noted(records):
            found.extend(records.filtered(lambda move: move.is_invoice()).ids)
            return complete(records)

        self.patch(moves, "_complete_together", noted)
        return found

    def leave_to_odoo(self):
        for module in (importer, order_invoice, order_release):
            self.patch(module, "together", nullcontext)
        self.patch(order_payment_booking, "_is_plain", lambda lines: False)
