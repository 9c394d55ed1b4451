# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What follows from the state of fulfilment orders and fulfilments."""

from __future__ import annotations

from typing import Any

from .identity import number_of

Object = dict[str, Any]

#: statuses in which something can be shipped
FULFILLABLE = ("OPEN", "IN_PROGRESS")
#: statuses in which something is still to be done
PENDING = (*FULFILLABLE, "ON_HOLD", "SCHEDULED")


class Refused(Exception):
    """A userError; `code` only where the payload's errors have one."""

    def __init__(self, message: str, *field: str, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.field = list(field) or None
        self.code = code


def assigned(location: Object) -> Object:
    return {
        "__typename": "FulfillmentOrderAssignedLocation",
        "name": location["name"],
        "location": location,
        "countryCode": location["address"]["countryCode"],
    }


def unfulfillable(work: Object) -> str:
    number, status = number_of(work["id"]), work["status"].lower()
    return f"Fulfillment order {number} has an unfulfillable status= {status}."


def everything(work: Object) -> dict[str, int]:
    """Return what is left to be done of a fulfilment order."""
    return {row["id"]: row["remainingQuantity"] for row in work["lineItems"]}


def delivered(order: Object) -> dict[str, int]:
    """Return {line: quantity} of what was shipped and not cancelled."""
    found: dict[str, int] = {}
    for fulfillment in order["fulfillments"]:
        if fulfillment["status"] == "SUCCESS":
            for item in fulfillment["fulfillmentLineItems"]:
                gid = item["lineItem"]["id"]
                found[gid] = found.get(gid, 0) + item["quantity"]
    return found


def refresh(order: Object) -> None:
    """Bring what follows from fulfilment orders up to date."""
    for work in order["fulfillmentOrders"]:
        if work["status"] in PENDING and not any(everything(work).values()):
            work["status"] = "CLOSED"
    shipped = delivered(order)
    for line in order["lineItems"]:
        # what was refunded or removed needs no shipment
        wanted = min(line["quantity"], line["currentQuantity"])
        left = wanted - shipped.get(line["id"], 0)
        line["unfulfilledQuantity"] = max(left, 0)
    order["displayFulfillmentStatus"] = _display_status(order, bool(shipped))


def _display_status(order: Object, shipped: bool) -> str:
    pending = [
        w["status"] for w in order["fulfillmentOrders"] if w["status"] in PENDING
    ]
    if not pending:
        return "FULFILLED" if shipped else "UNFULFILLED"
    if shipped:
        return "PARTIALLY_FULFILLED"
    for status in ("ON_HOLD", "SCHEDULED"):
        if set(pending) == {status}:
            return status
    return "IN_PROGRESS" if "IN_PROGRESS" in pending else "UNFULFILLED"
