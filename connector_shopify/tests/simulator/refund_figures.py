# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a refund comes to: lines, shipping, duties, and what is left to pay back.

Amounts are ``(shop, presentment)``.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .money import PER_EURO, ZERO, Currencies, rounded

Object = dict[str, Any]
Sides = tuple[Decimal, Decimal]
#: (line item, units, restock type, location or None)
Wanted = tuple[str, int, str, str | None]

NOTHING: Sides = (ZERO, ZERO)
MONEY_KINDS = ("SALE", "CAPTURE")


class RefundRefused(ValueError):
    """What the real shop refuses; `field` is the path in the input."""

    def __init__(self, message: str, *field: str) -> None:
        super().__init__(message)
        self.field = list(field)


class RefundFigures:
    """The arithmetic of one shop's refunds."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    def calculate(
        self,
        gid: str,
        lines: Sequence[Wanted] = (),
        shipping: Decimal | str | None = None,
        duties: Sequence[str] = (),
    ) -> Object:
        """Return the parts of a refund and what of it is to be paid back.

        `shipping`: "full", or an amount the buyer sees, taxes as the order shows them.

        :raises RefundRefused: more than was bought, or is left of the shipping
        """
        order = self.shop.orders[gid]
        found = {
            "lines": [
                self._line(order, wanted, place) for place, wanted in enumerate(lines)
            ],
            "shipping": self._shipping(order, shipping),
            "duties": self._duties(order, duties),
        }
        value = self._value(order, found)
        owed = self.outstanding(order)
        left = self.refundable(order)
        found["value"] = value
        found["suggested"] = both(
            lambda v, o, f: max(min(v - max(o, ZERO), f), ZERO), value, owed, left
        )
        return found

    def refundable(self, order: Object) -> Sides:
        """Return what was received and not paid back yet."""
        received, back = NOTHING, NOTHING
        for row in order["transactions"]:
            if row["status"] == "SUCCESS" and row["kind"] in MONEY_KINDS:
                received = add(received, sides(row["amountSet"]))
            if row["status"] == "SUCCESS" and row["kind"] == "CHANGE":
                received = add(received, sides(row["amountSet"]), -1)
            if row["status"] in ("SUCCESS", "PENDING") and row["kind"] == "REFUND":
                back = add(back, sides(row["amountSet"]))
        return add(received, back, -1)

    def outstanding(self, order: Object) -> Sides:
        """Return what the buyer still owes of what the order is worth now."""
        adjusted = NOTHING
        for refund in order["refunds"]:
            for row in refund["orderAdjustments"]:
                adjusted = add(adjusted, sides(row["amountSet"]))
        worth = add(sides(order["currentTotalPriceSet"]), adjusted)
        return add(worth, self.refundable(order), -1)

    def _line(self, order: Object, wanted: Wanted, place: int) -> Object:
        line_gid, quantity, restock, location = wanted
        line = next((row for row in order["lineItems"] if row["id"] == line_gid), None)
        path = ("refundLineItems", str(place))
        if line is None:
            raise RefundRefused("Line item does not exist", *path, "lineItemId")
        if quantity > line["refundableQuantity"] or quantity <= 0:
            raise RefundRefused(
                "Quantity cannot refund more items than were purchased",
                *path,
                "quantity",
            )
        if restock == "CANCEL" and quantity > line["unfulfilledQuantity"]:
            raise RefundRefused(
                "Quantity cannot remove more than the fulfillable quantity",
                *path,
                "quantity",
            )
        before = line["quantity"] - line["refundableQuantity"]
        net = add(
            both(lambda unit: unit * line["quantity"], sides_of(line, "originalUnit")),
            total(line["discountAllocations"], "allocatedAmountSet"),
            -1,
        )
        tax = total(line["taxLines"], "priceSet")
        share = self._share(order, line["quantity"], before, quantity)
        return {
            "line": line,
            "quantity": quantity,
            "restock": restock,
            "location": location,
            "net": share(net),
            "tax": share(tax),
        }

    def _share(self, order: Object, whole: int, before: int, units: int) -> Any:
        """Return a function that gives the part of an amount for some units.

        Cumulative, so that all units together are the whole to the cent.
        """
        currencies = currencies_of(order)
        names = (currencies.shop, currencies.presentment)

        def share(amount: Sides) -> Sides:
            parts = [
                rounded(side * (before + units) / whole, name)
                - rounded(side * before / whole, name)
                for side, name in zip(amount, names, strict=True)
            ]
            return parts[0], parts[1]

        return share

    def _shipping(self, order: Object, wanted: Decimal | str | None) -> Object | None:
        if wanted is None or not order["shippingLines"]:
            return None
        line = order["shippingLines"][0]
        gone = [
            row
            for refund in order["refunds"]
            for row in refund["refundShippingLines"]
            if row["shippingLine"] is line
        ]
        net = sides(line["discountedPriceSet"])
        tax = total(line["taxLines"], "priceSet")
        left = add(net, total(gone, "subtotalAmountSet"), -1)
        tax_left = add(tax, total(gone, "taxAmountSet"), -1)
        if wanted == "full":
            return {"line": line, "net": left, "tax": tax_left}
        amount = self.both_sides(order, Decimal(wanted))
        if amount[1] > left[1]:
            raise RefundRefused(
                "Shipping amount cannot be greater than the refundable shipping",
                "shipping",
                "amount",
            )
        names = currencies_of(order)
        taxes = (
            rounded(tax[0] * amount[0] / net[0], names.shop),
            rounded(tax[1] * amount[1] / net[1], names.presentment),
        )
        return {"line": line, "net": amount, "tax": both(min, taxes, tax_left)}

    def _duties(self, order: Object, wanted: Sequence[str]) -> list[Object]:
        gone = {
            row["originalDuty"]["id"]
            for refund in order["refunds"]
            for row in refund["duties"]
        }
        known = {
            duty["id"]: duty for row in order["lineItems"] for duty in row["duties"]
        }
        for gid in wanted:
            if gid not in known or gid in gone:
                raise RefundRefused("Duty does not exist", "refundDuties")
        return [known[gid] for gid in wanted]

    def _value(self, order: Object, found: Object) -> Sides:
        rows = [*found["lines"], *([found["shipping"]] if found["shipping"] else [])]
        value, tax = NOTHING, NOTHING
        for row in rows:
            value, tax = add(value, row["net"]), add(tax, row["tax"])
        for duty in found["duties"]:
            value = add(value, sides(duty["price"]))
            tax = add(tax, total(duty["taxLines"], "priceSet"))
        found["tax"] = tax
        return value if order["taxesIncluded"] else add(value, tax)

    def both_sides(self, order: Object, there: Decimal) -> Sides:
        names = currencies_of(order)
        rate = PER_EURO[names.shop] / PER_EURO[names.presentment]
        return rounded(there * rate, names.shop), there


# === MONEY ===


def sides(bag: Object | None) -> Sides:
    if not bag:
        return NOTHING
    return (
        Decimal(bag["shopMoney"]["amount"]),
        Decimal(bag["presentmentMoney"]["amount"]),
    )


def sides_of(line: Object, name: str) -> Sides:
    return sides(line[f"{name}PriceSet"])


def add(left: Sides, right: Sides, sign: int = 1) -> Sides:
    return left[0] + sign * right[0], left[1] + sign * right[1]


def both(function: Any, *amounts: Sides) -> Sides:
    here, there = zip(*amounts, strict=True)
    return function(*here), function(*there)


def total(rows: Sequence[Object], key: str) -> Sides:
    total = NOTHING
    for row in rows:
        total = add(total, sides(row[key]))
    return total


def currencies_of(order: Object) -> Currencies:
    return Currencies(order["currencyCode"], order["presentmentCurrencyCode"])
