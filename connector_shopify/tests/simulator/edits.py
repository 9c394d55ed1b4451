# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a merchant does to an order in the admin: edits, cancellation, risk.

Chosen, because nobody measured it: ``totalPriceSet`` grows with what is added and keeps
what is removed; a removed share of a discount is rounded half up, and taxes are
calculated anew on what is left.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

from .errors import NotSimulated
from .fulfilment_state import PENDING, refresh
from .money import ZERO, Currencies, money_v2, rounded, taxed_anew, taxes_on
from .truth import Amounts, TruthLine, TruthTax

Object = dict[str, Any]
SIDES = ("shopMoney", "presentmentMoney")
#: how many units of a line edits have removed; no field of the API
REMOVED = "_removed"


class Edits:
    """Edits of one shop; with ``emit`` its subscribers hear of them."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    def edit(
        self,
        gid: str,
        quantities: dict[str, int] | None = None,
        add: dict[str, int] | None = None,
        *,
        emit: bool = False,
    ) -> None:
        """Commit an order edit.

        :param quantities: {line item gid: units there are to be}; 0 removes it
        :param add: {variant gid: units}
        """
        with self._changing(gid, emit) as order:
            self._edit(order, quantities or {}, add or {})

    def cancel(self, gid: str, reason: str = "CUSTOMER", *, emit: bool = False) -> None:
        """Cancel an order: nothing of it is delivered any more, money stays."""
        with self._changing(gid, emit, "ORDERS_CANCELLED") as order:
            moment = order["updatedAt"]
            order.update(
                cancelledAt=moment, cancelReason=reason, closed=True, closedAt=moment
            )
            for work in order["fulfillmentOrders"]:
                if work["status"] in PENDING:
                    work["status"] = "CLOSED"
            self.shop.truth[gid].cancelled = True

    def assess(self, gid: str, recommendation: str, *, emit: bool = False) -> None:
        """Let the fraud analysis come to a result."""
        with self._changing(gid, emit) as order:
            order["risk"] = {"recommendation": recommendation}

    @contextmanager
    def _changing(self, gid: str, emit: bool, *topics: str) -> Iterator[Object]:
        with self.shop.lock:
            order = self.shop.orders[gid]
            if order["cancelledAt"]:
                raise ValueError("The order is cancelled.")
            self.shop.touch(gid)
            yield order
            for topic in (*topics, "ORDERS_UPDATED") if emit else ():
                self.shop.emit(gid, topic)

    def _edit(
        self, order: Object, quantities: dict[str, int], add: dict[str, int]
    ) -> None:
        before = [self._worth(order, side) for side in SIDES]
        for line_gid, quantity in quantities.items():
            line = next(row for row in order["lineItems"] if row["id"] == line_gid)
            self._set_quantity(order, line, quantity)
        for variant_gid, quantity in add.items():
            self._add_line(order, self.shop.find(variant_gid), quantity)
        after = [self._worth(order, side) for side in SIDES]
        self._book(order, before, after)
        order["edited"] = True
        refresh(order)
        self._tell_truth(order, before, after)

    # === LINES ===

    def _set_quantity(self, order: Object, line: Object, quantity: int) -> None:
        change = quantity - _ordered(line)
        if change > 0 and line["discountAllocations"]:
            raise NotSimulated("more units of a discounted line")
        if change < 0 and -change > line["unfulfilledQuantity"]:
            raise ValueError("Fulfilled units cannot be removed.")
        if change > 0:
            line["quantity"] += change
            self._tax_anew(order, line)
        else:
            line[REMOVED] = line.get(REMOVED, 0) - change
        line["currentQuantity"] += change
        line["refundableQuantity"] += change
        self._change_work(order, line, change)

    def _tax_anew(self, order: Object, line: Object) -> None:
        """A line without discounts that has grown: its taxes are those of all units."""
        for side in SIDES:
            unit = line["originalUnitPriceSet"][side]
            whole = Decimal(unit["amount"]) * line["quantity"]
            taxes = taxed_anew(order, line, whole, unit["currencyCode"])
            for row, tax in zip(line["taxLines"], taxes, strict=True):
                row["priceSet"] = {
                    **row["priceSet"],
                    side: money_v2(tax, unit["currencyCode"]),
                }

    def _add_line(self, order: Object, variant: Object, quantity: int) -> None:
        gid, _ = self.shop.generator.ids.next("LineItem")
        sample = next((row for row in order["lineItems"] if row["taxLines"]), None)
        item = variant["inventoryItem"]
        line = {
            **order["lineItems"][0],
            "id": gid,
            "name": variant["product"]["title"],
            "title": variant["product"]["title"],
            "variantTitle": None,
            "sku": variant["sku"],
            "vendor": variant["product"]["vendor"],
            "quantity": quantity,
            "currentQuantity": quantity,
            "refundableQuantity": quantity,
            "unfulfilledQuantity": quantity,
            "isGiftCard": False,
            "requiresShipping": item["requiresShipping"],
            "taxable": bool(sample),
            "discountAllocations": [],
            "customAttributes": [],
            "duties": [],
            "product": variant["product"],
            "variant": variant,
            REMOVED: 0,
        }
        line.update(self._price(order, Decimal(variant["price"]), quantity, sample))
        order["lineItems"].append(line)
        self._change_work(order, line, quantity)

    def _price(
        self, order: Object, price: Decimal, quantity: int, sample: Object | None
    ) -> Object:
        """Return the money of a new line: the list price, taxed like the others."""
        shop, there = order["currencyCode"], order["presentmentCurrencyCode"]
        currencies = Currencies(shop, there)
        if shop != there:
            raise NotSimulated("an added line in another currency than the shop's")
        rows = sample["taxLines"] if sample else []
        total = price * quantity
        rates = [Decimal(str(row["rate"])) for row in rows]
        taxes = taxes_on(total, rates, order["taxesIncluded"], shop)
        unit, whole = currencies.bag(price, price), currencies.bag(total, total)
        return {
            "originalUnitPriceSet": unit,
            "discountedUnitPriceSet": unit,
            "discountedUnitPriceAfterAllDiscountsSet": unit,
            "originalTotalSet": whole,
            "discountedTotalSet": whole,
            "totalDiscountSet": currencies.zero(),
            "taxLines": [
                {**row, "priceSet": currencies.bag(tax, tax)}
                for row, tax in zip(rows, taxes, strict=True)
            ],
        }

    def _change_work(self, order: Object, line: Object, change: int) -> None:
        """Let the fulfilment orders know."""
        pending = [w for w in order["fulfillmentOrders"] if w["status"] in PENDING]
        for work in pending:
            for row in work["lineItems"]:
                if row["lineItem"] is line and change:
                    # some of it may be the work of another location
                    part = max(change, -row["remainingQuantity"])
                    row["totalQuantity"] += part
                    row["remainingQuantity"] += part
                    change -= part
        if change > 0:
            fulfilling = self.shop.dispatch.fulfilling
            place = fulfilling.locations[0]
            moment = order["updatedAt"]
            fulfilling._add_order(order, place, [(line, change)], moment)

    # === AMOUNTS ===

    def _worth(self, order: Object, side: str) -> tuple[Decimal, Decimal]:
        """Return (net, tax) of all lines as ordered."""
        rows = [line_worth(order, line, side) for line in order["lineItems"]]
        net = sum((row[0] for row in rows), ZERO)
        return net, sum((sum(row[1], ZERO) for row in rows), ZERO)

    def _book(self, order: Object, before: list[Any], after: list[Any]) -> None:
        nets = [new[0] - old[0] for old, new in zip(before, after, strict=True)]
        taxes = [new[1] - old[1] for old, new in zip(before, after, strict=True)]
        outside = ZERO if order["taxesIncluded"] else Decimal(1)
        totals = [net + tax * outside for net, tax in zip(nets, taxes, strict=True)]
        _add(order, "currentSubtotalPriceSet", nets)
        _add(order, "currentTotalTaxSet", taxes)
        _add(order, "currentTotalPriceSet", totals)
        _add(order, "totalOutstandingSet", totals)
        if totals[0] > 0:
            _add(order, "totalPriceSet", totals)
            _add(order, "totalTaxSet", taxes)
            if order["displayFinancialStatus"] == "PAID":
                order["displayFinancialStatus"] = "PARTIALLY_PAID"

    # === TRUTH ===

    def _tell_truth(self, order: Object, before: list[Any], after: list[Any]) -> None:
        truth = self.shop.truth[order["id"]]
        truth.financial_status = order["displayFinancialStatus"]
        truth.split_discounts = sum(
            bool(line.get(REMOVED) and line["discountAllocations"])
            for line in order["lineItems"]
        )
        sides: tuple[Amounts, ...] = (truth,)
        if truth.presentment is not truth:
            sides = (truth, truth.presentment)
        for amounts, side, old, new in zip(sides, SIDES, before, after, strict=False):
            amounts.lines = truth_lines(order, side)
            tax = new[1] - old[1]
            amounts.tax_total += tax
            amounts.total += new[0] - old[0]
            if not order["taxesIncluded"]:
                amounts.total += tax


def _ordered(line: Object) -> int:
    quantity: int = line["quantity"] - line.get(REMOVED, 0)
    return quantity


def line_worth(order: Object, line: Object, side: str) -> tuple[Decimal, list[Decimal]]:
    """Return (net, taxes) of what was ordered of a line, edits included."""
    unit = line["originalUnitPriceSet"][side]
    currency = unit["currencyCode"]
    kept, whole = _ordered(line), line["quantity"]
    discount = sum(
        (
            Decimal(row["allocatedAmountSet"][side]["amount"])
            for row in line["discountAllocations"]
        ),
        ZERO,
    )
    share = Decimal(kept) / whole if whole else ZERO
    net = Decimal(unit["amount"]) * kept - rounded(discount * share, currency)
    if kept != whole:
        return net, taxed_anew(order, line, net, currency)
    return net, [Decimal(row["priceSet"][side]["amount"]) for row in line["taxLines"]]


def truth_lines(order: Object, side: str) -> list[TruthLine]:
    """Return the lines an importer must arrive at."""
    found = []
    for line in order["lineItems"]:
        kept = _ordered(line)
        if not kept:
            continue
        net, taxes = line_worth(order, line, side)
        rows = zip(line["taxLines"], taxes, strict=True)
        found.append(
            TruthLine(
                line["title"],
                line["sku"],
                line["variant"]["id"] if line["variant"] else None,
                kept,
                net,
                [TruthTax(r["title"], Decimal(str(r["rate"])), tax) for r, tax in rows],
                line["isGiftCard"],
            )
        )
    return found


def _add(order: Object, name: str, amounts: list[Decimal]) -> None:
    """Add to both sides of a MoneyBag, which others may share."""
    bag = order[name]
    order[name] = {
        **bag,
        **{
            side: money_v2(
                Decimal(bag[side]["amount"]) + change, bag[side]["currencyCode"]
            )
            for side, change in zip(SIDES, amounts, strict=True)
        },
    }
