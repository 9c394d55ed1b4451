# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a delivery becomes fulfilments: which fulfilment orders ship how much of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from odoo.addons.connector_hub.exceptions import Rejected

from .times import parse_time

#: statuses of a fulfilment order in which something of it can be shipped
FULFILLABLE = ("OPEN", "IN_PROGRESS")
#: statuses of fulfilments that do not count
VOID = ("CANCELLED", "ERROR", "FAILURE")
#: two clocks may differ by so much
SKEW = timedelta(minutes=5)

Lines = dict[str, int]


@dataclass
class Plan:
    """``found``: shipments that are there already; ``groups``: what is to be shipped.

    A group is of one location: {fulfilment order: {its line: quantity}}.
    """

    found: list[str] = field(default_factory=list)
    groups: list[dict[str, Lines]] = field(default_factory=list)


def plan(payload: dict[str, Any], order: dict[str, Any], again: bool = False) -> Plan:
    """Divide a delivery among the open fulfilment orders of its order.

    Those at the delivery's own location come first; the others follow, because the
    store may have assigned or moved the work elsewhere. Only what is not open any more
    is looked for among the shipments made since the goods left: it was told already,
    or somebody has typed it in.

    :param order: see ``order_shipments.graphql``
    :param again: an earlier try may have shipped some of it, though more is open
    :raises Rejected: some of it can be shipped by no fulfilment order
    """
    wanted = {gid: quantity for gid, quantity in payload["lines"].items() if quantity}
    result = Plan()
    if again:
        result.found, wanted = take_found(wanted, payload, order, wanted)
    allotted, missing = _allot(wanted, payload, order)
    if missing and not again:
        result.found, wanted = take_found(wanted, payload, order, missing)
        allotted, missing = _allot(wanted, payload, order)
    if missing:
        raise _refusal(payload, order, missing)
    by_location: dict[str, dict[str, Lines]] = defaultdict(dict)
    for work, lines in allotted:
        by_location[_location(work)][work["id"]] = lines
    result.groups = list(by_location.values())
    return result


def _allot(
    wanted: Lines, payload: dict[str, Any], order: dict[str, Any]
) -> tuple[list[tuple[dict[str, Any], Lines]], Lines]:
    """Return [(fulfilment order, {its line: quantity})] and what is left over."""
    left = dict(wanted)
    nodes = order["fulfillmentOrders"]["nodes"]
    works = [work for work in nodes if work["status"] in FULFILLABLE]
    works.sort(key=lambda work: _location(work) != payload["location_id"])
    found = []
    for work in works:
        lines = {}
        for row in work["lineItems"]["nodes"]:
            gid = row["lineItem"]["id"]
            taken = min(left.get(gid, 0), row["remainingQuantity"])
            if taken > 0:
                left[gid] -= taken
                lines[row["id"]] = taken
        if lines:
            found.append((work, lines))
    return found, {gid: quantity for gid, quantity in left.items() if quantity}


def take_found(
    wanted: Lines, payload: dict[str, Any], order: dict[str, Any], missing: Lines
) -> tuple[list[str], Lines]:
    """Return shipments that are part of a delivery, and what they leave of it."""
    found, left = [], dict(wanted)
    for shipment in shipments_since(payload, order):
        lines = lines_of(shipment)
        concerned = not missing.keys().isdisjoint(lines)
        if concerned and all(left.get(gid, 0) >= lines[gid] for gid in lines):
            found.append(shipment["id"])
            for gid, quantity in lines.items():
                left[gid] -= quantity
    return found, {gid: quantity for gid, quantity in left.items() if quantity}


def shipments_since(
    payload: dict[str, Any], order: dict[str, Any]
) -> list[dict[str, Any]]:
    """Return valid shipments made since the goods left, the oldest first.

    Not those that other deliveries are known to have become.
    """
    left_at = parse_time(payload["shipped_at"])
    others = set(payload.get("other_shipment_ids") or ())
    found = []
    for shipment in order["fulfillments"]:
        made_at: datetime | None = parse_time(shipment["createdAt"])
        recent = not left_at or not made_at or made_at >= left_at - SKEW
        ours = shipment["id"] not in others
        if recent and ours and shipment["status"] not in VOID:
            found.append(shipment)
    return sorted(found, key=lambda shipment: str(shipment["createdAt"]))


def lines_of(shipment: dict[str, Any]) -> Lines:
    """Return {order line: quantity} of a shipment."""
    found: Lines = defaultdict(int)
    for row in shipment["fulfillmentLineItems"]["nodes"]:
        found[row["lineItem"]["id"]] += row["quantity"] or 0
    return dict(found)


def is_complete(order: dict[str, Any]) -> bool:
    """Return whether the answer holds every page of every list."""
    works, shipments = order["fulfillmentOrders"], order["fulfillments"]
    pages = [works, *(work["lineItems"] for work in works["nodes"])]
    pages += [shipment["fulfillmentLineItems"] for shipment in shipments]
    return not any(page["pageInfo"]["hasNextPage"] for page in pages)


def _location(work: dict[str, Any]) -> str:
    found: str = (work["assignedLocation"]["location"] or {}).get("id", "")
    return found


def _refusal(
    payload: dict[str, Any], order: dict[str, Any], missing: Lines
) -> Rejected:
    """Say why goods that left cannot be told."""
    blocked = [
        work
        for work in order["fulfillmentOrders"]["nodes"]
        if work["status"] in ("ON_HOLD", "SCHEDULED")
        and any(
            row["lineItem"]["id"] in missing and row["remainingQuantity"]
            for row in work["lineItems"]["nodes"]
        )
    ]
    name, where = payload["name"], order["name"]
    for work in blocked:
        if work["status"] == "ON_HOLD":
            return _on_hold(name, where, work)
        return Rejected(
            f"{name} cannot be told: Shopify has planned the shipment of {where} for"
            f" {work['fulfillAt']}.",
            title="Shopify has planned shipments for later.",
            remedy="Open the fulfilment in Shopify, or wait; then retry.",
            code="scheduled",
        )
    count = sum(missing.values())
    return Rejected(
        f"{name} cannot be told: {count} of the units it delivers are not open in order"
        f" {where} any more; they were fulfilled, removed or cancelled in Shopify.",
        title="Deliveries contain goods that are not open in Shopify any more.",
        remedy="Compare the order in Shopify with the delivery. When Shopify already"
        " shows these goods as fulfilled, skip the message.",
        code="nothing_open",
    )


def _on_hold(name: str, where: str, work: dict[str, Any]) -> Rejected:
    reasons = ", ".join(hold["displayReason"] for hold in work["fulfillmentHolds"])
    return Rejected(
        f"{name} cannot be told: Shopify holds back the fulfilment of {where}"
        f" ({reasons or 'no reason given'}), but the goods have left.",
        title="Shopify holds back fulfilments whose goods have left.",
        remedy="Release the hold in Shopify, then retry.",
        code="on_hold",
    )
