# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from .fulfillment_case import FulfillmentCase


class TestFulfillmentIn(FulfillmentCase):
    """Shipments that the store knows of, onto the deliveries of orders."""

    def setUp(self):
        super().setUp()
        self.backend.delivery_import = "validate"

    def pickings(self, order, state="done"):
        return order.picking_ids.filtered(lambda picking: picking.state == state)

    def line(self, gid, place=0):
        return self.shop.orders[gid]["lineItems"][place]["id"]

    # === BOOKING ===#

    def test_shipment_after_a_return_is_not_the_one_that_came_back(self):
        out = self.listen_out()
        out.returned_delivery = "cancel"
        gid, order = self.confirmed()
        picking = self.deliver_all(order)
        self.give_back(picking)
        self.send()
        self.assertFalse(self.fulfillments(gid))
        (made,) = self.shop.dispatch.ship(gid)
        message = self.read_again(gid, state="failed")
        self.assertEqual(message.error_code, "delivery_more")
        bindings = self.env["hub.shopify.fulfillment"]
        self.assertFalse(bindings.search([("external_id", "=", made["id"])]))

    def test_shipment_of_the_store_completes_the_delivery(self):
        gid, order = self.confirmed()
        (made,) = self.shop.dispatch.ship(
            gid, number="3PL-1", company="UPS", url="https://ups.example/3PL-1"
        )
        self.read_again(gid)
        picking = self.pickings(order)
        self.assertEqual(self.bound(self.backend, "fulfillment", made["id"]), picking)
        self.assertEqual(picking.hub_tracking_number, "3PL-1")
        self.assertEqual(picking.hub_tracking_company, "UPS")
        self.assertEqual(picking.hub_tracking_url, "https://ups.example/3PL-1")
        self.assertDelivered(gid)

    def test_buyer_gets_no_text_message_for_what_the_store_has_shipped(self):
        gid, _order = self.confirmed()
        self.shop.dispatch.ship(gid)
        silent, picking = [], self.registry["stock.picking"]

        def send(pickings):
            silent.append(pickings.env.context.get("skip_sms"))

        with patch.object(picking, "_send_confirmation_email", send):
            self.read_again(gid)
        self.assertEqual(silent, [True])

    def test_partial_shipments_leave_backorders(self):
        gid, order = self.confirmed("many_lines")
        some = {self.line(gid, place): 1 for place in range(20)}
        self.shop.dispatch.ship(gid, some)
        self.read_again(gid)
        self.assertDelivered(gid)
        self.assertEqual(len(self.pickings(order, "done")), 1)
        self.shop.dispatch.ship(gid, {self.line(gid, 21): 1})
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertDelivered(gid)
        self.assertEqual(len(self.pickings(order, "done")), 3)
        self.assertEqual(len(order.picking_ids), 3)

    def test_reading_again_books_nothing_twice(self):
        gid, order = self.confirmed("many_lines")
        self.shop.dispatch.ship(gid, {self.line(gid): 1})
        self.read_again(gid)
        before = order.picking_ids
        self.shop.touch(gid, note="something else")
        self.read_again(gid)
        self.assertEqual(order.picking_ids, before)
        self.assertDelivered(gid)

    def test_what_was_shipped_before_the_import_is_delivered_on_confirmation(self):
        gids = [
            self.place(*scenarios)
            for scenarios in (
                ("fulfilled",),
                ("many_lines", "partly_fulfilled"),
                ("many_lines", "two_parcels"),
                ("many_lines", "two_locations", "fulfilled"),
            )
        ]
        orders = [self.bring_in(gid) for gid in gids]
        for order in orders:
            self.assertTrue(order.hub_delivery_waiting)
            order.action_confirm()
        self.settle()
        for gid, order in zip(gids, orders, strict=True):
            self.assertFalse(order.hub_delivery_waiting)
            self.assertDelivered(gid)

    def test_delivered_quantities_of_a_seeded_store_are_the_truth(self):
        self.shop.generator.fulfilled = 0.5
        gids = self.shop.place_orders(40)
        for name in ("JPY", "CHF", "SEK", "CAD", "GBP", "USD"):
            self.env.ref(f"base.{name}").active = True
        self.poll(self.order_flow)
        self.settle()
        orders = [self.bound(self.backend, "order", gid) for gid in gids]
        for order in filter(None, orders):
            if order.state == "draft":
                order.action_confirm()
        self.settle()
        shipped = 0
        for gid, order in zip(gids, orders, strict=True):
            truth = self.shop.truth[gid]
            if order and not truth.cancelled:
                with self.subTest(scenarios=truth.scenarios):
                    self.assertDelivered(gid)
                    shipped += bool(truth.delivered)
        self.assertGreater(shipped, 12)

    def test_goods_are_taken_from_where_the_store_says_they_left(self):
        shelf = self.env["stock.location"].create(
            {"name": "3PL", "location_id": self.warehouse.view_location_id.id}
        )
        self.map_location(0, shelf)
        gid, order = self.confirmed()
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertEqual(self.pickings(order).move_ids.location_id, shelf)

    def test_never_means_never(self):
        self.backend.delivery_import = "never"
        gid, order = self.confirmed()
        self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.assertFalse(self.pickings(order))

    # === FOR A PERSON ===#

    def test_more_than_is_left_to_deliver_is_for_a_person(self):
        gid, order = self.confirmed()
        order.picking_ids.action_cancel()
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_more")
        self.assertIn(order.name, message.error_message)

    def test_goods_that_must_be_picked_first_are_for_a_person(self):
        self.warehouse.delivery_steps = "pick_ship"
        gid, order = self.confirmed()
        self.shop.dispatch.ship(gid)
        message = self.read_again(gid, "failed")
        self.assertIn(message.error_code, ("delivery_steps", "delivery_more"))
        self.assertFalse(self.pickings(order))

    def test_shipment_cancelled_in_the_store_is_for_a_person_until_it_is_back(self):
        gid, order = self.confirmed()
        (made,) = self.shop.dispatch.ship(gid)
        self.read_again(gid)
        self.shop.dispatch.cancel(made["id"])
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "delivery_cancelled")
        self.give_back(self.pickings(order))
        message.action_retry()
        self.settle()
        self.assertEqual(message.state, "done")
        self.assertDelivered(gid)

    # === NO ECHO ===#

    def test_own_shipments_come_back_and_change_nothing(self):
        self.listen_out()
        gid, order = self.confirmed("many_lines", "two_locations")
        self.deliver_all(order, share=0.5, hub_tracking_number="OURS")
        self.deliver_all(order)
        before = order.picking_ids
        self.read_again(gid)
        self.send()
        self.assertEqual(order.picking_ids, before)
        self.assertEqual(set(self.messages(self.out).mapped("state")), {"done"})
        self.assertDelivered(gid)
        self.assertEqual(
            len(self.done("fulfillmentCreate")), len(self.fulfillments(gid))
        )

    def test_own_shipment_that_is_not_linked_yet_is_recognised(self):
        self.listen_out()
        gid, order = self.confirmed()
        picking = self.deliver_all(order)
        links = self.env["hub.shopify.fulfillment"].search([])
        made = links.external_id
        links.unlink()
        self.read_again(gid)
        self.assertEqual(self.bound(self.backend, "fulfillment", made), picking)
        self.assertEqual(len(order.picking_ids), 1)

    def test_what_the_store_has_shipped_is_not_told_back(self):
        self.listen_out()
        gid, order = self.confirmed("many_lines")
        self.shop.dispatch.ship(gid, {self.line(gid): 1}, number="3PL")
        self.read_again(gid)
        self.send()
        self.assertFalse(self.shop.dispatch.ledger)
        self.assertEqual(set(self.messages(self.out).mapped("state")), {"unchanged"})
        self.deliver_all(order)
        self.assertEqual(len(self.done("fulfillmentCreate")), 1)
        self.assertDelivered(gid)

    def test_webhook_of_a_shipment_is_a_hint_about_its_order(self):
        gid, _order = self.confirmed()
        self.shop.subscribe("FULFILLMENTS_CREATE", f"{self.shop.url}/nobody")
        self.shop.dispatch.ship(gid, emit=True)
        self.shop.webhooks.wait()
        sent = self.shop.webhooks.deliveries[-1]
        headers = {name.lower(): value for name, value in sent.headers.items()}
        adapter = self.backend.adapter()
        self.assertTrue(adapter.verify_webhook(headers, sent.body))
        found = adapter.read_notification(headers, sent.body)
        self.assertEqual((found.document, found.event.external_id), ("order", gid))
