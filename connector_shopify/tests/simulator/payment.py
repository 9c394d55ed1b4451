# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an order was paid: status, gateways, transactions, received amounts.

`received` excludes cash rounding: the coins in the drawer are `received` plus
``totalCashRoundingAdjustment.paymentSet`` (Shopify Admin API 2026-10 schema).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from . import samples
from .identity import Ids
from .money import ZERO, Currencies, convert, money_v2, rounded
from .pricing import Priced

Object = dict[str, Any]
Sides = tuple[Decimal, Decimal]

#: gateways that are only a note of what happened elsewhere
MANUAL = {"manual", "cash", "bank_deposit"}
#: what Shopify Payments takes of each payment: a share, and a fixed amount
FEE_RATE, FEE_FLAT = Decimal("0.029"), Decimal("0.30")


@dataclass(slots=True)
class Payment:
    """`received` is ``(shop, presentment)``."""

    status: str
    gateways: list[str]
    transactions: list[Object]
    received: Sides


class PaymentGenerator:
    def __init__(self, rng: Random, ids: Ids) -> None:
        self.rng = rng
        self.ids = ids

    def pay(
        self, scenarios: list[str], shop: Priced, presentment: Priced, moment: str
    ) -> Payment:
        self.currencies = Currencies(shop.currency, presentment.currency)
        self.moment = moment
        self.test = "test" in scenarios
        total = (shop.total, presentment.total)
        gateway = self._gateway(scenarios)
        if "cancelled" in scenarios:
            held = self._row("AUTHORIZATION", gateway, total)
            rows = [held, self._row("VOID", gateway, total, held)]
            return Payment("VOIDED", [gateway], rows, (ZERO, ZERO))
        if "unpaid" in scenarios:
            return Payment("PENDING", ["manual"], [], (ZERO, ZERO))
        if "authorized" in scenarios:
            row = self._row("AUTHORIZATION", gateway, total)
            return Payment("AUTHORIZED", [gateway], [row], (ZERO, ZERO))
        if "partially_paid" in scenarios:
            half = self._part(total, Decimal("0.5"))
            row = self._row("SALE", gateway, half)
            return Payment("PARTIALLY_PAID", [gateway], [row], half)
        return self._paid(scenarios, gateway, shop, presentment)

    def _gateway(self, scenarios: list[str]) -> str:
        if self.test:
            return "bogus"
        return (
            "cash"
            if "cash_rounding" in scenarios
            else self.rng.choice(samples.GATEWAYS)
        )

    def _paid(
        self, scenarios: list[str], gateway: str, shop: Priced, presentment: Priced
    ) -> Payment:
        total = (shop.total, presentment.total)
        if "paid_with_gift_card" in scenarios:
            card = self._part(total, Decimal("0.3"))
            rest = (total[0] - card[0], total[1] - card[1])
            rows = [
                self._row("SALE", "gift_card", card),
                self._row("SALE", gateway, rest),
            ]
            return Payment("PAID", ["gift_card", gateway], rows, total)
        row = self._row("SALE", gateway, total)
        if "cash_rounding" in scenarios:
            rounding = (shop.cash_rounding, presentment.cash_rounding)
            row["amountRoundingSet"] = self.currencies.bag(*rounding)
        return Payment("PAID", [gateway], [row], total)

    def _part(self, total: Sides, share: Decimal) -> Sides:
        shop = rounded(total[0] * share, self.currencies.shop)
        presentment = rounded(total[1] * share, self.currencies.presentment)
        if self.currencies.shop == self.currencies.presentment:
            presentment = convert(shop, self.currencies.shop, self.currencies.shop)
        return shop, presentment

    def _row(
        self, kind: str, gateway: str, amount: Sides, parent: Object | None = None
    ) -> Object:
        return transaction(
            self.ids,
            self.currencies,
            kind,
            gateway,
            amount,
            self.moment,
            parent=parent,
            test=self.test,
        )


def transaction(
    ids: Ids,
    currencies: Currencies,
    kind: str,
    gateway: str,
    amount: Sides,
    moment: str,
    *,
    status: str = "SUCCESS",
    parent: Object | None = None,
    test: bool = False,
) -> Object:
    """Return an ``OrderTransaction``."""
    gid, _ = ids.next("OrderTransaction")
    return {
        "__typename": "OrderTransaction",
        "id": gid,
        "kind": kind,
        "status": status,
        "gateway": gateway,
        "formattedGateway": gateway.replace("_", " ").title(),
        "amountSet": currencies.bag(*amount),
        "amountRoundingSet": None,
        "createdAt": moment,
        "processedAt": moment,
        "test": test,
        "manualPaymentGateway": gateway in MANUAL,
        "parentTransaction": parent,
        "fees": _fees(ids, currencies.shop, kind, gateway, amount[0]),
    }


def fee_of(amount: Decimal, currency: str) -> Decimal:
    """Return what Shopify Payments keeps of a payment in the shop's currency."""
    return rounded(abs(amount) * FEE_RATE + FEE_FLAT, currency)


def _fees(
    ids: Ids, currency: str, kind: str, gateway: str, amount: Decimal
) -> list[Object]:
    if gateway != "shopify_payments" or kind not in ("SALE", "CAPTURE"):
        return []
    gid, _ = ids.next("TransactionFee")
    return [
        {
            "__typename": "TransactionFee",
            "id": gid,
            "type": "processing_fee",
            "rate": str(FEE_RATE),
            "rateName": None,
            "flatFeeName": None,
            "amount": money_v2(fee_of(amount, currency), currency),
            "flatFee": money_v2(rounded(FEE_FLAT, currency), currency),
            "taxAmount": money_v2(ZERO, currency),
        }
    ]
