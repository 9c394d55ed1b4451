# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command

from .fulfillment_case import FulfillmentCase


class TestFulfillmentSteps(FulfillmentCase):
    """Shipments of the store where Odoo has more than one transfer for them."""

    def setUp(self):
        super().setUp()
        self.backend.delivery_import = "validate"

    def confirmed_stocked(self, quantity=100, **values):
        """Confirm an order of goods that are counted, and put some in stock."""
        gid = self.place("some_lines")
        order = self.bring_in(gid)
        products = order.order_line.product_id.filtered(lambda p: p.type == "consu")
        products.write({"is_storable": True, **values})
        self.put(products, quantity)
        order.action_confirm()
        return gid, order

    def put(self, products, quantity, location=None, **values):
        if not quantity:
            return
        quants = self.env["stock.quant"].with_context(inventory_mode=True)
        for product in products:
            quants.create(
                {
                    "product_id": product.id,
                    "location_id": (location or self.warehouse.lot_stock_id).id,
                    "inventory_quantity": quantity,
                    **values,
                }
            ).action_apply_inventory()

    def line(self, gid):
        """Return a line of an order with several units."""
        lines = self.shop.orders[gid]["lineItems"]
        return max(lines, key=lambda row: row["unfulfilledQuantity"])

    def assertLeft(self, gid, order):
        """Everything has left, and nothing lies about in the house."""
        self.assertDelivered(gid)
        self.assertEqual(set(order.picking_ids.mapped("state")), {"done"})
        product = order.picking_ids.move_ids.product_id
        for place in self.warehouse.wh_output_stock_loc_id | (
            self.warehouse.wh_pack_stock_loc_id
        ):
            here = product.with_context(location=place.id)
            self.assertEqual(set(here.mapped("qty_available")), {0.0})

    # === STEPS ===#

    def test_goods_are_picked_and_packed_before_they_leave(self):
        for steps, count in (("pick_ship", 2), ("pick_pack_ship", 3)):
            with self.subTest(steps=steps):
                self.warehouse.delivery_steps = steps
                gid, order = self.confirmed_stocked()
                self.shop.dispatch.ship(gid, number="3PL-1")
                self.read_again(gid)
                self.assertLeft(gid, order)
                self.assertEqual(len(order.picking_ids), count)
                left = order.picking_ids.filtered("hub_tracking_number")
                self.assertEqual(left.picking_type_code, "outgoing")

    def test_part_of_it_is_picked_for_a_partial_shipment(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        gid, order = self.confirmed_stocked()
        line = self.line(gid)
        self.assertGreater(line["unfulfilledQuantity"], 1)
        self.shop.dispatch.ship(gid, {line["id"]: 1})
        self.read_again(gid)
        self.assertDelivered(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertLeft(gid, order)

    def test_what_people_have_picked_is_not_picked_again(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        gid, order = self.confirmed_stocked()
        line = self.line(gid)
        for move in order.picking_ids.move_ids:
            mine = move.sale_line_id.hub_external_id == line["id"]
            move.write({"quantity": 1 if mine else 0, "picked": mine})
        order.picking_ids._action_done()
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertLeft(gid, order)

    def test_goods_that_are_not_there_to_be_picked_are_for_a_person(self):
        self.warehouse.delivery_steps = "pick_ship"
        gid, order = self.confirmed_stocked(0)
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_steps")
        self.assertNotIn("done", order.picking_ids.mapped("state"))
        self.put(order.picking_ids.move_ids.product_id, 100)
        message.action_retry()
        self.settle()
        self.assertEqual(message.state, "done")
        self.assertLeft(gid, order)

    def test_steps_that_pull_each_other_are_done_in_order(self):
        self.warehouse.delivery_steps = "pick_ship"
        self.pull()
        gid, order = self.confirmed_stocked()
        self.assertEqual(len(order.picking_ids), 2)
        self.shop.dispatch.ship(gid, {self.line(gid)["id"]: 1})
        self.read_again(gid)
        self.assertDelivered(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertLeft(gid, order)

    def pull(self):
        """Make the warehouse order each step from the one before, as older ones do."""
        house = self.warehouse
        house.delivery_route_id.rule_ids.active = False
        customers = self.env.ref("stock.stock_location_customers")
        house.delivery_route_id.rule_ids = [
            Command.create(
                {
                    "name": f"{source.name} → {target.name}",
                    "action": "pull",
                    "picking_type_id": kind.id,
                    "location_src_id": source.id,
                    "location_dest_id": target.id,
                    "location_dest_from_rule": True,
                    "procure_method": method,
                    "propagate_carrier": True,
                }
            )
            for source, target, kind, method in (
                (
                    house.wh_output_stock_loc_id,
                    customers,
                    house.out_type_id,
                    "make_to_order",
                ),
                (
                    house.lot_stock_id,
                    house.wh_output_stock_loc_id,
                    house.pick_type_id,
                    "make_to_stock",
                ),
            )
        ]

    # === SEVERAL TRANSFERS ===#

    def spread(self, order):
        """Let a person split the delivery: half of every move into another one."""
        picking = order.picking_ids
        other = picking.copy({"move_ids": []})
        for move in picking.move_ids:
            if move.product_uom_qty > 1:
                rest = self.env["stock.move"].create(move._split(1))
                rest.picking_id = other
                rest._action_confirm(merge=False)
            elif move.id % 2:
                move.picking_id = other
        return picking | other

    def test_goods_in_several_transfers_are_taken_from_all_of_them(self):
        self.listen_out()
        gid, order = self.confirmed_stocked()
        both = self.spread(order)
        (made,) = self.shop.dispatch.ship(gid, number="3PL-1")
        self.read_again(gid)
        self.assertLeft(gid, order)
        self.assertEqual(order.picking_ids, both)
        first = self.bound(self.backend, "fulfillment", made["id"])
        self.assertEqual((both - first).hub_shipped_with_id, first)
        self.send()
        self.assertFalse(self.shop.dispatch.ledger)
        self.read_again(gid)
        self.assertEqual(order.picking_ids, both)

    def test_partial_shipment_takes_from_several_transfers_what_it_needs(self):
        gid, order = self.confirmed_stocked()
        self.spread(order)
        line = self.line(gid)
        count = line["unfulfilledQuantity"]
        self.assertGreater(count, 2)
        self.shop.dispatch.ship(gid, {line["id"]: count - 1})
        self.read_again(gid)
        self.assertDelivered(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertLeft(gid, order)

    def test_shipment_of_several_transfers_that_is_cancelled_is_for_a_person(self):
        gid, order = self.confirmed_stocked()
        both = self.spread(order)
        (made,) = self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.shop.dispatch.cancel(made["id"])
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_cancelled")
        self.give_back(both[0])
        message.action_retry()
        self.settle()
        self.assertEqual(message.state, "failed")
        self.give_back(both[1])
        message.action_retry()
        self.settle()
        self.assertEqual(message.state, "done")
        self.assertDelivered(gid)

    # === LOTS ===#

    def put_lots(self, order, quantity=100):
        for product in order.order_line.product_id.filtered("is_storable"):
            lot = self.env["stock.lot"].create(
                {"name": f"LOT-{product.id}", "product_id": product.id}
            )
            self.put(product, quantity, lot_id=lot.id)

    def test_reserved_lots_are_those_that_leave(self):
        gid, order = self.confirmed_stocked(0, tracking="lot")
        self.put_lots(order)
        order.picking_ids.action_assign()
        self.shop.dispatch.ship(gid, {self.line(gid)["id"]: 1})
        self.read_again(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertLeft(gid, order)
        for row in order.picking_ids.move_line_ids:
            self.assertEqual(row.lot_id.name, f"LOT-{row.product_id.id}")

    def test_goods_whose_lots_nobody_knows_are_for_a_person(self):
        gid, order = self.confirmed_stocked(0, tracking="serial")
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_lots")
        self.assertIn(order.name, message.error_message)
        self.assertTrue(message.exception_id)
        self.assertNotIn("done", order.picking_ids.mapped("state"))

    def test_lots_that_are_found_later_are_taken_when_it_is_tried_again(self):
        gid, order = self.confirmed_stocked(0, tracking="lot")
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.put_lots(order)
        message.action_retry()
        self.settle()
        self.assertEqual(message.state, "done")
        self.assertLeft(gid, order)
