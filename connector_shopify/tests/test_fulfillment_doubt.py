# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .fulfillment_case import FulfillmentCase


class TestFulfillmentDoubt(FulfillmentCase):
    """Deliveries of which nobody knows what the store has shipped."""

    def setUp(self):
        super().setUp()
        self.listen_out()

    def told(self):
        return self.messages(self.out)

    def deliver_one(self, order, gid):
        """Deliver one unit of a line; return the transfer."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        for move in picking.move_ids:
            move.picked = move.sale_line_id.hub_external_id == gid
            move.quantity = 1 if move.picked else 0
        picking._action_done()
        self.send()
        return picking

    def several(self, quantity):
        """Let somebody order so many of something; return the order's and line's id."""
        for gid in self.shop.place_orders(20, scenarios=["plain", "some_lines"]):
            for row in self.shop.orders[gid]["lineItems"]:
                if row["quantity"] >= quantity and row["requiresShipping"]:
                    return gid, row["id"]
        return self.fail("Nobody ordered so many.")

    def test_what_another_delivery_became_is_not_taken_for_a_lost_one(self):
        gid, line = self.several(2)
        order = self.bring_in(gid)
        order.action_confirm()
        self.shop.faults.add("close", operation="FulfillmentCreate", when="before")
        first = self.deliver_one(order, line)
        second = self.deliver_one(order, line)
        self.assertEqual(set(self.told().mapped("state")), {"in_doubt", "done"})
        self.let_doubt_settle()
        self.settle()
        self.assertEqual(set(self.told().mapped("state")), {"done"})
        made = self.fulfillments(gid)
        found = {self.bound(self.backend, "fulfillment", row["id"]) for row in made}
        self.assertEqual(found, {first, second})
        self.assertDelivered(gid)

    def test_half_a_delivery_in_doubt_ships_no_more_than_left(self):
        gid, line = self.several(3)
        work = self.shop.dispatch.work(gid)
        self.shop.dispatch.split(work["id"], {line: 1})
        other = self.shop.generator.world.locations[1]["id"]
        self.shop.dispatch.move(self.shop.dispatch.work(gid, 1)["id"], other)
        order = self.bring_in(gid)
        order.action_confirm()
        self.map_location(1)
        self.shop.faults.add("slow", seconds=0, operation="FulfillmentCreate")
        self.shop.faults.add("close", operation="FulfillmentCreate", when="before")
        picking = order.picking_ids
        for move in picking.move_ids:
            move.picked = move.sale_line_id.hub_external_id == line
            move.quantity = 2 if move.picked else 0
        picking._action_done()
        self.send()
        self.assertEqual(self.told().state, "in_doubt")
        self.let_doubt_settle()
        self.settle()
        self.assertEqual(self.told().state, "done")
        self.assertDelivered(gid)

    def test_two_alike_deliveries_after_an_outage_are_two_shipments(self):
        gid, line = self.several(2)
        order = self.bring_in(gid)
        order.action_confirm()
        self.shop.faults.add("status", status=503, operation="OrderShipments", count=99)
        sent = [self.deliver_one(order, line) for _number in range(2)]
        self.assertNotIn("done", self.told().mapped("state"))
        self.shop.faults.clear()
        self.end_pauses()
        for _round in range(2):
            self.let_doubt_settle()
        self.assertEqual(self.told().mapped("state"), ["done", "done"])
        made = self.fulfillments(gid)
        found = [self.bound(self.backend, "fulfillment", row["id"]) for row in made]
        self.assertEqual(sorted(p.id for p in found), sorted(p.id for p in sent))
