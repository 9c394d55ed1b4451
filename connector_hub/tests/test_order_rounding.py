# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.fields import Command

from . import samples
from .test_importer_order_edit import ConfirmedCase


class TestRoundingOfParts(ConfirmedCase):
    """What people invoice or credit after a change in the store, to the cent."""

    def setUp(self):
        super().setUp()
        self.order = self.bring_in(samples.order(2, self.lines, total="34.02"))
        self.order.action_confirm()
        self.invoice()
        self.assertEqual(self.order.invoice_ids.amount_total, 34.02)

    def change(self, lines, total):
        """Let the store change the order, and a person take that over."""
        version = samples.later(60)
        self.attempt(samples.order(2, lines, total=total, version=version))
        self.edits().action_apply()
        return self.order._create_invoices(final=True)

    def rounding(self, move):
        product = self.backend.rounding_product_id
        return move.invoice_line_ids.filtered(lambda row: row.product_id == product)

    def test_credit_note_of_the_difference_is_exact(self):
        lines = [samples.line(1, 1), self.lines[1]]
        note = self.change(lines, "14.01")
        self.assertEqual(note.move_type, "out_refund")
        self.assertAlmostEqual(note.amount_total, 20.01)
        self.assertAlmostEqual(self.rounding(note).price_total, 0.01)

    def test_invoice_of_the_difference_is_exact(self):
        lines = [samples.line(1, 4), self.lines[1]]
        invoice = self.change(lines, "44.03")
        self.assertEqual(invoice.move_type, "out_invoice")
        self.assertAlmostEqual(invoice.amount_total, 10.01)

    def test_credit_note_that_has_to_name_its_invoice_is_exact(self):
        asked = type(self.env["account.move"])
        with patch.object(asked, "_refunds_origin_required", lambda move: True):
            lines = [samples.line(1, 1), self.lines[1]]
            note = self.change(lines, "14.01")
        self.assertEqual(note.reversed_entry_id, self.order.invoice_ids - note)
        self.assertAlmostEqual(note.amount_total, 20.01)

    def test_fee_a_person_added_is_not_taken_off_again(self):
        first = self.order.invoice_ids
        first.button_draft()
        fee = {"name": "Fee", "quantity": 1, "price_unit": 0.01, "tax_ids": []}
        first.invoice_line_ids = [Command.create(fee)]
        first.action_post()
        self.assertAlmostEqual(first.amount_total, 34.03)
        lines = [samples.line(1, 4), self.lines[1]]
        invoice = self.change(lines, "44.02")
        self.assertAlmostEqual(invoice.amount_total, 10.0)
        self.assertFalse(self.rounding(invoice))
