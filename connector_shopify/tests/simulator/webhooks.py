# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sign and deliver webhooks.

A delivery keeps its body and headers: a retry sends the original payload again. After
eight failures in a row the subscription is deleted, as the real one is. Nothing is
retried by itself; a test calls `retry_failed` when it wants time to pass.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import queue
import threading
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import requests

from .channel import Channel
from .identity import iso
from .rest import order_body

Object = dict[str, Any]

TIMEOUT = (1, 5)
MAX_FAILURES = 8


def signature(secret: str, body: bytes) -> str:
    digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


#: resources whose names have several words, longest first
RESOURCES = (
    "reverse_fulfillment_orders",
    "customers_whats_app_marketing_consent",
    "customers_email_marketing_consent",
    "customers_marketing_consent",
    "product_publications",
    "fulfillment_orders",
    "fulfillment_events",
    "order_transactions",
    "tender_transactions",
    "reverse_deliveries",
    "fulfillment_holds",
    "company_locations",
    "company_contacts",
    "inventory_levels",
    "inventory_items",
    "product_listings",
    "bulk_operations",
    "draft_orders",
)


def header_topic(topic: str) -> str:
    """Rewrite ``ORDERS_CREATE`` as ``orders/create``."""
    name = topic.lower()
    if name.startswith("customer_tags_"):
        return name.replace("_", ".", 1)
    for resource in RESOURCES:
        if name.startswith(f"{resource}_"):
            return f"{resource}/{name[len(resource) + 1 :]}"
    return name.replace("_", "/", 1)


@dataclass(slots=True)
class Delivery:
    """`status`: HTTP status of the last attempt, 0 when there was no answer yet.

    `lost`: it was never sent, and never will be.
    """

    url: str
    headers: dict[str, str]
    body: bytes
    subscription: str
    status: int = 0
    attempts: int = 0
    lost: bool = False

    def to_json(self) -> Object:
        return {**asdict(self), "body": self.body.decode()}


class Webhooks:
    """Deliver in one background thread, in the order of the events.

    `on_dead` is called with the gid of a subscription that failed too often.
    """

    def __init__(self, secret: str, domain: str, version: str) -> None:
        self.secret = secret
        self.domain = domain
        self.version = version
        self.deliveries: list[Delivery] = []
        self.channel = Channel(self._enqueue)
        self.on_dead: Callable[[str], None] = lambda gid: None
        self._failures: dict[str, int] = {}
        self._queue: queue.Queue[Delivery] = queue.Queue()
        self._thread: threading.Thread | None = None

    def sign(
        self, order: Object, topic: str, moment: Any, fields: list[str] | None = None
    ) -> tuple[dict[str, str], bytes]:
        """Return the headers and the raw body for the present state of `order`."""
        content = order_body(order)
        if fields:
            content = {key: content[key] for key in fields if key in content}
        body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        return self.headers(topic, body, moment), body

    def headers(self, topic: str, body: bytes, moment: Any) -> dict[str, str]:
        return {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": header_topic(topic),
            "X-Shopify-Shop-Domain": self.domain,
            "X-Shopify-API-Version": self.version,
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Event-Id": str(uuid.uuid4()),
            "X-Shopify-Triggered-At": iso(moment),
            "X-Shopify-Hmac-Sha256": signature(self.secret, body),
        }

    def deliver(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self.channel.pass_on(delivery)

    def retry_failed(self) -> int:
        """Send every failed delivery again, unchanged; return how many."""
        failed = [
            item for item in self.deliveries if item.attempts and item.status != 200
        ]
        for delivery in failed:
            self._enqueue(delivery)
        return len(failed)

    def wait(self) -> None:
        """Return when nothing is under way."""
        self._queue.join()

    @property
    def under_way(self) -> int:
        """How many deliveries have not had their first attempt."""
        return self._queue.unfinished_tasks

    def _enqueue(self, delivery: Delivery) -> None:
        self._queue.put(delivery)
        if self._thread is None:
            self._thread = threading.Thread(
                target=self._work, daemon=True, name="webhooks"
            )
            self._thread.start()

    def _work(self) -> None:
        with requests.Session() as session:
            while True:
                delivery = self._queue.get()
                try:
                    self._attempt(session, delivery)
                finally:
                    self._queue.task_done()

    def _attempt(self, session: requests.Session, delivery: Delivery) -> None:
        delivery.attempts += 1
        try:
            response = session.post(
                delivery.url,
                data=delivery.body,
                headers=delivery.headers,
                timeout=TIMEOUT,
            )
            delivery.status = response.status_code
        except requests.RequestException:
            delivery.status = 0
        if delivery.status // 100 == 2:
            self._failures.pop(delivery.subscription, None)
            return
        failures = self._failures.get(delivery.subscription, 0) + 1
        self._failures[delivery.subscription] = failures
        if failures >= MAX_FAILURES:
            self.on_dead(delivery.subscription)
