# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``refundCreate``, ``suggestedRefund`` and the refund as a root query."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .errors import FieldError, NotSimulated, ScopeMissing
from .identity import type_of
from .refund_figures import RefundRefused, add, currencies_of
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

INPUTS = {
    "orderId",
    "note",
    "notify",
    "currency",
    "refundLineItems",
    "shipping",
    "refundDuties",
    "transactions",
    "allowOverRefunding",
    "refundMethods",
}


def _refund(run: Run, obj: Object, args: Args) -> Any:
    if type_of(args["id"]) != "Refund":
        raise FieldError(f"Invalid id: {args['id']}", "RESOURCE_NOT_FOUND")
    rows = (row for order in run.shop.orders.values() for row in order["refunds"])
    return next((row for row in rows if row["id"] == args["id"]), None)


# === CREATION ===


def _create(run: Run, obj: Object, args: Args) -> Object:
    if "write_orders" not in run.shop.scopes:
        raise ScopeMissing("refundCreate", ("write_orders",))
    values = {key: value for key, value in args["input"].items() if value is not None}
    for name in values.keys() - INPUTS:
        raise NotSimulated(f"RefundInput.{name}")
    if values.get("refundMethods"):
        raise NotSimulated("refunds to store credit")
    order = run.shop.orders.get(values["orderId"])
    if order is None:
        return _refused("Order does not exist", "orderId")
    try:
        refund = run.shop.refunds.make(
            order["id"],
            _lines(values),
            _shipping(values),
            list(_duties(values)),
            transactions=_transactions(order, values),
            note=values.get("note"),
            over=values.get("allowOverRefunding", False),
        )
    except RefundRefused as error:
        return _refused(str(error), *error.field)
    return {"order": order, "refund": refund, "userErrors": []}


def _refused(message: str, *field: str) -> Object:
    error = {
        "__typename": "UserError",
        "field": list(field) or None,
        "message": message,
    }
    return {"order": None, "refund": None, "userErrors": [error]}


def _lines(values: Object) -> list[Any]:
    return [
        (
            row["lineItemId"],
            row["quantity"],
            row.get("restockType") or "NO_RESTOCK",
            row.get("locationId"),
        )
        for row in values.get("refundLineItems") or ()
    ]


def _shipping(values: Object) -> Decimal | str | None:
    shipping = values.get("shipping") or {}
    if shipping.get("fullRefund"):
        return "full"
    return shipping.get("amount")


def _duties(values: Object) -> Iterator[str]:
    for row in values.get("refundDuties") or ():
        if row.get("refundType") == "PROPORTIONAL":
            raise NotSimulated("proportional refund of duties")
        yield row["dutyId"]


def _transactions(order: Object, values: Object) -> list[tuple[Object, Decimal]]:
    """Without any the real shop pays nothing back."""
    found = []
    for place, row in enumerate(values.get("transactions") or ()):
        path = ("transactions", str(place))
        if row["kind"] != "REFUND":
            raise RefundRefused("Transactions kind must be refund", *path, "kind")
        parent = next(
            (
                item
                for item in order["transactions"]
                if item["id"] == row.get("parentId")
            ),
            None,
        )
        if parent is None or parent["gateway"] != row["gateway"]:
            raise RefundRefused("Transactions parent does not exist", *path, "parentId")
        found.append((parent, Decimal(row["amount"])))
    return found


# === SUGGESTION ===


def _suggested(run: Run, obj: Object, args: Args) -> Object:
    for name in ("suggestFullRefund", "refundDuties"):
        if args.get(name):
            raise NotSimulated(f"Order.suggestedRefund({name})")
    if args.get("refundMethodAllocation", "ORIGINAL_PAYMENT_METHODS") not in (
        None,
        "ORIGINAL_PAYMENT_METHODS",
    ):
        raise NotSimulated("refunds to store credit")
    refunds, order = run.shop.refunds, obj
    shipping = "full" if args.get("refundShipping") else args.get("shippingAmount")
    try:
        found = refunds.calculate(order["id"], _lines(args), shipping)
    except RefundRefused as error:
        raise FieldError(str(error), "INVALID") from None
    bag = currencies_of(order).bag
    subtotal = (Decimal(0), Decimal(0))
    for row in found["lines"]:
        subtotal = add(subtotal, row["net"])
    return {
        "__typename": "SuggestedRefund",
        "amountSet": bag(*found["suggested"]),
        "subtotalSet": bag(*subtotal),
        "totalTaxSet": bag(*found["tax"]),
        "maximumRefundableSet": bag(*refunds.refundable(order)),
    }


def _parent(run: Run, obj: Object, args: Args) -> Any:
    return obj.get("parentTransaction")


REFUND_RESOLVERS: Resolvers = {
    ("OrderTransaction", "parentTransaction"): _parent,
    ("QueryRoot", "refund"): _refund,
    ("Order", "suggestedRefund"): _suggested,
    ("Mutation", "refundCreate"): _create,
}
