# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Resolvers of the mutations about fulfilment orders and fulfilments."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .errors import FieldError, NotSimulated
from .fulfilment_state import Refused, everything
from .run import Resolver, Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]


def _payload(kind: str, *names: str) -> Callable[[Any], Resolver]:
    """Turn a function that may raise `Refused` into a resolver.

    :param kind: type of the payload's userErrors
    :param names: keys that are null when it is refused
    """

    def wrap(function: Any) -> Resolver:
        def resolve(run: Run, obj: Object, args: Args) -> Object:
            try:
                return {**function(run, args), "userErrors": []}
            except Refused as error:
                row = {
                    "__typename": kind,
                    "field": error.field,
                    "message": error.message,
                    "code": error.code,
                }
                return {**dict.fromkeys(names), "userErrors": [row]}

        return resolve

    return wrap


def _owned(run: Run, gid: str) -> tuple[Object, Object]:
    found: tuple[Object, Object] | None = run.shop.dispatch.owner(gid)
    if found is None:
        raise FieldError("invalid id", "RESOURCE_NOT_FOUND")
    return found


def _chosen(rows: list[Object] | None) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows or ():
        if row["id"] in found:
            raise NotSimulated("one fulfilment order line twice")
        found[row["id"]] = row["quantity"]
    return found


def _tracking(values: Object | None) -> list[Object]:
    values = values or {}
    numbers = values.get("numbers") or [values.get("number")]
    urls = values.get("urls") or [values.get("url")]
    rows = []
    for place, number in enumerate(numbers):
        url = urls[place] if place < len(urls) else None
        if number or url or values.get("company"):
            row = {"number": number, "url": url, "company": values.get("company")}
            rows.append({"__typename": "FulfillmentTrackingInfo", **row})
    return rows


# === FULFILMENTS ===


@_payload("UserError", "fulfillment")
def _create(run: Run, args: Args) -> Object:
    values = args["fulfillment"]
    if values.get("originAddress"):
        raise NotSimulated("FulfillmentInput.originAddress")
    groups = values["lineItemsByFulfillmentOrder"]
    owned = [_owned(run, group["fulfillmentOrderId"]) for group in groups]
    places = {work["assignedLocation"]["location"]["id"] for _order, work in owned}
    if len(places) != 1 or len({order["id"] for order, _work in owned}) != 1:
        raise NotSimulated("one fulfilment of several locations or orders")
    parts = [
        (work, _chosen(group.get("fulfillmentOrderLineItems")) or everything(work))
        for (_order, work), group in zip(owned, groups, strict=True)
    ]
    order, dispatch = owned[0][0], run.shop.dispatch
    tracking = _tracking(values.get("trackingInfo"))
    found = dispatch.change(
        order,
        lambda moment: dispatch.fulfilling.ship(order, parts, tracking, moment),
        emit=True,
    )
    dispatch.ledger.append(("fulfillmentCreate", found["id"]))
    if values.get("notifyCustomer"):
        dispatch.ledger.append(("notified", found["id"]))
    return {"fulfillment": found}


def _fulfillment(run: Run, gid: str, message: str, field: str) -> tuple[Object, Object]:
    found: tuple[Object, Object] | None = run.shop.dispatch.owner(gid)
    if found is None or found[1]["__typename"] != "Fulfillment":
        raise Refused(message, field)
    if found[1]["status"] == "CANCELLED":
        raise NotSimulated("changes of a cancelled fulfilment")
    return found


@_payload("UserError", "fulfillment")
def _track(run: Run, args: Args) -> Object:
    order, row = _fulfillment(
        run, args["fulfillmentId"], "Fulfillment does not exist.", "fulfillmentId"
    )
    tracking = _tracking(args["trackingInfoInput"])
    dispatch = run.shop.dispatch
    dispatch.change(
        order,
        lambda moment: row.update(trackingInfo=tracking, updatedAt=moment),
        emit=True,
    )
    dispatch.ledger.append(("fulfillmentTrackingInfoUpdate", row["id"]))
    return {"fulfillment": row}


