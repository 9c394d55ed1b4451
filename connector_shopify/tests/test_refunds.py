# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from random import Random

from .refund_case import RefundCase
from .simulator.basket import SCENARIOS
from .simulator.refund_plans import refund_some


class TestRefunds(RefundCase):
    """Refunds the shop makes, through the whole inbound path over HTTP."""

    def test_partial_refund_becomes_a_credit_note_to_the_cent(self):
        gids = []
        for scenario in ("plain", "line_discount", "two_taxes", "yen", "order_fixed"):
            gid, _order = self.place(scenario)
            gids.append(gid)
        self.bring_in()
        for gid in gids:
            self.invoice(self.order(gid))
            line = self.shop.orders[gid]["lineItems"][0]
            self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
        self.bring_in()
        for gid in gids:
            with self.subTest(scenario=self.shop.truth[gid].scenarios):
                self.assertCredited(gid)

    def test_several_refunds_of_everything_credit_the_whole_invoice(self):
        gid, order = self.place("line_discount")
        self.bring_in()
        invoice = self.invoice(self.order(gid))
        for line in order["lineItems"]:
            self.shop.refunds.make(gid, [(line["id"], 1, "NO_RESTOCK", None)])
        rest = [
            (line["id"], line["refundableQuantity"], "CANCEL", None)
            for line in order["lineItems"]
            if line["refundableQuantity"]
        ]
        self.shop.refunds.make(gid, rest, shipping="full")
        self.bring_in()
        self.assertCredited(gid)
        credited = sum(self.refunds(gid).move_id.mapped("amount_total"))
        self.assertAlmostEqual(credited, invoice.amount_total, places=2)
        sale = self.order(gid)
        self.assertEqual(set(sale.order_line.mapped("qty_to_invoice")), {0.0})

    def test_refund_is_booked_once_whatever_comes_again(self):
        gid, _order = self.place()
        self.bring_in()
        self.invoice(self.order(gid))
        self.shop.refunds.make(gid, amount="3.00")
        self.bring_in()
        for note in ("one", "two"):
            self.shop.touch(gid, note=note)
            self.bring_in()
        self.assertCredited(gid)
        moves = self.env["account.move"].search(
            [
                ("move_type", "=", "out_refund"),
                ("invoice_origin", "=", self.order(gid).name),
            ]
        )
        self.assertEqual(len(moves), 1)

    def test_shipping_alone_is_refunded_in_parts(self):
        gid, _order = self.place("plain")
        self.bring_in()
        self.invoice(self.order(gid))
        self.shop.refunds.make(gid, shipping="1.00")
        self.shop.refunds.make(gid, shipping="full")
        self.bring_in()
        self.assertCredited(gid)
        self.assertEqual(set(self.order(gid).order_line.mapped("qty_to_invoice")), {0})

    def test_less_than_the_lines_is_kept_back(self):
        gid, order = self.place()
        self.bring_in()
        self.invoice(self.order(gid))
        line = order["lineItems"][0]
        wanted = [(line["id"], 1, "CANCEL", None)]
        paid = self.shop.refunds.calculate(gid, wanted)["suggested"][1] - 1
        self.shop.refunds.make(gid, wanted, amount=paid)
        self.bring_in()
        self.assertCredited(gid)

    def test_every_kind_of_order_is_refunded_as_the_shop_says(self):
        guest = self.env["res.partner"].create({"name": "Counter"})
        # sixty lines, each rounded for itself
        self.backend.write({"guest_partner_id": guest.id, "rounding_limit": 30})
        gids = [self.place(scenario)[0] for scenario in SCENARIOS]
        self.bring_in()
        gids = [gid for gid in gids if not self.shop.truth[gid].cancelled]
        for gid in gids:
            self.invoice(self.order(gid))
        rng, made = Random(4), 0
        for _round in range(2):
            for gid in gids:
                made += bool(refund_some(self.shop, gid, rng))
        self.bring_in()
        self.assertGreater(made, 40)
        for gid in gids:
            with self.subTest(scenario=self.shop.truth[gid].scenarios):
                self.assertCredited(gid)
                lines = self.order(gid).order_line
                self.assertEqual(set(lines.mapped("qty_to_invoice")), {0})

    def test_duties_are_refunded(self):
        self.shop = self.start_shop(seed=3, duties=True)
        self.backend = self.make_shopify_backend(self.shop, name="Duties")
        self.order_flow = self.flow(self.backend)
        self.make_taxes(20)
        duties = []
        while not duties:
            gid, order = self.place("plain")
            duties = [
                duty["id"] for row in order["lineItems"] for duty in row["duties"]
            ]
        self.bring_in()
        self.invoice(self.order(gid))
        self.shop.refunds.make(gid, duties=duties)
        self.bring_in()
        self.assertCredited(gid)

    def test_order_that_was_edited_and_refunded(self):
        gid, order = self.place("duplicate_sku")
        first, second = order["lineItems"][:2]
        self.shop.edits.edit(gid, {first["id"]: first["quantity"] + 2})
        self.shop.refunds.make(gid, [(second["id"], 1, "CANCEL", None)])
        self.bring_in()
        sale = self.order(gid)
        self.assertEqual(
            self.line(gid, first["id"]).product_uom_qty, first["currentQuantity"]
        )
        self.assertEqual(
            self.line(gid, second["id"]).product_uom_qty, second["quantity"]
        )
        self.invoice(sale)
        self.shop.refunds.make(gid, [(first["id"], 1, "NO_RESTOCK", None)])
        self.bring_in()
        record = self.refunds(gid)[-1]
        truth = self.shop.truth[gid].refunds[-1]
        self.assertAlmostEqual(
            record.move_id.amount_total, float(truth.value_presentment), places=2
        )

    # === NOT INVOICED ===#

    def test_what_is_refunded_before_the_invoice_is_never_invoiced(self):
        gid, order = self.place()
        self.bring_in()
        line = order["lineItems"][0]
        self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
        self.bring_in()
        self.assertFalse(self.refunds(gid).move_id)
        invoice = self.invoice(self.order(gid))
        truth = self.shop.truth[gid]
        expected = truth.presentment.total - truth.refunds[0].value_presentment
        self.assertAlmostEqual(invoice.amount_total, float(expected), places=2)

    def test_amount_refunded_before_the_invoice_is_credited_after_it(self):
        gid, _order = self.place()
        self.bring_in()
        self.shop.refunds.make(gid, amount="2.50")
        self.bring_in()
        self.assertEqual(self.refunds(gid).credit_state, "waiting")
        self.invoice(self.order(gid))
        self.shop.touch(gid, note="again")
        self.bring_in()
        self.assertCredited(gid)

    def test_what_is_kept_back_of_units_never_invoiced_is_charged(self):
        gid, order = self.place("order_fixed")
        self.bring_in()
        line = order["lineItems"][0]
        wanted = [(line["id"], 1, "CANCEL", None)]
        paid = self.shop.refunds.calculate(gid, wanted)["suggested"][1] - 3
        self.shop.refunds.make(gid, wanted, amount=paid)
        self.bring_in()
        invoice = self.invoice(self.order(gid))
        self.shop.touch(gid, note="again")
        self.bring_in()
        charge = self.refunds(gid).move_id
        self.assertEqual((charge.move_type, charge.state), ("out_invoice", "posted"))
        self.assertAlmostEqual(
            invoice.amount_total + charge.amount_total,
            float(self.shop.truth[gid].presentment.total - paid),
        )

    def test_refund_of_what_an_open_edit_added_waits_for_the_decision(self):
        gid, order = self.place("order_fixed")
        self.bring_in()
        self.invoice(self.order(gid))
        variants = self.shop.collection("productVariants").objects
        other = next(
            key
            for key, row in variants.items()
            if row["sku"] and not row["product"]["isGiftCard"]
        )
        before = {row["id"] for row in order["lineItems"]}
        self.shop.edits.edit(gid, add={other: 2})
        (added,) = {row["id"] for row in order["lineItems"]} - before
        self.shop.refunds.make(gid, [(added, 1, "CANCEL", None)])
        self.poll(self.order_flow)
        self.settle()
        record = self.refunds(gid)
        self.assertEqual((record.credit_state, record.move_id.id), ("waiting", False))

    def test_refunds_from_before_an_order_was_linked_are_not_booked(self):
        gid, order = self.place("order_fixed")
        self.bring_in()
        self.invoice(self.order(gid))
        sale = self.order(gid)
        # as if another connector had made it
        sale.order_line.hub_external_id = False
        sale.hub_content = False
        line = order["lineItems"][0]
        self.shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
        self.shop.refunds.make(gid, amount="2.00")
        self.bring_in()
        self.assertEqual(self.refunds(gid).mapped("origin"), ["before", "before"])
        self.assertEqual(sale.invoice_ids.mapped("move_type"), ["out_invoice"])
        self.assertFalse(self.refunds(gid).move_id)

    def test_refund_before_capture_cancels_and_books_no_money(self):
        gid, order = self.place("authorized")
        self.bring_in()
        self.order(gid).action_confirm()
        lines = [
            (row["id"], row["quantity"], "CANCEL", None) for row in order["lineItems"]
        ]
        self.shop.refunds.make(gid, lines, shipping="full")
        self.bring_in()
        record = self.refunds(gid)
        self.assertEqual((record.credit_state, record.paid), ("done", 0))
        self.assertFalse(record.move_id)
        sale = self.order(gid)
        self.assertEqual(set(sale.order_line.mapped("qty_to_invoice")), {0})
        self.assertEqual(set(sale.picking_ids.mapped("state")), {"cancel"})
