# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exact money: rounding, allocation of cents, tax, and two-currency shapes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Any

ZERO = Decimal(0)
ZERO_DECIMAL = {"JPY", "KRW", "VND"}

#: Value of one euro; the simulated shop converts with these fixed rates.
PER_EURO = {
    "EUR": Decimal(1),
    "USD": Decimal("1.0837"),
    "GBP": Decimal("0.8571"),
    "CHF": Decimal("0.9412"),
    "JPY": Decimal("161.23"),
    "CAD": Decimal("1.4768"),
}


def quantum(currency: str) -> Decimal:
    return Decimal(1) if currency in ZERO_DECIMAL else Decimal("0.01")


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Round half away from zero to the currency's smallest unit, as Shopify does."""
    return amount.quantize(quantum(currency), ROUND_HALF_UP)


def convert(amount: Decimal, source: str, target: str) -> Decimal:
    if source == target:
        return rounded(amount, target)
    return rounded(amount * PER_EURO[target] / PER_EURO[source], target)


def allocate(
    total: Decimal, weights: Sequence[Decimal], currency: str
) -> list[Decimal]:
    """Split `total` in proportion to `weights`, exact to the smallest unit.

    Every share is rounded down; the units left over go to the largest remainders,
    the earlier line first when they are equal.
    """
    whole = sum(weights, ZERO)
    if not whole:
        return [ZERO for _ in weights]
    unit = quantum(currency)
    exact = [total * weight / whole for weight in weights]
    shares = [share.quantize(unit, ROUND_DOWN) for share in exact]
    left = int((total - sum(shares, ZERO)) / unit)
    order = sorted(range(len(shares)), key=lambda i: (shares[i] - exact[i], i))
    for index in order[:left]:
        shares[index] += unit
    return shares


def taxes_on(
    amount: Decimal, rates: Sequence[Decimal], included: bool, currency: str
) -> list[Decimal]:
    """Return the tax per rate on a discounted amount, each rounded half-up."""
    divisor = 1 + sum(rates, ZERO) if included else Decimal(1)
    return [rounded(amount * rate / divisor, currency) for rate in rates]


def taxed_anew(
    order: dict[str, Any], line: dict[str, Any], net: Decimal, currency: str
) -> list[Decimal]:
    """Return the tax per rate on an amount of a line, where it was taxed at all."""
    rows = line["taxLines"]
    rates = [Decimal(str(row["rate"])) for row in rows]
    taxes = taxes_on(net, rates, order["taxesIncluded"], currency)
    return [
        tax if Decimal(row["priceSet"]["shopMoney"]["amount"]) else ZERO
        for tax, row in zip(taxes, rows, strict=True)
    ]


def amount_text(amount: Decimal) -> str:
    """Write a ``Decimal`` scalar as Shopify does: ``10.0``, ``9.99``, ``1200.0``."""
    text = f"{amount.normalize():f}"
    return text if "." in text else text + ".0"


def money_text(amount: Decimal, currency: str) -> str:
    """Write a ``Money`` scalar: ``10.00``; yen have no decimals."""
    return f"{rounded(amount, currency):f}"


def money_v2(amount: Decimal, currency: str) -> dict[str, str]:
    return {
        "__typename": "MoneyV2",
        "amount": amount_text(amount),
        "currencyCode": currency,
    }


@dataclass(frozen=True, slots=True)
class Currencies:
    """The shop's currency and the one the buyer saw."""

    shop: str
    presentment: str

    def bag(self, shop: Decimal, presentment: Decimal) -> dict[str, dict[str, str]]:
        """Return a ``MoneyBag``."""
        return {
            "shopMoney": money_v2(shop, self.shop),
            "presentmentMoney": money_v2(presentment, self.presentment),
        }

    def zero(self) -> dict[str, dict[str, str]]:
        return self.bag(ZERO, ZERO)


def total_of(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, ZERO)
