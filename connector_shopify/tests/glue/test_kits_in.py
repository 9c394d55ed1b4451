# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .kit_case import KitCase


class TestKitsIn(KitCase):
    """The store ships kits, Odoo delivers their components."""

    def setUp(self):
        super().setUp()
        self.backend.delivery_import = "validate"

    def test_shipment_of_kits_completes_their_components(self):
        gid, order = self.confirmed_kits()
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4 * self.count, self.count])
        self.assertEqual(len(order.picking_ids), 1)
        self.assertDelivered(gid)

    def test_partial_shipments_of_kits_leave_backorders(self):
        gid, order = self.confirmed_kits()
        self.shop.dispatch.ship(gid, {self.gid: 1})
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4, 1])
        self.assertDelivered(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4 * self.count, self.count])
        self.assertEqual(len(order.picking_ids), 2)
        self.assertDelivered(gid)

    def test_components_that_have_left_are_not_moved_again(self):
        gid, order = self.confirmed_kits()
        self.deliver(order, {self.legs: 4})
        self.shop.dispatch.ship(gid, {self.gid: 1})
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4, 1])
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4 * self.count, self.count])
        self.assertDelivered(gid)

    def test_more_kits_than_are_left_are_for_a_person(self):
        gid, order = self.confirmed_kits()
        order.picking_ids.action_cancel()
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_more")

    def test_kits_are_not_told_back_nor_booked_twice(self):
        self.listen_out()
        gid, order = self.confirmed_kits()
        self.shop.dispatch.ship(gid, {self.gid: 1})
        self.read_again(gid)
        self.send()
        self.assertFalse(self.shop.dispatch.ledger)
        self.deliver_all(order)
        self.assertEqual(self.kits_shipped(gid), [1, self.count - 1])
        before = order.picking_ids
        self.read_again(gid)
        self.assertEqual(order.picking_ids, before)
        self.assertDelivered(gid)

    def test_components_are_picked_and_packed_before_kits_leave(self):
        self.warehouse.delivery_steps = "pick_pack_ship"
        gid, order = self.confirmed_kits()
        for product in order.picking_ids.move_ids.product_id:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, 100
            )
        self.shop.dispatch.ship(gid, {self.gid: 1})
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4, 1])
        self.assertDelivered(gid)
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertEqual(self.moved(order), [4 * self.count, self.count])
        self.assertDelivered(gid)
