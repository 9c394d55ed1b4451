# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.addons.connector_hub.tests.send_case import Crash
from odoo.addons.connector_shopify.components.client import ShopifyClient

from .fulfillment_case import FulfillmentCase


class TestFulfillmentOut(FulfillmentCase):
    """Deliveries done in Odoo, told to the store."""

    def setUp(self):
        super().setUp()
        self.listen_out()

    def told(self):
        return self.messages(self.out)

    def assertRefused(self, code):
        message = self.told()[-1:]
        self.assertEqual(message.state, "failed")
        self.assertEqual(message.error_code, code)
        self.assertTrue(message.exception_id)
        self.assertFalse(self.shop.dispatch.ledger)

    def assertNothingOpen(self, gid):
        """Everything that is shipped at all is shipped."""
        lines = self.shop.orders[gid]["lineItems"]
        open_lines = [row for row in lines if row["unfulfilledQuantity"]]
        self.assertFalse([row for row in open_lines if row["requiresShipping"]])

    def test_delivery_is_one_fulfilment_with_all_its_lines(self):
        gid, order = self.confirmed()
        picking = self.deliver_all(order)
        self.assertEqual(self.told().mapped("state"), ["done"])
        (made,) = self.fulfillments(gid)
        self.assertEqual(self.bound(self.backend, "fulfillment", made["id"]), picking)
        self.assertDelivered(gid)
        self.assertNothingOpen(gid)
        self.assertFalse(self.done("notified"))

    def test_backorder_is_a_second_fulfilment(self):
        gid, order = self.confirmed("some_lines")
        self.deliver_all(order, share=0.5)
        self.assertDelivered(gid)
        self.assertEqual(len(self.fulfillments(gid)), 1)
        self.deliver_all(order)
        self.assertEqual(len(self.fulfillments(gid)), 2)
        self.assertDelivered(gid)
        self.assertNothingOpen(gid)

    def test_each_location_has_a_fulfilment_of_its_own(self):
        gid, order = self.confirmed("some_lines", "two_locations")
        picking = self.deliver_all(order)
        made = self.fulfillments(gid)
        self.assertEqual(len({row["location"]["id"] for row in made}), 2)
        for row in made:
            self.assertEqual(
                self.bound(self.backend, "fulfillment", row["id"]), picking
            )
        self.assertDelivered(gid)

    def test_own_location_ships_what_is_open_in_several(self):
        gid = self.place("some_lines")
        lines = self.shop.orders[gid]["lineItems"]
        line = next(row for row in lines if row["quantity"] > 1)
        work = self.shop.dispatch.work(gid)
        self.shop.dispatch.split(work["id"], {line["id"]: 1})
        other = self.map_location(1)
        self.shop.dispatch.move(self.shop.dispatch.work(gid, 1)["id"], other)
        order = self.bring_in(gid)
        order.action_confirm()
        moves = order.picking_ids.move_ids
        for move in moves:
            move.picked = move.sale_line_id.hub_external_id == line["id"]
            move.quantity = 1 if move.picked else 0
        order.picking_ids._action_done()
        self.send()
        (made,) = self.fulfillments(gid)
        self.assertEqual(made["location"]["id"], other)

    def test_tracking_goes_along_and_customers_are_told_when_wanted(self):
        self.backend.shopify_notify_shipping = True
        gid, order = self.confirmed()
        self.deliver_all(
            order,
            hub_tracking_number="1Z-1,1Z-2",
            hub_tracking_company="UPS",
            hub_tracking_url="https://ups.example/1Z-1",
        )
        (made,) = self.fulfillments(gid)
        self.assertEqual([i["number"] for i in made["trackingInfo"]], ["1Z-1", "1Z-2"])
        self.assertEqual(made["trackingInfo"][0]["company"], "UPS")
        self.assertEqual(made["trackingInfo"][0]["url"], "https://ups.example/1Z-1")
        self.assertEqual(self.done("notified"), [made["id"]])

    def test_tracking_that_becomes_known_later_is_told(self):
        gid, order = self.confirmed("some_lines", "two_locations")
        picking = self.deliver_all(order)
        picking.hub_tracking_number = "LATE"
        self.send()
        self.assertEqual(self.told().mapped("state"), ["done", "done"])
        for row in self.fulfillments(gid):
            self.assertEqual([i["number"] for i in row["trackingInfo"]], ["LATE"])
        self.assertEqual(len(self.done("fulfillmentCreate")), 2)
        self.assertEqual(len(self.done("fulfillmentTrackingInfoUpdate")), 2)

    def test_what_is_known_costs_no_call(self):
        _gid, order = self.confirmed()
        picking = self.deliver_all(order)
        calls = self.shop.stats.requests
        picking.write({"date_done": picking.date_done})
        self.send()
        self.assertEqual(self.told()[-1:].state, "unchanged")
        self.assertEqual(self.shop.stats.requests, calls)

    # === WHAT THE STORE HAS AGAINST IT ===#

    def test_held_fulfilment_is_for_a_person_and_goes_on_when_released(self):
        gid, order = self.confirmed()
        work = self.shop.dispatch.work(gid)["id"]
        self.shop.dispatch.hold(work, "AWAITING_PAYMENT")
        self.deliver_all(order)
        self.assertRefused("on_hold")
        self.assertIn("Awaiting payment", self.told().error_message)
        self.shop.dispatch.release(work)
        self.told().action_retry()
        self.settle()
        self.assertEqual(self.told().state, "done")
        self.assertDelivered(gid)

    def test_scheduled_fulfilment_is_for_a_person(self):
        gid, order = self.confirmed()
        self.shop.dispatch.schedule(self.shop.dispatch.work(gid)["id"])
        self.deliver_all(order)
        self.assertRefused("scheduled")

    def test_moved_and_split_fulfilment_orders_are_followed(self):
        gid, order = self.confirmed("some_lines")
        work = self.shop.dispatch.work(gid)
        first = work["lineItems"][0]["lineItem"]["id"]
        self.map_location(0)
        self.shop.dispatch.split(work["id"], {first: 1})
        place = self.shop.generator.world.locations[1]["id"]
        self.shop.dispatch.move(self.shop.dispatch.work(gid, 1)["id"], place)
        self.deliver_all(order)
        self.assertEqual(len(self.fulfillments(gid)), 2)
        self.assertDelivered(gid)

    def test_goods_that_were_removed_there_are_for_a_person(self):
        gid, order = self.confirmed()
        self.shop.dispatch.work(gid)["status"] = "CLOSED"
        self.deliver_all(order)
        self.assertRefused("nothing_open")

    def test_somebody_was_faster_between_reading_and_shipping(self):
        gid, order = self.confirmed()
        execute = ShopifyClient.execute

        def racing(client, name, variables, **options):
            if name == "fulfillment_create":
                self.shop.dispatch.work(gid)["status"] = "CLOSED"
            return execute(client, name, variables, **options)

        with patch.object(ShopifyClient, "execute", racing):
            self.deliver_all(order)
        self.assertRefused("unfulfillable")
        self.assertIn("has an unfulfillable status= closed.", self.told().error_message)

    # === COMING BACK ===#

    def test_returned_delivery_is_cancelled_there_by_policy(self):
        self.out.returned_delivery = "cancel"
        gid, order = self.confirmed("some_lines", "two_locations")
        picking = self.deliver_all(order)
        self.give_back(picking)
        self.send()
        self.assertFalse(len(self.fulfillments(gid)))
        self.assertEqual(len(self.fulfillments(gid, "CANCELLED")), 2)
        self.assertDelivered(gid)

    def test_returned_delivery_stays_there_otherwise(self):
        gid, order = self.confirmed()
        picking = self.deliver_all(order)
        self.give_back(picking)
        self.send()
        self.assertEqual(len(self.fulfillments(gid)), 1)
        self.assertFalse(self.done("fulfillmentCancel"))

    # === ONCE AND ONLY ONCE ===#

    def test_lost_answer_is_looked_up_and_shipped_once(self):
        gid, order = self.confirmed("some_lines")
        self.shop.faults.add("close", operation="FulfillmentCreate", when="after")
        self.deliver_all(order, share=0.5)
        self.assertEqual(self.told().state, "in_doubt")
        self.let_doubt_settle()
        self.assertEqual(self.told().state, "done")
        self.assertEqual(len(self.done("fulfillmentCreate")), 1)
        (made,) = self.fulfillments(gid)
        self.assertTrue(self.bound(self.backend, "fulfillment", made["id"]))

    def test_lost_call_is_looked_up_and_shipped_then(self):
        gid, order = self.confirmed()
        self.shop.faults.add("close", operation="FulfillmentCreate", when="before")
        self.deliver_all(order)
        self.assertEqual(self.told().state, "in_doubt")
        self.let_doubt_settle()
        self.settle()
        self.assertEqual(self.told().state, "done")
        self.assertEqual(len(self.done("fulfillmentCreate")), 1)
        self.assertDelivered(gid)

    def test_doubt_about_the_second_location_ships_only_what_is_missing(self):
        gid, order = self.confirmed("some_lines", "two_locations")
        self.shop.faults.add("slow", seconds=0, operation="FulfillmentCreate")
        self.shop.faults.add("close", operation="FulfillmentCreate")
        picking = self.deliver_all(order)
        self.assertEqual(self.told().state, "in_doubt")
        self.let_doubt_settle()
        self.settle()
        self.assertEqual(self.told().state, "done")
        self.assertEqual(len(self.done("fulfillmentCreate")), 2)
        for row in self.fulfillments(gid):
            self.assertEqual(
                self.bound(self.backend, "fulfillment", row["id"]), picking
            )
        self.assertDelivered(gid)

    def crash_in(self, order):
        with patch.object(type(self), "settle", lambda case: None):
            self.deliver_all(order, share=0.5)
        self.perform(self.out, "_collect")
        try:
            # assertRaises would undo what was committed on the way
            self.drain(self.out)
        except Crash:
            return
        self.fail("Nothing crashed.")

    def test_crash_after_the_fulfilment_makes_no_second_one(self):
        gid, order = self.confirmed("some_lines")
        adapter = type(self.backend.adapter())
        push = adapter.push

        def dying(adapter, *args):
            push(adapter, *args)
            raise Crash

        with patch.object(adapter, "push", dying):
            self.crash_in(order)
        self.assertEqual(len(self.done("fulfillmentCreate")), 1)
        self.let_doubt_settle()
        self.let_doubt_settle()
        self.assertEqual(self.told().state, "done")
        self.assertEqual(len(self.done("fulfillmentCreate")), 1)
        (made,) = self.fulfillments(gid)
        self.assertTrue(self.bound(self.backend, "fulfillment", made["id"]))
        self.deliver_all(order)
        self.assertEqual(len(self.done("fulfillmentCreate")), 2)
        self.assertDelivered(gid)
