# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .common import ShopifyCase


class TestWebhookParts(ShopifyCase, HubHttpCase):
    """What concerns a part of an order is a hint on the order."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.order_flow = self.flow(self.backend)
        (self.gid,) = self.shop.place_orders(1, scenarios=["plain"])
        self.number = int(self.shop.orders[self.gid]["legacyResourceId"])
        # the token is there, so that only what is read counts
        self.backend.adapter().client().query("shop")
        self.shop.stats.reset()

    def send(self, topic, **body):
        raw = json.dumps(body).encode()
        headers = self.shop.webhooks.headers(topic, raw, self.shop.now())
        answer = self.deliver(self.backend, headers, raw)
        self.env.invalidate_all()
        return answer.status_code

    def reads(self):
        return sum(
            count
            for name, count in self.shop.stats.graphql.items()
            if name.startswith("Orders") and name != "OrdersOfParts"
        )

    def test_each_kind_of_part_brings_its_order(self):
        for topic, body in (
            ("REFUNDS_CREATE", {"id": 1, "order_id": self.number}),
            ("FULFILLMENTS_CREATE", {"id": 2, "order_id": self.number}),
            ("ORDER_TRANSACTIONS_CREATE", {"id": 3, "order_id": self.number}),
            ("ORDERS_EDITED", {"order_edit": {"order_id": self.number}}),
            ("RETURNS_REQUEST", {"order": {"admin_graphql_api_id": self.gid}}),
        ):
            self.assertEqual(self.send(topic, **body), 200, topic)
        self.drain(self.order_flow)
        self.assertTrue(self.bound(self.backend, "order", self.gid))

    def test_all_that_was_told_about_an_order_is_read_once(self):
        self.send("REFUNDS_CREATE", id=1, order_id=self.number)
        self.send("FULFILLMENTS_UPDATE", id=2, order_id=self.number)
        self.send("ORDER_TRANSACTIONS_CREATE", id=3, order_id=self.number)
        self.drain(self.order_flow)
        self.assertEqual(self.reads(), 1)
        self.assertEqual(
            sorted(self.states(self.order_flow)), ["done", "superseded", "superseded"]
        )

    def test_part_that_names_no_order_leads_to_it(self):
        part = self.fulfilment_order()
        status = self.send("FULFILLMENT_ORDERS_MOVED", moved_fulfillment_order=part)
        self.assertEqual(status, 200)
        self.drain(self.order_flow)
        self.drain(self.order_flow)
        self.assertTrue(self.bound(self.backend, "order", self.gid))
        self.assertEqual(sorted(self.states(self.order_flow)), ["done", "skipped"])

    def test_each_news_of_such_a_part_leads_to_the_order_again(self):
        part = self.fulfilment_order()
        for _time in range(2):
            self.send("FULFILLMENT_ORDERS_MOVED", moved_fulfillment_order=part)
            self.drain(self.order_flow)
            self.drain(self.order_flow)
        self.assertEqual(self.reads(), 2)

    def test_body_that_names_no_record_is_kept_for_a_person(self):
        self.assertEqual(self.send("RETURNS_PROCESS"), 400)
        self.assertEqual(self.states(self.order_flow), ["quarantined"])

    def test_topic_without_a_flow_is_acknowledged_and_not_kept(self):
        self.assertEqual(self.send("INVENTORY_LEVELS_UPDATE", inventory_item_id=1), 200)
        self.assertEqual(self.send("THEMES_UPDATE", id=1), 200)
        self.assertEqual(self.states(self.order_flow), [])

    def fulfilment_order(self):
        (row, *_more) = self.shop.orders[self.gid]["fulfillmentOrders"]
        return {"id": row["id"]}
