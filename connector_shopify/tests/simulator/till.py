# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to an order's money after it was placed.

Amounts are ``(shop, presentment)``; the truth hears of all of it.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .money import PER_EURO, ZERO, Currencies, rounded
from .payment import Sides, transaction

Object = dict[str, Any]

#: which transactions bring money, or take some away again
SIGNS = {"SALE": 1, "CAPTURE": 1, "CHANGE": -1}


class Till:
    """The money side of a shop's orders."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    # === EVENTS ===

    def pay(
        self,
        gid: str,
        amount: Decimal | str | None = None,
        *,
        gateway: str = "manual",
        status: str = "SUCCESS",
        kind: str = "SALE",
        emit: bool = False,
    ) -> Object:
        """Add a payment; without `amount`, which the buyer sees, all that is owed."""
        return self._add(gid, kind, gateway, self._sides(gid, amount), status, emit)

    def take_cash(
        self,
        gid: str,
        tendered: Decimal | str,
        amount: Decimal | str | None = None,
        *,
        emit: bool = False,
    ) -> Object:
        """Pay `amount`, or all that is owed, with more cash; return the change."""
        owed, handed = self._sides(gid, amount), self._sides(gid, tendered)
        if handed[1] <= owed[1]:
            raise ValueError("there is no change to give")
        sale = self._add(gid, "SALE", "cash", handed, "SUCCESS", False)
        change = (handed[0] - owed[0], handed[1] - owed[1])
        return self._add(gid, "CHANGE", "cash", change, "SUCCESS", emit, sale)

    def capture(
        self, gid: str, amount: Decimal | str | None = None, *, emit: bool = False
    ) -> Object:
        """Capture the open authorization, or a part of it.

        :raises ValueError: there is none, or not so much
        """
        held = self.held(gid)
        if held is None:
            raise ValueError("nothing is authorized")
        left = self.left(gid, held)
        wanted = self._sides(gid, amount) if amount is not None else left
        if wanted[1] > left[1] or wanted[1] <= 0:
            raise ValueError("more than is authorized")
        return self._add(gid, "CAPTURE", held["gateway"], wanted, "SUCCESS", emit, held)

    def void(self, gid: str, *, emit: bool = False) -> Object:
        """Let the open authorization go."""
        held = self.held(gid)
        if held is None:
            raise ValueError("nothing is authorized")
        left = self.left(gid, held)
        return self._add(gid, "VOID", held["gateway"], left, "SUCCESS", emit, held)

    def settle(self, transaction_gid: str, status: str, *, emit: bool = False) -> str:
        """Let a pending transaction come to its end; return the order's gid."""
        for gid, order in self.shop.orders.items():
            for row in order["transactions"]:
                if row["id"] == transaction_gid:
                    row["status"] = status
                    self._refresh(gid, emit)
                    return gid
        raise KeyError(transaction_gid)

    # === FIGURES ===

    def held(self, gid: str) -> Object | None:
        """Return the authorization that was neither voided nor captured in full."""
        for row in self.shop.orders[gid]["transactions"]:
            if row["kind"] == "AUTHORIZATION" and row["status"] == "SUCCESS":
                if self.left(gid, row)[1] > 0:
                    return row
        return None

    def left(self, gid: str, held: Object) -> Sides:
        """Return what of an authorization can still be captured."""
        shop, there = _amount(held)
        for row in self.shop.orders[gid]["transactions"]:
            parent = row["parentTransaction"]
            if parent and parent["id"] == held["id"] and row["status"] == "SUCCESS":
                if row["kind"] == "VOID":
                    return ZERO, ZERO
                if row["kind"] == "CAPTURE":
                    shop, there = shop - _amount(row)[0], there - _amount(row)[1]
        return shop, there

    def received(self, gid: str) -> Sides:
        """Return what stayed in the shop: the change went back over the counter."""
        shop = there = ZERO
        for row in self.shop.orders[gid]["transactions"]:
            sign = SIGNS.get(row["kind"], 0) if row["status"] == "SUCCESS" else 0
            shop += sign * _amount(row)[0]
            there += sign * _amount(row)[1]
        return shop, there

    def owed(self, gid: str) -> Sides:
        total, received = self._total(gid), self.received(gid)
        return total[0] - received[0], total[1] - received[1]

    # === INSIDE ===

    def _add(
        self,
        gid: str,
        kind: str,
        gateway: str,
        amount: Sides,
        status: str,
        emit: bool,
        parent: Object | None = None,
    ) -> Object:
        order = self.shop.orders[gid]
        moment = self.shop.touch(gid)
        row = transaction(
            self.shop.generator.ids,
            self._currencies(gid),
            kind,
            gateway,
            amount,
            moment,
            status=status,
            parent=parent,
            test=order["test"],
        )
        order["transactions"].append(row)
        if gateway not in order["paymentGatewayNames"]:
            order["paymentGatewayNames"].append(gateway)
        self._refresh(gid, emit)
        return row

    def _refresh(self, gid: str, emit: bool) -> None:
        """Bring what follows from the transactions up to date, and the truth."""
        order, truth = self.shop.orders[gid], self.shop.truth[gid]
        bag = self._currencies(gid).bag
        received, owed = self.received(gid), self.owed(gid)
        status = self._status(gid, received, owed)
        self.shop.touch(
            gid,
            fields={
                "displayFinancialStatus": status,
                "totalReceivedSet": bag(*received),
                "netPaymentSet": bag(*received),
                "totalOutstandingSet": bag(*owed),
            },
        )
        truth.received, truth.presentment.received = received
        truth.financial_status = status
        if emit:
            self.shop.emit(order["id"], "ORDERS_UPDATED")

    def _status(self, gid: str, received: Sides, owed: Sides) -> str:
        if received[1] > 0:
            return "PAID" if owed[1] <= 0 else "PARTIALLY_PAID"
        rows = self.shop.orders[gid]["transactions"]
        if self.held(gid):
            return "AUTHORIZED"
        return "VOIDED" if any(row["kind"] == "VOID" for row in rows) else "PENDING"

    def _total(self, gid: str) -> Sides:
        bag = self.shop.orders[gid]["currentTotalPriceSet"]
        return _sides(bag)

    def _currencies(self, gid: str) -> Currencies:
        order = self.shop.orders[gid]
        return Currencies(order["currencyCode"], order["presentmentCurrencyCode"])

    def _sides(self, gid: str, amount: Decimal | str | None) -> Sides:
        if amount is None:
            return self.owed(gid)
        currencies, there = self._currencies(gid), Decimal(amount)
        rate = PER_EURO[currencies.shop] / PER_EURO[currencies.presentment]
        return rounded(there * rate, currencies.shop), there


def _amount(row: Object) -> Sides:
    return _sides(row["amountSet"])


def _sides(bag: Object) -> Sides:
    return (
        Decimal(bag["shopMoney"]["amount"]),
        Decimal(bag["presentmentMoney"]["amount"]),
    )
