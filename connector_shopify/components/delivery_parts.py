# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fulfilments of an order: reading those that did not fit with it, and translating."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.documents import Delivery, DeliveryLine
from odoo.addons.connector_hub.exceptions import InvalidData

from ..const import MAX_PAGE
from .client import ShopifyClient
from .shipment import VOID
from .times import parse_time

#: fulfilments that are read with their order; see ``fragments.graphql``
WITH_ORDER = 20


def complete(client: ShopifyClient, nodes: list[dict[str, Any]]) -> None:
    """Read fulfilments again where not all of them, or of their lines, came along."""
    for node in nodes:
        found = node.get("fulfillments") or []
        if len(found) >= WITH_ORDER or any(_has_more(row) for row in found):
            data = client.query("order_deliveries", id=node["id"], first=MAX_PAGE)
            if data["order"]:
                node["fulfillments"] = data["order"]["fulfillments"]


def deliveries(payload: dict[str, Any]) -> tuple[Delivery, ...]:
    """Translate ``fulfillments``; the oldest comes first."""
    rows = payload.get("fulfillments") or []
    if len(rows) >= MAX_PAGE or any(_has_more(row) for row in rows):
        raise InvalidData(
            f"Order {payload['name']} has more shipments, or more lines in one of them,"
            " than Shopify tells at once.",
            remedy="Enter its deliveries by hand; then skip the message.",
            code="too_many_shipments",
        )
    failed = ("ERROR", "FAILURE")
    found = [_delivery(row) for row in rows if row["status"] not in failed]
    return tuple(sorted(found, key=lambda item: (item.created_at, item.external_id)))


def _delivery(row: dict[str, Any]) -> Delivery:
    quantities: dict[str, int] = defaultdict(int)
    for item in row["fulfillmentLineItems"]["nodes"]:
        quantities[item["lineItem"]["id"]] += item["quantity"] or 0
    tracking = row["trackingInfo"]
    created = parse_time(row["createdAt"])
    if created is None:
        raise InvalidData(f"{row['id']} has no date.", code="no_time")
    return Delivery(
        external_id=row["id"],
        name=row["name"],
        created_at=created,
        cancelled=row["status"] in VOID,
        location_id=(row["location"] or {}).get("id", ""),
        carrier=next((item["company"] for item in tracking if item["company"]), ""),
        tracking_numbers=tuple(i["number"] for i in tracking if i["number"]),
        tracking_urls=tuple(i["url"] for i in tracking if i["url"]),
        lines=tuple(
            DeliveryLine(external_id=gid, quantity=Decimal(quantity))
            for gid, quantity in quantities.items()
            if quantity
        ),
    )


def _has_more(row: dict[str, Any]) -> bool:
    page = row["fulfillmentLineItems"].get("pageInfo") or {}
    return bool(page.get("hasNextPage"))
