# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields

from .payment_case import PaymentCase
from .simulator.basket import SCENARIOS


class TestPayments(PaymentCase):
    """Payments of the store become payments in Odoo, each once and to the cent."""

    def test_every_paid_order_is_invoiced_and_paid_to_the_cent(self):
        for scenario in SCENARIOS:
            self.place(scenario)
        self.bring_in()
        self.confirm()
        failed = self.messages(self.order_flow).filtered(
            lambda message: message.state not in ("done", "superseded")
        )
        self.assertFalse(failed.mapped("error_message"))
        paid = 0
        for gid, truth in self.shop.truth.items():
            with self.subTest(scenario=truth.scenarios):
                if truth.cancelled:
                    continue
                self.assertEqual(self.paid(gid), self.amounts(gid).received)
                if truth.financial_status == "PAID":
                    self.assertPaid(gid)
                    paid += 1
                else:
                    self.assertFalse(self.invoice(gid))
        self.assertGreater(paid, 25)

    def test_payments_are_booked_in_the_stores_currency_where_orders_are(self):
        self.backend.shopify_money = "shop"
        gid = self.sell("presentment")
        self.assertNotEqual(
            self.shop.truth[gid].currency, self.shop.truth[gid].presentment.currency
        )
        self.assertPaid(gid)

    def test_nothing_is_booked_twice(self):
        gid = self.sell()
        first = self.booked(gid), self.invoice(gid)
        for _round in range(2):
            self.shop.touch(gid, tags=[f"round {_round}"])
            self.bring_in()
            self.message(gid).action_retry()
            self.settle()
            self.find_due()
        self.assertEqual((self.booked(gid), self.invoice(gid)), first)
        self.assertEqual(len(first[0]), 1)

    def test_an_authorization_is_noted_and_its_capture_is_booked(self):
        gid = self.sell("authorized")
        self.assertEqual(self.noted(gid).mapped("stage"), ["authorized"])
        self.assertFalse(self.booked(gid) or self.invoice(gid))
        self.shop.till.capture(gid)
        self.bring_in()
        self.assertEqual(
            sorted(self.noted(gid).mapped("stage")), ["authorized", "booked"]
        )
        self.assertPaid(gid)

    def test_an_order_captured_in_parts_is_invoiced_with_the_last(self):
        gid = self.sell("authorized")
        self.shop.till.capture(gid, "5.00")
        self.bring_in()
        self.assertEqual(len(self.booked(gid)), 1)
        self.assertFalse(self.invoice(gid))
        self.shop.till.capture(gid)
        self.bring_in()
        self.assertEqual(len(self.booked(gid)), 2)
        self.assertPaid(gid)

    def test_a_void_releases_the_authorization(self):
        gid = self.sell("authorized")
        self.shop.till.void(gid)
        self.bring_in()
        stages = dict(self.noted(gid).mapped(lambda note: (note.kind, note.stage)))
        self.assertEqual(stages, {"authorization": "released", "void": "noted"})
        self.assertFalse(self.booked(gid))

    def test_pending_and_failed_payments_are_shown_but_not_booked(self):
        gid = self.sell("unpaid")
        pending = self.shop.till.pay(gid, status="PENDING")
        self.shop.till.pay(gid, gateway="paypal", status="FAILURE")
        self.bring_in()
        self.assertEqual(sorted(self.noted(gid).mapped("stage")), ["failed", "pending"])
        self.assertFalse(self.booked(gid))
        self.shop.till.settle(pending["id"], "SUCCESS")
        self.bring_in()
        self.assertPaid(gid)

    def test_several_payments_and_a_gift_card_settle_one_invoice(self):
        gid = self.sell("paid_with_gift_card")
        self.assertEqual(len(self.booked(gid)), 2)
        self.assertIn(self.journals["gift_card"], self.booked(gid).journal_id)
        self.assertPaid(gid)

    def test_what_is_overpaid_stays_with_the_customer(self):
        gid = self.sell("partially_paid")
        self.shop.till.pay(gid, str(self.amounts(gid).total))
        self.bring_in()
        self.assertPaid(gid)
        lines = self.booked(gid).move_id.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable"
        )
        left = -sum(lines.mapped("amount_residual_currency"))
        truth = self.amounts(gid)
        self.assertAlmostEqual(left, float(truth.received - truth.total), places=2)

    def test_the_till_holds_the_coins_and_the_invoice_is_paid(self):
        gid = self.sell("cash_rounding")
        self.assertPaid(gid)
        truth, payment = self.amounts(gid), self.booked(gid)
        self.assertTrue(truth.cash_rounding)
        self.assertEqual(payment.journal_id, self.journals["cash"])
        self.assertAlmostEqual(
            payment.amount, float(truth.received + truth.cash_rounding), places=2
        )

    def test_test_payments_stay_out_of_production(self):
        self.backend.order_register_payment = False
        gid = self.sell("test")
        self.assertTrue(self.noted(gid).test)
        self.assertTrue(self.noted(gid).counted())
        self.env.flush_all()
        self.env.cr.execute("UPDATE hub_backend SET environment = 'production'")
        self.backend.invalidate_recordset()
        self.assertFalse(self.noted(gid).counted())

    # === WHAT PEOPLE MUST DECIDE ===#

    def test_an_unmapped_gateway_is_mapped_in_place(self):
        mapping = self.env["hub.mapping"].search([("kind", "=", "gateway")])
        journal = self.journals["manual"]
        mapping.unlink()
        gid = self.sell("unpaid")
        self.shop.till.pay(gid)
        self.bring_in()
        self.assertEqual(self.message(gid).state, "failed")
        self.assertFalse(self.invoice(gid) or self.booked(gid))
        exception = self.exceptions(self.backend).filtered(
            lambda problem: problem.mapping_kind == "gateway"
        )
        self.assertEqual(exception.mapping_value, "manual")
        exception.journal_id = journal
        exception.action_map()
        self.settle()
        self.assertPaid(gid)
        self.assertEqual(self.booked(gid).journal_id, journal)

    def test_an_ignored_gateway_is_not_booked(self):
        mappings = self.env["hub.mapping"].search([("kind", "=", "gateway")])
        mappings.write({"ignored": True})
        gid = self.sell()
        self.assertFalse(self.booked(gid))
        self.assertEqual(self.invoice(gid).payment_state, "not_paid")

    def test_a_closed_period_is_a_question_for_the_accountant(self):
        gid = self.place()
        self.bring_in()
        self.company.sale_lock_date = fields.Date.today()
        self.confirm(gid)
        message = self.message(gid)
        self.assertEqual(
            (message.state, message.error_code), ("failed", "closed_period")
        )
        self.assertFalse(self.invoice(gid) or self.booked(gid))
        self.company.sale_lock_date = False
        message.action_retry()
        self.settle()
        self.assertPaid(gid)

    def test_a_payment_that_changes_after_booking_is_not_booked_again(self):
        gid = self.sell("unpaid")
        self.shop.till.pay(gid)
        self.bring_in()
        (row,) = self.shop.orders[gid]["transactions"]
        self.shop.till.settle(row["id"], "FAILURE")
        self.bring_in()
        message = self.message(gid)
        self.assertEqual(message.error_code, "payment_changed")
        self.assertEqual(len(self.booked(gid)), 1)

    # === POLICIES ===#

    def test_delivery_policy_waits_for_the_last_parcel(self):
        self.backend.order_invoice = "delivery"
        gid = self.sell()
        self.assertEqual(self.paid(gid), self.amounts(gid).received)
        self.assertFalse(self.invoice(gid))
        pickings = self.order(gid).picking_ids
        for move in pickings.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        pickings.button_validate()
        self.find_due()
        self.assertPaid(gid)

    def test_without_automation_payments_are_only_shown(self):
        self.backend.write({"order_invoice": "never", "order_register_payment": False})
        gid = self.sell()
        self.assertEqual(self.noted(gid).mapped("stage"), ["received"])
        self.assertFalse(self.booked(gid) or self.invoice(gid))

    def test_invoices_made_by_hand_are_settled_with_what_was_booked(self):
        self.backend.order_invoice = "never"
        gid = self.sell()
        self.assertEqual(len(self.booked(gid)), 1)
        self.order(gid)._create_invoices()
        self.invoice(gid).action_post()
        self.message(gid).action_retry()
        self.settle()
        self.assertPaid(gid)
