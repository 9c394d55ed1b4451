# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks of a store: are they genuine, and which record are they about."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import replace

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import (
    Event,
    Notification,
    PrivacyRequest,
)
from odoo.addons.connector_hub.exceptions import InvalidData

from . import compliance, topics

#: what reading a body that is not as promised may raise
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


class ShopifyWebhooks(Component):
    _inherit = "hub.shopify.adapter"

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare the HMAC of the raw body; old and new secret during a rotation."""
        backend = self.backend_record.sudo()
        sent = headers.get("x-shopify-hmac-sha256", "")
        valid = False
        for secret in (
            backend.shopify_client_secret,
            backend.shopify_old_client_secret,
        ):
            if secret:
                digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
                expected = base64.b64encode(digest)
                valid |= hmac.compare_digest(expected, sent.encode())
        return valid

    def read_notification(
        self, headers: Mapping[str, str], body: bytes
    ) -> Notification | PrivacyRequest | None:
        """Read record id and version; the content itself is fetched later."""
        name = headers.get("x-shopify-topic", "")
        if name in compliance.TOPICS:
            delivery = headers.get("x-shopify-webhook-id", "")
            return compliance.read(name, body, delivery)
        topic = topics.TOPICS.get(name)
        if not topic:
            return None
        event = _event(name, headers, body)
        try:
            reading = topics.read(
                name, json.loads(body), headers.get("x-shopify-triggered-at", "")
            )
        except UNREADABLE:
            return Notification(topic.document, event, _malformed(name))
        if not reading:
            return None
        event = replace(
            event,
            external_id=reading.external_id,
            version=reading.version,
            occurred_at=reading.version,
            name=reading.name,
            survivor=reading.survivor,
            deleted=topic.deleted,
        )
        return Notification(topic.document, event)


def _event(topic: str, headers: Mapping[str, str], body: bytes) -> Event:
    """Return what is known before the body is read."""
    delivery = headers.get("x-shopify-webhook-id", "")
    return Event(
        external_id=delivery or "?",
        topic=topic,
        body=body,
        delivery_id=delivery,
        event_id=headers.get("x-shopify-event-id", ""),
    )


def _malformed(topic: str) -> InvalidData:
    return InvalidData(
        f"A webhook {topic} of Shopify cannot be read.",
        remedy="Its signature is right, so Shopify sent it: look at the payload. The"
        " record itself arrives by polling; skip the message.",
        code="malformed",
    )
