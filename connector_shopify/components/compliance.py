# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The topics every app has to answer, set in the app itself: what the law asks of us.

They come for all stores of an app to one address, so each names the store it means.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from odoo.addons.connector_hub.components.event import PrivacyRequest

from ..const import GID_PREFIX

TOPICS = {
    "customers/data_request": "access",
    "customers/redact": "erase",
    "shop/redact": "erase_all",
}


def read(topic: str, body: bytes, delivery: str = "") -> PrivacyRequest:
    """Read a request; it is kept even when its body is not as promised.

    Who is meant is taken over by ids alone: the request itself should not become one
    more place with somebody's address.
    """
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        content = {}
    customer = content.get("customer")
    orders = content.get("orders_requested") or content.get("orders_to_redact")
    request = content.get("data_request")
    number = request.get("id") if isinstance(request, dict) else None
    return PrivacyRequest(
        TOPICS[topic],
        f"{topic}:{number or delivery or hashlib.sha256(body).hexdigest()}",
        str(content.get("shop_domain") or "?"),
        _gid("Customer", customer.get("id") if isinstance(customer, dict) else None),
        tuple(gid for gid in (_gid("Order", each) for each in _listed(orders)) if gid),
    )


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _gid(kind: str, number: Any) -> str:
    return f"{GID_PREFIX}{kind}/{number}" if isinstance(number, int) else ""
