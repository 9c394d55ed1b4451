# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import Command
from odoo.tests import TransactionCase, tagged

from odoo.addons.connector_hub.exceptions import BusinessRuleError


@tagged("post_install", "-at_install")
class TestGoods(TransactionCase):
    """How much of an order's line has left, when it is a kit."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.partner = cls.env["res.partner"].create({"name": "Buyer"})
        cls.kit, cls.leg, cls.top, cls.screw = cls.env["product.product"].create(
            [{"name": name} for name in ("Table", "Leg", "Top", "Screw")]
        )

    def make_kit(self, kit, needs, quantity=1):
        return self.env["mrp.bom"].create(
            {
                "product_tmpl_id": kit.product_tmpl_id.id,
                "type": "phantom",
                "product_qty": quantity,
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": count})
                    for part, count in needs
                ],
            }
        )

    def ordered(self, count, unit=None):
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": self.kit.id,
                            "product_uom_qty": count,
                            "product_uom_id": (unit or self.kit.uom_id).id,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        return order

    def ship(self, order, wanted):
        """Deliver {product: quantity}; return the transfer."""
        picking = order.picking_ids.filtered(lambda p: p.state != "done")
        left = dict(wanted)
        for move in picking.move_ids:
            move.quantity = min(left.get(move.product_id, 0), move.product_uom_qty)
            move.picked = bool(move.quantity)
            left[move.product_id] = left.get(move.product_id, 0) - move.quantity
        picking._action_done()
        return picking

    def left(self, order):
        """Return what each transfer has delivered of the kit, in order."""
        found, _waiting = order._hub_goods_out()
        return [goods.get(order.order_line, 0) for goods in found.values()]

    def assertLeft(self, order, *counts):
        self.assertEqual(self.left(order), list(counts))
        self.assertEqual(sum(counts), order.order_line.qty_delivered)

    def test_scarcest_component_counts(self):
        self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(3)
        self.ship(order, {self.leg: 11, self.top: 3})
        self.assertLeft(order, 2)
        self.ship(order, {self.leg: 1})
        self.assertLeft(order, 2, 1)

    def test_kits_of_kits_are_made_of_the_parts_of_their_parts(self):
        self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        self.make_kit(self.leg, [(self.screw, 2)])
        order = self.ordered(2)
        self.ship(order, {self.screw: 8, self.top: 2})
        self.assertLeft(order, 1)
        self.ship(order, {self.screw: 8})
        self.assertLeft(order, 1, 1)

    def test_component_that_is_needed_twice_counts_together(self):
        self.make_kit(self.kit, [(self.screw, 4), (self.top, 1), (self.screw, 2)])
        order = self.ordered(2)
        self.assertEqual(order.order_line._hub_parts(), {self.screw: 6, self.top: 1})
        self.ship(order, {self.screw: 12, self.top: 2})
        self.assertLeft(order, 2)

    def test_pack_of_one_component_counts_whole_packs(self):
        self.make_kit(self.kit, [(self.screw, 6)])
        order = self.ordered(2)
        self.ship(order, {self.screw: 7})
        self.assertLeft(order, 1)
        self.ship(order, {self.screw: 5})
        self.assertLeft(order, 1, 1)

    def test_bill_for_several_kits_is_divided(self):
        self.make_kit(self.kit, [(self.screw, 20)], quantity=10)
        order = self.ordered(3)
        self.assertEqual(order.order_line._hub_parts(), {self.screw: 2})
        self.ship(order, {self.screw: 4})
        self.assertLeft(order, 2)

    def test_kits_sold_by_the_dozen_count_whole_dozens(self):
        self.make_kit(self.kit, [(self.screw, 1)])
        order = self.ordered(2, self.env.ref("uom.product_uom_dozen"))
        self.ship(order, {self.screw: 13})
        self.assertEqual(self.left(order), [1])
        self.ship(order, {self.screw: 11})
        self.assertLeft(order, 1, 1)

    def test_component_that_came_back_in_the_same_second_is_not_waited_with(self):
        self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(1)
        early = self.ship(order, {self.leg: 4})
        wizard = self.env["stock.return.picking"].with_context(
            active_id=early.id, active_ids=early.ids, active_model="stock.picking"
        )
        back = wizard.create({})
        back.product_return_moves.quantity = 4
        self.take_back(back._create_return())
        self.ship(order, {self.top: 1})
        done = order.picking_ids.filtered(lambda picking: picking.state == "done")
        done.hub_done_at = early.date_done
        self.assertEqual(self.left(order), [0, 0])

    def take_back(self, picking):
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        picking._action_done()

    def test_services_in_a_kit_are_not_waited_for(self):
        work = self.env["product.product"].create({"name": "Work", "type": "service"})
        self.make_kit(self.kit, [(self.top, 1), (work, 1)])
        order = self.ordered(1)
        self.ship(order, {self.top: 1})
        self.assertEqual(self.left(order), [1])

    def test_parcel_of_the_store_dated_before_takes_the_kit_along(self):
        """Transfers count in the order in which Odoo has completed them."""
        self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(1)
        early = self.ship(order, {self.leg: 4})
        early.date_done -= timedelta(hours=1)
        late = self.ship(order, {self.top: 1})
        late.date_done -= timedelta(days=5)
        found, _waiting = order._hub_goods_out()
        line = order.order_line
        self.assertEqual([found[p].get(line, 0) for p in (early, late)], [0, 1])

    # === BILLS THAT ARE CHANGED LATER ===#

    def age(self, order):
        """Let the transfers be older than what is changed from now on."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE stock_move SET create_date = create_date - interval '1 hour'"
            " WHERE id = ANY(%s)",
            [order.picking_ids.move_ids.ids],
        )
        self.env.invalidate_all()

    def test_replaced_component_is_not_waited_for(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        bom.bom_line_ids[0].product_id = self.screw
        self.ship(order, {self.leg: 4, self.top: 1})
        self.ship(order, {self.leg: 4, self.top: 1})
        self.assertEqual(self.left(order), [1, 1])

    def test_added_component_is_not_waited_for(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        bom.bom_line_ids = [
            Command.create({"product_id": self.screw.id, "product_qty": 8})
        ]
        self.ship(order, {self.leg: 8, self.top: 2})
        self.assertEqual(self.left(order), [2])

    def test_changed_quantity_does_not_count_for_what_was_ordered_before(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        self.age(order)
        bom.bom_line_ids[0].product_qty = 5
        self.ship(order, {self.leg: 8, self.top: 2})
        self.assertEqual(self.left(order), [2])

    def test_kit_without_a_bill_by_now_is_made_of_what_was_to_be_moved(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        self.ship(order, {self.leg: 4, self.top: 1})
        # Odoo keeps the bills of what is not invoiced yet, and of nothing else
        order.order_line.invoice_status = "invoiced"
        bom.unlink()
        self.env.invalidate_all()
        self.ship(order, {self.leg: 4, self.top: 1})
        self.assertEqual(self.left(order), [1, 1])

    def test_changed_kit_whose_rest_was_cancelled_is_left_to_people(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        self.ship(order, {self.leg: 4, self.top: 1})
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertEqual(self.left(order), [1])
        bom.bom_line_ids[0].product_id = self.screw
        with self.assertRaisesRegex(BusinessRuleError, "Table.*changed after"):
            self.left(order)

    def test_shortage_that_was_accepted_is_no_change_of_the_kit(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(2)
        self.age(order)
        bom.code = "New Name"
        self.ship(order, {self.leg: 7, self.top: 2})
        order.picking_ids.filtered(lambda p: p.state != "done").action_cancel()
        self.assertLeft(order, 1)

    # === REFUNDED BEFORE IT LEFT ===#

    def refund(self, order, count):
        """Take off what is refunded before it is delivered, as the importer does."""
        order.order_line.hub_cancelled_qty += count
        stock = self.env["hub.importer.order.refund.stock"]
        stock._reduce(order.order_line, count)

    def open_parts(self, order):
        moves = order.picking_ids.move_ids
        return {
            move.product_id: move.product_uom_qty
            for move in moves.filtered(lambda m: m.state not in ("done", "cancel"))
        }

    def test_bill_that_was_only_touched_is_the_same_after_refunds(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(10)
        self.age(order)
        self.refund(order, 5)
        self.assertEqual(self.open_parts(order), {self.leg: 20, self.top: 5})
        bom.bom_line_ids[0].sequence = 7
        self.refund(order, 1)
        self.assertEqual(self.open_parts(order), {self.leg: 16, self.top: 4})
        self.ship(order, {self.leg: 16, self.top: 4})
        self.assertEqual(self.left(order), [4])

    def test_rest_that_is_refunded_is_no_change_of_the_kit(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(10)
        self.age(order)
        self.refund(order, 2)
        bom.bom_line_ids[0].sequence = 7
        self.ship(order, {self.leg: 12, self.top: 3})
        self.refund(order, 5)
        self.assertEqual(self.open_parts(order), {})
        self.assertEqual(self.left(order), [3])

    def test_changed_kit_of_which_some_were_refunded_is_left_to_people(self):
        bom = self.make_kit(self.kit, [(self.leg, 4), (self.top, 1)])
        order = self.ordered(10)
        self.age(order)
        self.refund(order, 5)
        bom.bom_line_ids[0].product_id = self.screw
        with self.assertRaisesRegex(BusinessRuleError, "Table.*changed after"):
            self.refund(order, 1)
