# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks are signed, REST-shaped, delivered, retried, given up as the real ones."""

import base64
import hashlib
import hmac
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from shopify_simulator import Shop

CREATE = """mutation ($topic: WebhookSubscriptionTopic!, $uri: String!) {
  webhookSubscriptionCreate(topic: $topic, webhookSubscription: {uri: $uri}) {
    webhookSubscription { id topic uri format }
    userErrors { field message } } }"""


class Receiver(ThreadingHTTPServer):
    """Keeps ``(headers, body)`` of every delivery and answers `status`."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.received, self.status = [], 200

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(self.headers), body))
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Keep the test output clean."""


@pytest.fixture
def receiver():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def shop():
    return Shop(seed=7, orders=5)


def create(shop, uri, topic="ORDERS_CREATE"):
    answer = shop.executor.execute(CREATE, {"topic": topic, "uri": uri})
    return answer["data"]["webhookSubscriptionCreate"]


# === SUBSCRIPTIONS ===


def test_a_subscription_is_created_listed_changed_and_deleted(shop):
    gid = create(shop, "https://a.example/hook")["webhookSubscription"]["id"]
    listing = "{ webhookSubscriptions(first: 5) { nodes { id uri topic } } }"
    (row,) = _nodes(shop, listing)
    assert row == {"id": gid, "uri": "https://a.example/hook", "topic": "ORDERS_CREATE"}
    update = """mutation ($id: ID!) { webhookSubscriptionUpdate(id: $id,
      webhookSubscription: {uri: "https://b.example"}) { userErrors { message } } }"""
    shop.executor.execute(update, {"id": gid})
    assert _nodes(shop, listing)[0]["uri"] == "https://b.example"
    delete = """mutation ($id: ID!) { webhookSubscriptionDelete(id: $id) {
      deletedWebhookSubscriptionId userErrors { message } } }"""
    shop.executor.execute(delete, {"id": gid})
    assert _nodes(shop, listing) == []


def _nodes(shop, text):
    return shop.executor.execute(text)["data"]["webhookSubscriptions"]["nodes"]


def test_one_address_is_taken_once_per_topic(shop):
    create(shop, "https://a.example")
    again = create(shop, "https://a.example")
    assert again["webhookSubscription"] is None
    (error,) = again["userErrors"]
    assert error["message"] == "Address for this topic has already been taken"
    assert create(shop, "https://a.example", "ORDERS_UPDATED")["userErrors"] == []


def test_plain_http_is_refused_but_to_this_machine(shop):
    (error,) = create(shop, "http://shop.example/hook")["userErrors"]
    assert error["message"] == "Address protocol http:// is not supported"
    assert create(shop, "http://127.0.0.1:8069/hook")["userErrors"] == []


def test_subscriptions_are_found_by_topic_and_address(shop):
    create(shop, "https://a.example")
    create(shop, "https://a.example", "ORDERS_UPDATED")
    text = """{ webhookSubscriptions(first: 5, topics: [ORDERS_UPDATED],
      uri: "https://a.example") { nodes { topic } } }"""
    assert _nodes(shop, text) == [{"topic": "ORDERS_UPDATED"}]


# === DELIVERY ===


def test_a_new_order_is_delivered_with_a_valid_signature(shop, receiver):
    create(shop, receiver.url)
    (gid,) = shop.place_orders(1, emit=True)
    shop.webhooks.wait()
    ((headers, body),) = receiver.received
    digest = hmac.digest(shop.tokens.client_secret.encode(), body, hashlib.sha256)
    assert base64.b64decode(headers["X-Shopify-Hmac-Sha256"]) == digest
    assert json.loads(body)["admin_graphql_api_id"] == gid
    assert headers["X-Shopify-Topic"] == "orders/create"
    assert headers["X-Shopify-Shop-Domain"] == shop.domain
    assert headers["X-Shopify-API-Version"] == "2026-10"
    for name in ("Webhook-Id", "Event-Id", "Triggered-At"):
        assert headers[f"X-Shopify-{name}"]


def test_a_change_is_delivered_to_its_own_topic_only(shop, receiver):
    create(shop, receiver.url, "ORDERS_UPDATED")
    gid = next(iter(shop.orders))
    shop.place_orders(1, emit=True)
    time = shop.touch(gid, note="bitte klingeln", emit=True)
    shop.webhooks.wait()
    ((headers, body),) = receiver.received
    assert headers["X-Shopify-Topic"] == "orders/updated"
    content = json.loads(body)
    assert content["note"] == "bitte klingeln"
    # The same moment, in the shop's own zone.
    assert content["updated_at"].endswith("-05:00") and time.endswith("Z")


def test_the_body_is_the_rest_resource(shop):
    gid, order = next(iter(shop.orders.items()))
    _, body = shop.sign(gid)
    content = json.loads(body)
    assert content["id"] == int(order["legacyResourceId"])
    assert content["total_price"] == f"{shop.truth[gid].total:.2f}"
    assert content["tags"] == ", ".join(order["tags"])
    assert len(content["line_items"]) == len(order["lineItems"])


def test_an_older_version_can_be_sent_after_a_newer_one(shop):
    gid = next(iter(shop.orders))
    _, old = shop.sign(gid)
    shop.touch(gid)
    _, new = shop.sign(gid)
    assert json.loads(old)["updated_at"] < json.loads(new)["updated_at"]


def test_a_retry_sends_the_original_payload(shop, receiver):
    create(shop, receiver.url)
    receiver.status = 500
    (gid,) = shop.place_orders(1, emit=True)
    shop.webhooks.wait()
    shop.touch(gid, note="changed since")
    receiver.status = 200
    assert shop.webhooks.retry_failed() == 1
    shop.webhooks.wait()
    first, second = receiver.received
    assert first[1] == second[1]
    assert first[0]["X-Shopify-Webhook-Id"] == second[0]["X-Shopify-Webhook-Id"]
    assert shop.webhooks.retry_failed() == 0


def test_a_subscription_is_deleted_after_eight_failures(shop, receiver):
    create(shop, receiver.url)
    receiver.status = 500
    shop.place_orders(7, emit=True)
    shop.webhooks.wait()
    assert len(shop.subscriptions) == 1
    shop.place_orders(1, emit=True)
    shop.webhooks.wait()
    assert not shop.subscriptions


def test_a_dead_address_is_a_failed_delivery(shop):
    create(shop, "http://127.0.0.1:9/hook")
    shop.place_orders(1, emit=True)
    shop.webhooks.wait()
    (delivery,) = shop.webhooks.deliveries
    assert (delivery.status, delivery.attempts) == (0, 1)


def test_only_chosen_fields_are_sent(shop):
    shop.subscribe(
        "ORDERS_UPDATED", "http://127.0.0.1:9/", includeFields=["id", "name"]
    )
    shop.emit(next(iter(shop.orders)), "ORDERS_UPDATED")
    (delivery,) = shop.webhooks.deliveries
    shop.webhooks.wait()
    assert list(json.loads(delivery.body)) == ["id", "name"]
