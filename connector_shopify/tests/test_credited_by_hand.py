# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from .payment_case import PaymentCase


class TestCreditedByHand(PaymentCase):
    """What people credit, and the store pays back, is not done a second time."""

    def credit(self, gid, quantities=None):
        """Reverse an order's invoice as a person does: all, or so many units."""
        invoice = self.invoice(gid).filtered(lambda m: m.move_type == "out_invoice")
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        move = self.env["account.move"].browse(action["res_id"])
        if quantities is not None:
            for line in move.invoice_line_ids:
                line.quantity = quantities.get(line.sale_line_ids.hub_external_id, 0)
        move.action_post()
        return move

    def look_again(self, gid):
        self.shop.touch(gid, note="news")
        self.bring_in()
        self.find_due()
        self.assertEqual(self.message(gid).error_message, False)

    def kinds(self, gid):
        return sorted(self.invoice(gid).mapped("move_type"))

    def test_what_a_person_credited_is_not_invoiced_again(self):
        gid = self.sell()
        self.credit(gid)
        self.look_again(gid)
        self.assertEqual(self.kinds(gid), ["out_invoice", "out_refund"])

    def test_units_a_person_credited_are_not_invoiced_again(self):
        gid = self.sell("order_fixed")
        line = self.shop.orders[gid]["lineItems"][0]
        self.credit(gid, {line["id"]: 1})
        self.look_again(gid)
        self.assertEqual(self.kinds(gid), ["out_invoice", "out_refund"])

    def test_credited_order_is_not_looked_at_for_ever(self):
        gid = self.sell()
        self.credit(gid)
        self.assertEqual(self.order_flow._due_ids(), [])

    def test_refunded_order_has_nothing_left_for_a_closed_period(self):
        gid = self.sell("order_fixed")
        line = self.shop.orders[gid]["lineItems"][0]
        self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
        self.bring_in()
        self.company.sale_lock_date = fields.Date.today()
        self.look_again(gid)

    def test_refund_in_the_store_is_the_credit_note_a_person_made(self):
        for options in ({}, {"amount": "4.00"}):
            with self.subTest(options=options):
                gid = self.sell("order_fixed")
                move = self.credit(gid)
                if options:
                    move.button_draft()
                    move.invoice_line_ids[1:].unlink()
                    move.invoice_line_ids.write(
                        {
                            "quantity": 1,
                            "price_unit": 4,
                            "discount": 0,
                            "tax_ids": False,
                        }
                    )
                    move.invoice_line_ids.sale_line_ids = False
                    move.action_post()
                    self.shop.refunds.make(gid, **options)
                else:
                    rows = self.shop.orders[gid]["lineItems"]
                    lines = [(r["id"], r["quantity"], "CANCEL", None) for r in rows]
                    self.shop.refunds.make(gid, lines, shipping="full")
                self.look_again(gid)
                record = self.env["hub.order.refund"].search(
                    [("order_id", "=", self.order(gid).id)]
                )
                self.assertEqual(record.move_id, move)
                reversals = self.env["account.move"].search(
                    [("reversed_entry_id", "in", self.invoice(gid).ids)]
                )
                self.assertEqual(reversals, move)
                self.assertEqual(move.amount_residual, 0)

    def test_money_a_person_paid_back_is_the_stores_refund(self):
        gid = self.sell("order_fixed")
        move = self.credit(gid)
        gateway = self.shop.orders[gid]["transactions"][0]["gateway"]
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=move.ids
        )
        by_hand = wizard.create(
            {"journal_id": self.journals[gateway].id}
        )._create_payments()
        rows = self.shop.orders[gid]["lineItems"]
        lines = [(row["id"], row["quantity"], "CANCEL", None) for row in rows]
        self.shop.refunds.make(gid, lines, shipping="full")
        self.look_again(gid)
        refund = self.noted(gid).filtered(lambda note: note.kind == "refund")
        self.assertEqual(refund.payment_id, by_hand)

    def test_refund_of_a_closed_period_is_a_question_for_the_accountant(self):
        gid = self.sell("order_fixed")
        self.company.sale_lock_date = fields.Date.today()
        self.shop.refunds.make(gid, amount="4.00")
        self.bring_in()
        self.assertEqual(self.message(gid).error_code, "closed_period")
        self.assertEqual(self.kinds(gid), ["out_invoice"])


class TestCancelledAndRefunded(PaymentCase):
    """Cancelled orders: the money that came and went is in the books."""

    def test_money_of_a_cancelled_order_is_booked_when_it_has_gone_back(self):
        self.backend.order_invoice = "delivery"
        gid = self.sell()
        self.assertEqual(len(self.booked(gid)), 1)
        lines = [
            (row["id"], row["quantity"], "CANCEL", None)
            for row in self.shop.orders[gid]["lineItems"]
        ]
        made = self.shop.refunds.make(gid, lines, shipping="full", pending=True)
        self.shop.edits.cancel(gid)
        self.bring_in()
        self.assertEqual(self.order(gid).state, "cancel")
        for row in made["transactions"]:
            row["status"] = "SUCCESS"
        self.shop.touch(gid, note="arrived")
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        directions = {"inbound": 1, "outbound": -1}
        balance = sum(
            directions[payment.payment_type] * payment.amount
            for payment in self.booked(gid)
        )
        self.assertAlmostEqual(balance, 0)

    def test_order_that_is_paid_and_cancelled_at_once_is_not_invoiced(self):
        gid = self.sell("authorized")
        self.shop.till.capture(gid)
        self.shop.edits.cancel(gid)
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertFalse(self.invoice(gid))
        self.assertEqual(self.order(gid).state, "cancel")


class TestWithAccounting(PaymentCase):
    """With an accounting app payments make no entries by themselves."""

    def test_payments_settle_invoices_all_the_same(self):
        moves = type(self.env["account.move"])
        self.patch(moves, "_get_invoice_in_payment_state", lambda move: "in_payment")
        gid = self.sell()
        self.assertPaid(gid)


class TestPaidOtherwise(PaymentCase):
    """Money that came into the books without a payment is not booked again."""

    def settle_by_entry(self, invoice):
        """Settle an invoice as a reconciled line of a bank statement does."""
        owed = invoice.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        journal = self.journals["manual"]
        amount = invoice.amount_total
        received = {
            "account_id": owed.account_id.id,
            "partner_id": owed.partner_id.id,
            "credit": amount,
        }
        bank = {"account_id": journal.default_account_id.id, "debit": amount}
        entry = self.env["account.move"].create(
            {"journal_id": journal.id, "line_ids": [(0, 0, bank), (0, 0, received)]}
        )
        entry.action_post()
        (owed | entry.line_ids.filtered("credit")).reconcile()

    def test_invoice_paid_by_a_bank_statement_is_not_paid_again(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.sell()
        invoice = self.order(gid)._create_invoices()
        invoice.action_post()
        self.settle_by_entry(invoice)
        self.assertEqual(invoice.payment_state, "paid")
        self.backend.order_register_payment = True
        self.find_due()
        self.assertFalse(self.booked(gid))
        self.assertEqual(self.noted(gid).mapped("stage"), ["noted"])
        self.assertEqual(self.order_flow._due_ids(), [])
