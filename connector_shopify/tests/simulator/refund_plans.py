# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunds as a shop's staff makes them, chosen at random: for seeded shops."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from .fulfilment_state import delivered
from .refund_figures import RefundRefused

Object = dict[str, Any]

KINDS = ("units", "units", "units", "shipping", "amount", "less", "everything")


def refund_some(shop: Any, gid: str, rng: Random) -> Object | None:
    """Refund something of an order; None when nothing was left to refund."""
    order = shop.orders[gid]
    kind = rng.choice(KINDS)
    left = shop.refunds.refundable(order)[1]
    if kind in ("amount", "shipping", "less") and left <= 2:
        kind = "units"
    try:
        if kind == "amount":
            cents = Decimal(rng.randrange(1, 150)) / 100
            if order["presentmentCurrencyCode"] == "JPY":
                cents = Decimal(rng.randrange(1, 150))
            found: Object = shop.refunds.make(gid, amount=min(cents, left))
            return found
        lines = _units(shop, order, rng, everything=kind == "everything")
        shipping = "full" if kind in ("shipping", "everything") else None
        if kind == "shipping":
            lines = []
        if not lines and not (shipping and order["shippingLines"]):
            return None
        amount = None
        if kind == "less":
            amount = _less(shop, gid, lines)
        found = shop.refunds.make(gid, lines, shipping, amount=amount)
        return found
    except RefundRefused:
        return None


def _less(shop: Any, gid: str, lines: list[Any]) -> Decimal | None:
    suggested: Decimal = shop.refunds.calculate(gid, lines)["suggested"][1]
    return suggested - 1 if suggested > 2 else None


def _units(shop: Any, order: Object, rng: Random, everything: bool) -> list[Any]:
    location = next(iter(shop.collection("locations").objects))
    away, found = still_away(shop, order), []
    for line in order["lineItems"]:
        units = line["refundableQuantity"]
        if not everything and units:
            units = rng.randrange(0, units + 1)
        shipped = away.get(line["id"], 0)
        open_ = line["unfulfilledQuantity"]
        if not units:
            continue
        if units <= open_:
            restock = rng.choice(("CANCEL", "CANCEL", "NO_RESTOCK"))
        elif units <= shipped and not open_:
            restock = rng.choice(("RETURN", "NO_RESTOCK"))
        else:
            restock = "NO_RESTOCK"
        place = location if restock != "NO_RESTOCK" else None
        found.append((line["id"], units, restock, place))
    return found


def still_away(shop: Any, order: Object) -> dict[str, int]:
    """Return {line: units} that were shipped and did not come back."""
    found = delivered(order)
    for refund in shop.truth[order["id"]].refunds:
        for line, units, restock in refund.lines:
            if restock == "RETURN":
                found[line] = found.get(line, 0) - units
    return found
