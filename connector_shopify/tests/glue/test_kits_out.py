# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .kit_case import KitCase


class TestKitsOut(KitCase):
    """Components leave Odoo, the store hears of whole kits."""

    def setUp(self):
        super().setUp()
        self.listen_out()

    def told(self):
        return self.messages(self.out)

    def test_delivered_components_are_kits_in_the_store(self):
        gid, order = self.confirmed_kits()
        self.deliver_all(order)
        self.assertEqual(self.told().mapped("state"), ["done"])
        self.assertEqual(self.kits_shipped(gid), [self.count])
        self.assertDelivered(gid)

    def test_only_complete_kits_are_told_and_the_rest_with_what_completes_them(self):
        gid, order = self.confirmed_kits()
        self.deliver(order, {self.legs: 4 * self.count, self.top: 1})
        self.assertEqual(self.kits_shipped(gid), [1])
        self.assertDelivered(gid)
        self.deliver(order, {self.top: self.count - 1})
        self.assertEqual(self.kits_shipped(gid), [1, self.count - 1])
        self.assertDelivered(gid)
        self.deliver_all(order)
        self.assertEqual(self.kits_shipped(gid), [1, self.count - 1, 0])
        self.assertDelivered(gid)

    def test_components_that_complete_nothing_wait(self):
        gid, order = self.confirmed_kits()
        self.deliver(order, {self.legs: 4 * self.count})
        self.assertEqual(self.told().mapped("state"), ["skipped"])
        self.assertFalse(self.shop.dispatch.ledger)
        self.deliver_all(order)
        self.assertEqual(self.kits_shipped(gid), [self.count])
        self.assertDelivered(gid)

    def test_components_that_came_back_complete_nothing(self):
        gid, order = self.confirmed_kits()
        early = self.deliver(order, {self.legs: 4 * self.count})
        self.give_back(early)
        self.send()
        self.deliver(order, {self.top: self.count})
        self.assertFalse(self.shop.dispatch.ledger)
        self.assertFalse(self.kits_shipped(gid))

    def test_kits_that_came_back_are_cancelled_there_by_policy(self):
        self.out.returned_delivery = "cancel"
        gid, order = self.confirmed_kits()
        picking = self.deliver_all(order)
        self.give_back(picking)
        self.send()
        self.assertFalse(self.fulfillments(gid))
        self.assertEqual(len(self.fulfillments(gid, "CANCELLED")), 1)
        self.assertDelivered(gid)

    def test_components_that_are_only_picked_have_not_left(self):
        self.warehouse.delivery_steps = "pick_ship"
        gid, order = self.confirmed_kits()
        self.deliver_all(order)
        self.assertFalse(self.told())
        self.deliver_all(order)
        self.assertEqual(self.kits_shipped(gid), [self.count])
        self.assertDelivered(gid)
