# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shipping in a shop: by its staff and other apps, and by API calls (the ledger)."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any, TypeVar

from .fulfilling import Fulfilling
from .fulfilment_state import FULFILLABLE, PENDING, delivered, everything
from .identity import iso, number_of, rest_time
from .webhooks import Delivery

Object = dict[str, Any]
Result = TypeVar("Result")

CARRIERS = ("DHL Express", "UPS", "DPD")


class Dispatch:
    """`ledger`: what was done by API calls, as (mutation, id of the fulfilment)."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.ledger: list[tuple[str, str]] = []

    @property
    def fulfilling(self) -> Fulfilling:
        found: Fulfilling = self.shop.generator.fulfilling
        return found

    # === LOOKING UP ===

    def owner(self, gid: str) -> tuple[Object, Object] | None:
        """Return (order, fulfilment order or fulfilment), None of an unknown id."""
        for order in self.shop.orders.values():
            for row in (*order["fulfillmentOrders"], *order["fulfillments"]):
                if row["id"] == gid:
                    return order, row
        return None

    def find(self, gid: str) -> Object | None:
        found = self.owner(gid)
        return found[1] if found else None

    def work(self, order_gid: str, place: int = 0) -> Object:
        """Return a fulfilment order of an order."""
        found: Object = self.shop.orders[order_gid]["fulfillmentOrders"][place]
        return found

    # === WHAT THE SHOP'S STAFF DOES ===

    def ship(
        self,
        order_gid: str,
        quantities: dict[str, int] | None = None,
        *,
        number: str = "",
        company: str = "",
        url: str | None = None,
        emit: bool = False,
    ) -> list[Object]:
        """Ship an order, or so many of its lines; one fulfilment per location."""
        tracking = [{"number": number, "company": company or None, "url": url}]
        order = self.shop.orders[order_gid]
        return self.change(
            order,
            lambda moment: ship_lines(
                self.fulfilling, order, quantities, tracking if number else [], moment
            ),
            emit=emit,
        )

    def cancel(self, fulfillment_gid: str, *, emit: bool = False) -> None:
        order, row = self._known(fulfillment_gid)
        self.change(
            order, lambda moment: self.fulfilling.cancel(order, row, moment), emit=emit
        )

    def hold(self, work_gid: str, reason: str = "OTHER", **more: Any) -> None:
        order, work = self._known(work_gid)
        self.change(
            order, lambda _at: self.fulfilling.hold(order, work, reason, **more)
        )

    def release(self, work_gid: str) -> None:
        order, work = self._known(work_gid)
        self.change(order, lambda _at: self.fulfilling.release(order, work))

    def schedule(self, work_gid: str) -> None:
        order, work = self._known(work_gid)
        self.change(order, lambda _at: work.update(status="SCHEDULED"))

    def move(self, work_gid: str, location_gid: str) -> None:
        order, work = self._known(work_gid)
        location = self.shop.find(location_gid)
        self.change(order, lambda _at: self.fulfilling.move(order, work, location, {}))

    def split(self, work_gid: str, quantities: dict[str, int]) -> None:
        """`quantities`: {line item: quantity} of the order."""
        order, work = self._known(work_gid)
        chosen = {
            row["id"]: quantities.get(row["lineItem"]["id"], 0)
            for row in work["lineItems"]
        }
        self.change(order, lambda _at: self.fulfilling.split(order, work, chosen))

    def _known(self, gid: str) -> tuple[Object, Object]:
        found = self.owner(gid)
        if found is None:
            raise KeyError(gid)
        return found

    # === EFFECTS ===

    def change(
        self, order: Object, do: Callable[[str], Result], *, emit: bool = False
    ) -> Result:
        """Do something to an order; it counts as updated, and the truth hears of it.

        :param do: gets the moment
        """
        with self.shop.lock:
            before = len(order["fulfillments"])
            result = do(iso(self.shop.now()))
            self.shop.touch(order["id"], emit=emit)
            self.shop.truth[order["id"]].delivered = delivered(order)
            if emit:
                for row in order["fulfillments"][before:]:
                    self._tell("FULFILLMENTS_CREATE", order, row)
            return result

    def _tell(self, topic: str, order: Object, row: Object) -> None:
        body = json.dumps(fulfillment_body(order, row), ensure_ascii=False).encode()
        for found in list(self.shop.subscriptions.values()):
            if found["topic"] == topic:
                headers = self.shop.webhooks.headers(topic, body, self.shop.now())
                self.shop.webhooks.deliver(
                    Delivery(found["uri"], headers, body, found["id"])
                )


def ship_lines(
    fulfilling: Fulfilling,
    order: Object,
    quantities: dict[str, int] | None,
    tracking: list[Object],
    moment: str,
) -> list[Object]:
    """Ship lines wherever they are assigned; return the fulfilments."""
    left = dict(quantities) if quantities is not None else None
    by_location: dict[str, list[Any]] = {}
    for work in order["fulfillmentOrders"]:
        if work["status"] not in FULFILLABLE:
            continue
        chosen = everything(work)
        if left is not None:
            for row in work["lineItems"]:
                gid = row["lineItem"]["id"]
                taken = min(left.get(gid, 0), row["remainingQuantity"])
                left[gid] = left.get(gid, 0) - taken
                chosen[row["id"]] = taken
        chosen = {key: quantity for key, quantity in chosen.items() if quantity}
        if chosen:
            place = work["assignedLocation"]["location"]["id"]
            by_location.setdefault(place, []).append((work, chosen))
    if left and any(left.values()):
        raise ValueError(f"not open: {left}")
    return [
        fulfilling.ship(order, parts, list(tracking), moment)
        for parts in by_location.values()
    ]


def shipped_before(
    fulfilling: Fulfilling,
    order: Object,
    scenarios: list[str],
    rng: Random,
    share: float,
) -> None:
    """Ship what the store itself has shipped before anybody imports the order.

    "fulfilled", "partly_fulfilled", "two_parcels" by name, or a `share` of all orders.
    """
    traits = ("fulfilled", "partly_fulfilled", "two_parcels")
    trait = next((name for name in traits if name in scenarios), "")
    if not trait and share and rng.random() < share:
        trait = rng.choice((*traits[:1] * 3, *traits[1:]))
    if not trait or not any(w["status"] in PENDING for w in order["fulfillmentOrders"]):
        return
    moment, carrier = order["createdAt"], rng.choice(CARRIERS)
    tracking = [
        {"number": f"T{rng.randrange(10**9):09d}", "company": carrier, "url": None}
    ]
    if trait != "fulfilled":
        some = {
            line["id"]: max(line["quantity"] // 2, 1) for line in order["lineItems"][:2]
        }
        ship_lines(fulfilling, order, some, tracking, moment)
        tracking = [{**tracking[0], "number": f"{tracking[0]['number']}B"}]
    if trait != "partly_fulfilled":
        ship_lines(fulfilling, order, None, tracking, moment)


def fulfillment_body(order: Object, row: Object) -> Object:
    """Return the REST resource, which is the body of webhooks about fulfilments."""
    return {
        "id": int(row["legacyResourceId"]),
        "admin_graphql_api_id": row["id"],
        "order_id": int(order["legacyResourceId"]),
        "name": row["name"].replace("-F", "."),
        "status": row["status"].lower(),
        "created_at": rest_time(row["createdAt"]),
        "updated_at": rest_time(row["updatedAt"]),
        "tracking_company": next((i["company"] for i in row["trackingInfo"]), None),
        "tracking_numbers": [item["number"] for item in row["trackingInfo"]],
        "location_id": number_of(row["location"]["id"]),
        "line_items": [
            {"id": number_of(item["lineItem"]["id"]), "quantity": item["quantity"]}
            for item in row["fulfillmentLineItems"]
        ],
    }
