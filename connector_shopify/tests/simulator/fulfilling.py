# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fulfilment orders and fulfilments of one order, as Shopify keeps them.

A *fulfilment order* is work to be done at one location; a *fulfilment* is a shipment.
Chosen, because nobody measured it: cancelling a fulfilment gives its quantities back to
its fulfilment orders as long as those are open, and opens new ones for closed ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .fulfilment_state import (
    FULFILLABLE,
    PENDING,
    Refused,
    assigned,
    everything,
    refresh,
    unfulfillable,
)
from .identity import Ids

Object = dict[str, Any]
#: (fulfilment order, {line of it: quantity})
Part = tuple[Object, dict[str, int]]


class Fulfilling:
    """`locations` of the shop: the first does what nothing else is said of."""

    def __init__(self, ids: Ids, locations: list[Object]) -> None:
        self.ids = ids
        self.locations = locations

    # === FULFILMENT ORDERS ===

    def open(self, order: Object, scenarios: Iterable[str], moment: str) -> None:
        """Give a new order its work; with "two_locations" it is shared."""
        count = 2 if "two_locations" in scenarios else 1
        for place, location in enumerate(self.locations[:count]):
            lines = order["lineItems"][place::count]
            if lines:
                rows = [(line, line["quantity"]) for line in lines]
                self._add_order(order, location, rows, moment)
        if order["cancelledAt"]:
            for work in order["fulfillmentOrders"]:
                work["status"] = "CLOSED"

    def _add_order(
        self, order: Object, location: Object, rows: list[Any], moment: str
    ) -> Object:
        work: Object = {
            "__typename": "FulfillmentOrder",
            "id": self.ids.next("FulfillmentOrder")[0],
            "status": "OPEN",
            "requestStatus": "UNSUBMITTED",
            "orderId": order["id"],
            "orderName": order["name"],
            "orderProcessedAt": order["processedAt"],
            "createdAt": moment,
            "updatedAt": moment,
            "fulfillAt": moment,
            "fulfillBy": None,
            "fulfillmentHolds": [],
            "fulfillments": [],
            "assignedLocation": assigned(location),
            "lineItems": [self._order_line(line, total) for line, total in rows],
        }
        order["fulfillmentOrders"].append(work)
        return work

    def _order_line(self, line: Object, quantity: int) -> Object:
        return {
            "__typename": "FulfillmentOrderLineItem",
            "id": self.ids.next("FulfillmentOrderLineItem")[0],
            "lineItem": line,
            "totalQuantity": quantity,
            "remainingQuantity": quantity,
            "requiresShipping": line["requiresShipping"],
            "productTitle": line["title"],
            "variantTitle": line["variantTitle"],
            "sku": line["sku"],
            "vendor": line["vendor"],
        }

    def hold(self, order: Object, work: Object, reason: str, **more: Any) -> Object:
        if work["status"] not in PENDING:
            raise Refused(unfulfillable(work), "id")
        hold: Object = {
            "__typename": "FulfillmentHold",
            "id": self.ids.next("FulfillmentHold")[0],
            "reason": reason,
            "displayReason": reason.replace("_", " ").capitalize(),
            "reasonNotes": more.get("reasonNotes"),
            "handle": more.get("handle") or "",
            "heldByRequestingApp": True,
        }
        if any(row["handle"] == hold["handle"] for row in work["fulfillmentHolds"]):
            raise Refused(
                "The handle provided for the fulfillment hold is already in use by this"
                " app for another hold on this fulfillment order.",
                "fulfillmentHold",
                "handle",
                code="DUPLICATE_FULFILLMENT_HOLD_HANDLE",
            )
        work["fulfillmentHolds"].append(hold)
        work["status"] = "ON_HOLD"
        refresh(order)
        return hold

    def release(self, order: Object, work: Object) -> None:
        work["fulfillmentHolds"] = []
        if work["status"] == "ON_HOLD":
            work["status"] = "OPEN"
        refresh(order)

    def split(self, order: Object, work: Object, chosen: dict[str, int]) -> Object:
        """Take quantities off into a fulfilment order of their own; return it."""
        if work["status"] not in PENDING:
            raise Refused(unfulfillable(work), "fulfillmentOrderSplits")
        rows = []
        for line in work["lineItems"]:
            wanted = chosen.get(line["id"], 0)
            if not 0 <= wanted <= line["remainingQuantity"]:
                raise Refused(
                    "The line item quantity is invalid.",
                    "fulfillmentOrderSplits",
                    code="INVALID_LINE_ITEM_QUANTITY",
                )
            if wanted:
                line["totalQuantity"] -= wanted
                line["remainingQuantity"] -= wanted
                rows.append((line["lineItem"], wanted))
        work["lineItems"] = [row for row in work["lineItems"] if row["totalQuantity"]]
        location = work["assignedLocation"]["location"]
        rest = self._add_order(order, location, rows, work["createdAt"])
        refresh(order)
        return rest

    def move(
        self, order: Object, work: Object, location: Object, chosen: dict[str, int]
    ) -> Object:
        """Have another location do it, or some of it; return what has moved."""
        if work["status"] not in FULFILLABLE:
            raise Refused(unfulfillable(work), "id")
        every = {row["id"]: row["remainingQuantity"] for row in work["lineItems"]}
        shipped = any(
            row["remainingQuantity"] < row["totalQuantity"] for row in work["lineItems"]
        )
        if shipped or (chosen and chosen != every):
            work = self.split(order, work, chosen or every)
        work["assignedLocation"] = assigned(location)
        refresh(order)
        return work

    # === FULFILMENTS ===

    def ship(
        self, order: Object, parts: list[Part], tracking: list[Object], moment: str
    ) -> Object:
        """Ship parts of fulfilment orders of one location together."""
        for work, chosen in parts:
            _check(work, chosen)
        items: dict[str, Object] = {}
        for work, chosen in parts:
            for line in work["lineItems"]:
                quantity = chosen.get(line["id"], 0)
                if quantity:
                    line["remainingQuantity"] -= quantity
                    self._add_item(items, line["lineItem"], quantity)
        location = parts[0][0]["assignedLocation"]["location"]
        found = self._fulfillment(order, list(items.values()), location, moment)
        found["trackingInfo"] = tracking
        order["fulfillments"].append(found)
        for work, _chosen in parts:
            work["fulfillments"].append(found)
            work["status"] = "IN_PROGRESS"
        refresh(order)
        return found

    def _add_item(self, items: dict[str, Object], line: Object, quantity: int) -> None:
        if line["id"] not in items:
            items[line["id"]] = {
                "__typename": "FulfillmentLineItem",
                "id": self.ids.next("FulfillmentLineItem")[0],
                "lineItem": line,
                "quantity": 0,
            }
        items[line["id"]]["quantity"] += quantity

    def _fulfillment(
        self, order: Object, items: list[Object], location: Object, moment: str
    ) -> Object:
        gid, number = self.ids.next("Fulfillment")
        return {
            "__typename": "Fulfillment",
            "id": gid,
            "legacyResourceId": number,
            "name": f"{order['name']}-F{len(order['fulfillments']) + 1}",
            "status": "SUCCESS",
            "displayStatus": "FULFILLED",
            "createdAt": moment,
            "updatedAt": moment,
            "deliveredAt": None,
            "inTransitAt": None,
            "estimatedDeliveryAt": None,
            "location": location,
            "trackingInfo": [],
            "totalQuantity": sum(item["quantity"] for item in items),
            "requiresShipping": any(i["lineItem"]["requiresShipping"] for i in items),
            "fulfillmentLineItems": items,
        }

    def cancel(self, order: Object, fulfillment: Object, moment: str) -> None:
        fulfillment.update(
            status="CANCELLED", displayStatus="CANCELED", updatedAt=moment
        )
        rows = []
        for item in fulfillment["fulfillmentLineItems"]:
            left = item["quantity"]
            for work in order["fulfillmentOrders"]:
                if fulfillment in work["fulfillments"] and work["status"] in PENDING:
                    left -= _give_back(work, item["lineItem"], left)
            if left:
                rows.append((item["lineItem"], left))
        if rows:
            self._add_order(order, fulfillment["location"], rows, moment)
        refresh(order)


def _check(work: Object, chosen: dict[str, int]) -> None:
    if work["status"] not in FULFILLABLE:
        raise Refused(unfulfillable(work), "fulfillment")
    left = everything(work)
    wrong = any(not 0 < chosen[key] <= left.get(key, 0) for key in chosen)
    if wrong or not chosen:
        message = "Invalid fulfillment order line item quantity requested."
        raise Refused(message, "fulfillment")


def _give_back(work: Object, line: Object, quantity: int) -> int:
    """Make quantities of a line open again; return how many."""
    given = 0
    for row in work["lineItems"]:
        if row["lineItem"] is line:
            room = min(row["totalQuantity"] - row["remainingQuantity"], quantity)
            row["remainingQuantity"] += room
            given += room
    return given