@_payload("UserError", "fulfillment")
def _cancel(run: Run, args: Args) -> Object:
    order, row = _fulfillment(run, args["id"], "Fulfillment not found.", "id")
    run.shop.dispatch.cancel(row["id"], emit=True)
    run.shop.dispatch.ledger.append(("fulfillmentCancel", row["id"]))
    return {"fulfillment": row}


# === FULFILMENT ORDERS ===


@_payload(
    "FulfillmentOrderHoldUserError",
    "fulfillmentOrder",
    "fulfillmentHold",
    "remainingFulfillmentOrder",
)
def _hold(run: Run, args: Args) -> Object:
    order, work = _owned(run, args["id"])
    values = dict(args["fulfillmentHold"])
    if values.pop("fulfillmentOrderLineItems", None) or values.pop("externalId", None):
        raise NotSimulated("holds of single lines, or with an external id")
    dispatch = run.shop.dispatch
    hold = dispatch.change(
        order, lambda _at: dispatch.fulfilling.hold(order, work, **values)
    )
    return {
        "fulfillmentOrder": work,
        "fulfillmentHold": hold,
        "remainingFulfillmentOrder": None,
    }


@_payload("FulfillmentOrderReleaseHoldUserError", "fulfillmentOrder")
def _release(run: Run, args: Args) -> Object:
    if args.get("holdIds") or args.get("externalId"):
        raise NotSimulated("release of single holds")
    _order, work = _owned(run, args["id"])
    run.shop.dispatch.release(work["id"])
    return {"fulfillmentOrder": work}


@_payload(
    "FulfillmentOrderMoveFulfillmentOrderMoveUserError",
    "movedFulfillmentOrder",
    "originalFulfillmentOrder",
    "remainingFulfillmentOrder",
)
def _move(run: Run, args: Args) -> Object:
    order, work = _owned(run, args["id"])
    location = run.shop.find(args["newLocationId"])
    if location is None:
        raise Refused("Location not found.", "newLocationId")
    chosen = _chosen(args.get("fulfillmentOrderLineItems"))
    dispatch = run.shop.dispatch
    moved = dispatch.change(
        order, lambda _at: dispatch.fulfilling.move(order, work, location, chosen)
    )
    return {
        "movedFulfillmentOrder": moved,
        "originalFulfillmentOrder": work,
        "remainingFulfillmentOrder": None if moved is work else work,
    }


@_payload("FulfillmentOrderSplitUserError", "fulfillmentOrderSplits")
def _split(run: Run, args: Args) -> Object:
    found, dispatch = [], run.shop.dispatch
    for row in args["fulfillmentOrderSplits"]:
        order, work = _owned(run, row["fulfillmentOrderId"])
        chosen = _chosen(row["fulfillmentOrderLineItems"])
        if not chosen:
            raise Refused(
                "You must select at least one item to split.",
                "fulfillmentOrderSplits",
                code="NO_LINE_ITEMS_PROVIDED_TO_SPLIT",
            )
        taken = dispatch.change(
            order,
            lambda _at, o=order, w=work, c=chosen: dispatch.fulfilling.split(o, w, c),
        )
        found.append(
            {
                "fulfillmentOrder": work,
                "remainingFulfillmentOrder": taken,
                "replacementFulfillmentOrder": None,
            }
        )
    return {"fulfillmentOrderSplits": found}


FULFILMENT_MUTATIONS: Resolvers = {
    ("Mutation", "fulfillmentCreate"): _create,
    ("Mutation", "fulfillmentTrackingInfoUpdate"): _track,
    ("Mutation", "fulfillmentCancel"): _cancel,
    ("Mutation", "fulfillmentOrderHold"): _hold,
    ("Mutation", "fulfillmentOrderReleaseHold"): _release,
    ("Mutation", "fulfillmentOrderMove"): _move,
    ("Mutation", "fulfillmentOrderSplit"): _split,
}
