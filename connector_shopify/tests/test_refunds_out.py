# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
from unittest.mock import patch

from odoo.addons.connector_hub.tests.send_case import Crash

from ..components.sender_refund import ShopifyRefundSender, _made_before
from .refund_case import RefundCase


class TestRefundsOut(RefundCase):
    """Credit notes of Odoo become refunds of the shop, each of them once."""

    def setUp(self):
        super().setUp()
        (self.refund_flow,) = self.listen(self.backend, "refund")

    def sell(self, *scenarios):
        gid, _order = self.place(*scenarios)
        self.bring_in()
        return gid, self.invoice(self.order(gid))

    def credit(self, invoice, quantities=None, post=True):
        """Reverse an invoice as a person does: all, or so many of its lines."""
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        action = wizard.create({"journal_id": invoice.journal_id.id}).refund_moves()
        move = self.env["account.move"].browse(action["res_id"])
        if quantities is not None:
            for line in move.invoice_line_ids:
                line.quantity = quantities.get(line.sale_line_ids.hub_external_id, 0)
        if post:
            move.action_post()
        return move

    def send(self):
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.refund_flow, "_collect")
        return self.drain(self.refund_flow)

    def made(self, gid):
        return self.shop.orders[gid]["refunds"]

    def message(self):
        return self.messages(self.refund_flow)[-1:]

    def test_credit_note_becomes_a_refund_of_the_same_amount(self):
        for scenario in ("plain", "line_discount", "yen", "paid_with_gift_card"):
            with self.subTest(scenario=scenario):
                gid, invoice = self.sell(scenario)
                move = self.credit(invoice)
                self.send()
                self.assertEqual(self.message().error_message, False)
                (refund,) = self.made(gid)
                paid = refund["totalRefundedSet"]["presentmentMoney"]["amount"]
                self.assertEqual(float(paid), move.amount_total)
                self.assertFalse(refund["orderAdjustments"])
                self.assertIn(move.name, refund["note"])

    def test_some_units_are_refunded_as_such(self):
        gid, invoice = self.sell("order_fixed")
        line = self.shop.orders[gid]["lineItems"][0]
        self.credit(invoice, {line["id"]: 1})
        self.send()
        (refund,) = self.made(gid)
        (row,) = refund["refundLineItems"]
        self.assertEqual((row["lineItem"]["id"], row["quantity"]), (line["id"], 1))

    def test_draft_is_nobodys_business(self):
        gid, invoice = self.sell()
        self.credit(invoice, post=False)
        self.send()
        self.assertFalse(self.made(gid))

    def test_what_the_store_then_tells_is_no_second_credit_note(self):
        gid, invoice = self.sell()
        move = self.credit(invoice)
        self.send()
        for note in ("one", "two"):
            self.shop.touch(gid, note=note)
            self.bring_in()
        record = self.refunds(gid)
        self.assertEqual((record.origin, record.move_id), ("odoo", move))
        self.assertEqual(len(self.order(gid).invoice_ids), 2)
        self.assertEqual(set(self.order(gid).order_line.mapped("qty_to_invoice")), {0})

    def test_what_the_store_refunded_is_not_told_back(self):
        gid, invoice = self.sell()
        line = self.shop.orders[gid]["lineItems"][0]
        self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
        self.bring_in()
        self.send()
        self.assertEqual(len(self.made(gid)), 1)
        self.assertNotIn("done", self.states(self.refund_flow))

    def test_more_than_was_paid_is_refused_with_both_amounts(self):
        gid, invoice = self.sell()
        total = self.shop.truth[gid].presentment.total
        self.shop.refunds.make(gid, amount=total - 1)
        self.bring_in()
        move = self.credit(invoice)
        self.send()
        message = self.message()
        self.assertEqual(message.state, "failed")
        self.assertIn(move.name, message.error_message)
        self.assertIn("only 1.0", message.error_message)
        self.assertEqual(len(self.made(gid)), 1)

    def test_lost_answer_is_no_second_refund(self):
        gid, invoice = self.sell()
        move = self.credit(invoice)
        self.shop.faults.add("close", when="after", operation="RefundCreate")
        self.send()
        self.assertEqual(self.message().state, "in_doubt")
        self.let_time_pass(self.message())
        self.send()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(len(self.made(gid)), 1)
        binding = self.env["hub.shopify.refund"].search([("odoo_id", "=", move.id)])
        self.assertEqual(binding.external_id, self.made(gid)[0]["id"])

    def test_crash_after_the_refund_is_no_second_refund(self):
        gid, invoice = self.sell()
        move = self.credit(invoice)
        push = ShopifyRefundSender.push

        def dies(sender, action, pushes):
            push(sender, action, pushes)
            raise Crash

        sender = type(self.backend.adapter()._sender("refund"))
        with patch.object(sender, "push", dies):
            # not assertRaises, whose savepoint would undo what was committed
            with contextlib.suppress(Crash):
                self.send()
                self.fail("Nothing crashed.")
        self.assertEqual(len(self.made(gid)), 1)
        # the store is faster than the answer: its news waits
        self.shop.touch(gid, note="news")
        self.poll(self.order_flow)
        self.drain(self.order_flow)
        self.assertFalse(self.refunds(gid))
        self.env.cr.execute("UPDATE hub_lane SET leased_until = '2020-01-01'")
        self.let_time_pass(self.messages(self.refund_flow))
        self.send()
        self.assertEqual(self.message().state, "done")
        self.assertEqual(len(self.made(gid)), 1)
        self.let_time_pass(self.messages(self.order_flow))
        self.bring_in()
        self.assertEqual(self.refunds(gid).move_id, move)
        self.assertEqual(len(self.order(gid).invoice_ids), 2)

    # === MADE ON BOTH SIDES ===#

    def fully(self, gid):
        rows = self.shop.orders[gid]["lineItems"]
        return [(row["id"], row["quantity"], "NO_RESTOCK", None) for row in rows]

    def test_what_the_store_refunds_at_the_same_time_is_not_refunded_again(self):
        gid, invoice = self.sell("order_fixed")
        move = self.credit(invoice)
        move.button_draft()
        move.invoice_line_ids[1:].unlink()
        move.invoice_line_ids.write(
            {"quantity": 1, "price_unit": 4, "discount": 0, "tax_ids": False}
        )
        move.action_post()
        self.shop.refunds.make(gid, amount="4.00")
        self.send()
        self.assertEqual(len(self.made(gid)), 1)
        self.bring_in()
        record = self.refunds(gid)
        self.assertEqual(record.move_id, move)
        self.let_time_pass(self.message())
        self.send()
        self.assertEqual(len(self.made(gid)), 1)
        self.assertNotIn(self.message().state, ("failed", "pending"))

    def test_number_with_a_space_is_known_again(self):
        gid, invoice = self.sell()
        move = self.credit(invoice, post=False)
        move.name = "RF 2026 0001"
        move.action_post()
        self.send()
        self.assertEqual(len(self.made(gid)), 1)
        order = {"refunds": self.made(gid)}
        self.assertEqual(_made_before(order, move.name), self.made(gid)[0]["id"])

    def test_invoice_that_is_replaced_refunds_nothing(self):
        gid, invoice = self.sell()
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        wizard.create({"journal_id": invoice.journal_id.id}).modify_moves()
        self.send()
        self.assertFalse(self.made(gid))
