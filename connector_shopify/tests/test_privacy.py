# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .common import ShopifyCase

HEADERS = {
    "customers/data_request": "CUSTOMERS_DATA_REQUEST",
    "customers/redact": "CUSTOMERS_REDACT",
    "shop/redact": "SHOP_REDACT",
}


class TestPrivacy(ShopifyCase, HubHttpCase):
    """The compliance topics are answered, kept, carried out and audited."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.order_flow = self.flow(self.backend)
        gids = self.shop.place_orders(5, scenarios=["plain"])
        self.gid = next(gid for gid in gids if self.shop.orders[gid]["customer"])
        self.poll(self.order_flow)
        self.drain(self.order_flow)
        self.order = self.bound(self.backend, "order", self.gid)
        self.customer = self.shop.orders[self.gid]["customer"]
        self.requests = self.env["hub.privacy.request"]

    def send(self, topic, **content):
        body = {
            "shop_id": 954889,
            "shop_domain": self.shop.domain,
            "customer": {
                "id": int(self.customer["legacyResourceId"]),
                "email": "john@example.com",
                "phone": "555-625-1199",
            },
            **content,
        }
        raw = json.dumps(body).encode()
        headers = self.shop.webhooks.headers(HEADERS[topic], raw, self.shop.now())
        answer = self.deliver(self.backend, headers, raw)
        self.env.invalidate_all()
        return answer, headers, raw

    def requested(self):
        return self.requests.search([("backend_id", "=", self.backend.id)])

    def test_erasure_is_carried_out_and_audited(self):
        email = self.order.partner_id.email
        self.order.action_cancel()
        answer, *_rest = self.send(
            "customers/redact",
            orders_to_redact=[int(self.shop.orders[self.gid]["legacyResourceId"])],
        )
        self.assertEqual(answer.status_code, 200)
        request = self.requested()
        self.assertEqual((request.kind, request.state), ("erase", "new"))
        self.perform(request, "_carry_out")
        self.assertEqual(request.state, "done", request.result)
        self.assertFalse(self.order.partner_id.email)
        message = self.messages(self.order_flow, external_id=self.gid)
        self.assertTrue(message.erased_at)
        payload = self.env["hub.payload"].newest(message.ids)[message.id]
        self.assertNotIn((email or "@").encode(), payload)
        audit = self.env["hub.audit"].search([], order="id desc", limit=5)
        self.assertTrue(
            any(request.request_key in name for name in audit.mapped("name"))
        )

    def test_request_holds_no_address_itself(self):
        self.send("customers/redact")
        row = self.requested().read()[0]
        self.assertNotIn("john@example.com", str(row))

    def test_what_stands_against_erasure_is_told(self):
        self.send("customers/redact")
        request = self.requested()
        self.perform(request, "_carry_out")
        self.assertEqual(request.state, "todo")
        self.assertIn("not delivered or invoiced", request.result)
        self.order.action_cancel()
        request.action_carry_out()
        self.assertEqual(request.state, "done")

    def test_request_for_data_says_what_is_kept(self):
        self.send("customers/data_request", data_request={"id": 9999})
        request = self.requested()
        self.perform(request, "_carry_out")
        self.assertEqual((request.kind, request.state), ("access", "todo"))
        self.assertIn(self.order.name, request.result)
        self.assertIn(self.order.partner_id.name, request.result)
        request.action_done()
        self.assertEqual(request.state, "done")

    def test_same_request_twice_is_kept_once(self):
        _answer, headers, raw = self.send("customers/redact")
        self.assertEqual(self.deliver(self.backend, headers, raw).status_code, 200)
        self.assertEqual(len(self.requested()), 1)

    def test_forged_request_is_refused(self):
        _answer, headers, raw = self.send("customers/redact")
        self.requested().unlink()
        forged = raw.replace(b"john", b"jane")
        answer = self.deliver(self.backend, headers, forged)
        self.assertEqual(answer.status_code, 401)
        self.assertFalse(self.requested())

    def test_everything_of_a_store_is_erased_after_the_app_left(self):
        self.send("shop/redact")
        request = self.requested()
        self.perform(request, "_carry_out")
        self.assertEqual((request.kind, request.state), ("erase_all", "done"))
        self.assertTrue(all(self.messages(self.order_flow).mapped("erased_at")))
        # the merchant's own books stay
        self.assertTrue(self.order.exists())
        self.assertTrue(self.order.partner_id.name)

    def test_request_about_another_store_erases_nothing_here(self):
        self.patch(type(self.backend), "_allows_loopback", lambda backend: False)
        request = self.requests.receive(
            self.backend, self.adapter_reads("shop/redact", "other.myshopify.com")
        )
        self.assertEqual(request.state, "todo")
        self.assertIn("other.myshopify.com", request.result)

    def adapter_reads(self, topic, domain):
        body = json.dumps({"shop_id": 1, "shop_domain": domain}).encode()
        headers = {"x-shopify-topic": topic, "x-shopify-webhook-id": "one"}
        return self.backend.adapter().read_notification(headers, body)
