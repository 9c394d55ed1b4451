# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``orderCapture``, ``orderMarkAsPaid``, ``transactionVoid``, and what they depend on.

Unmeasured, so chosen here: the words of the refusals, but for "Order cannot be marked
as paid."; and that an open authorization forbids marking.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .run import Resolver, Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

MARKABLE = ("PENDING", "PARTIALLY_PAID")


def _error(message: str, *field: str) -> Object:
    return {"__typename": "UserError", "field": list(field) or None, "message": message}


def _capture(run: Run, obj: Object, args: Args) -> Object:
    given = args["input"]
    problem = _capture_problem(run, given)
    if problem:
        return {"transaction": None, "userErrors": [problem]}
    row = run.shop.till.capture(given["id"], given["amount"])
    return {"transaction": row, "userErrors": []}


def _capture_problem(run: Run, given: Object) -> Object | None:
    order = run.shop.orders.get(given["id"])
    if order is None:
        return _error("Order does not exist", "id")
    held = run.shop.till.held(given["id"])
    if held is None or held["id"] != given["parentTransactionId"]:
        return _error("Transaction is not capturable", "parentTransactionId")
    two = order["currencyCode"] != order["presentmentCurrencyCode"]
    if given.get("currency", order["presentmentCurrencyCode"]) != (
        order["presentmentCurrencyCode"]
    ) or (two and not given.get("currency")):
        return _error("Currency must be the order's presentment currency", "currency")
    left = run.shop.till.left(given["id"], held)[1]
    if not 0 < Decimal(given["amount"]) <= left:
        return _error("Amount exceeds the amount that can be captured", "amount")
    return None


def _mark(run: Run, obj: Object, args: Args) -> Object:
    order = run.shop.orders.get(args["input"]["id"])
    if order is None:
        return {"order": None, "userErrors": [_error("Order does not exist", "id")]}
    if not _can_mark(run, order):
        problem = _error("Order cannot be marked as paid.", "id")
        return {"order": None, "userErrors": [problem]}
    run.shop.till.pay(order["id"])
    return {"order": order, "userErrors": []}


def _void(run: Run, obj: Object, args: Args) -> Object:
    for gid in run.shop.orders:
        held = run.shop.till.held(gid)
        if held and held["id"] == args["parentTransactionId"]:
            return {"transaction": run.shop.till.void(gid), "userErrors": []}
    problem = _error("Transaction does not exist", "parentTransactionId")
    return {"transaction": None, "userErrors": [problem]}


def _can_mark(run: Run, order: Object) -> bool:
    return (
        order["displayFinancialStatus"] in MARKABLE
        and run.shop.till.owed(order["id"])[1] > 0
        and not run.shop.till.held(order["id"])
    )


def _of_order(read: Any) -> Resolver:
    return lambda run, order, args: read(run, order)


PAYMENTS: Resolvers = {
    ("Mutation", "orderCapture"): _capture,
    ("Mutation", "orderMarkAsPaid"): _mark,
    ("Mutation", "transactionVoid"): _void,
    ("Order", "canMarkAsPaid"): _of_order(_can_mark),
    ("Order", "capturable"): _of_order(
        lambda run, order: run.shop.till.held(order["id"]) is not None
    ),
    ("Order", "fullyPaid"): _of_order(
        lambda run, order: run.shop.till.owed(order["id"])[1] <= 0
    ),
}
