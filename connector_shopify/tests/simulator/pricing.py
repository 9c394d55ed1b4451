# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Price one order in one currency: discounts, allocation, taxes, total.

A two-currency order is priced twice, each side with its own unit prices and its own
rounding, so that both add up to the cent.

Order of work: line discounts, then order discounts on what is left, then shipping
discounts, then tax per line on the discounted amount. Gift cards are neither discounted
nor taxed. Cash rounding belongs to the payment and is not part of the total.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from .money import ZERO, allocate, convert, rounded, taxes_on, total_of

LINES, ORDER, SHIPPING = "lines", "order", "shipping"


@dataclass(slots=True)
class Tax:
    title: str
    rate: Decimal


@dataclass(slots=True)
class LineSpec:
    """`price` is in shop currency; `variant` and `product` stand in the catalogue."""

    title: str
    quantity: int
    price: Decimal
    taxes: list[Tax]
    sku: str | None = None
    variant_title: str | None = None
    vendor: str | None = None
    product: dict[str, Any] | None = None
    variant: dict[str, Any] | None = None
    gift_card: bool = False
    requires_shipping: bool = True
    grams: int = 0
    duty: Decimal = ZERO


@dataclass(slots=True)
class DiscountSpec:
    """`target`: lines (those in `lines`), order, shipping. Percentage or amount."""

    target: str
    title: str
    code: bool
    percentage: Decimal | None = None
    amount: Decimal | None = None
    lines: list[int] = field(default_factory=list)


@dataclass(slots=True)
class ShippingSpec:
    title: str
    code: str
    price: Decimal
    taxes: list[Tax]
    custom: bool = False
    carrier: str | None = None


@dataclass(slots=True)
class OrderSpec:
    currency: str
    presentment: str
    taxes_included: bool
    lines: list[LineSpec]
    discounts: list[DiscountSpec]
    shipping: ShippingSpec | None
    tip: Decimal = ZERO
    cash_step: Decimal = ZERO
    duty_taxes: list[Tax] = field(default_factory=list)


@dataclass(slots=True)
class PricedLine:
    """`allocations`: ``(index of the discount, amount)``; `net` is after them."""

    unit: Decimal
    original: Decimal
    allocations: list[tuple[int, Decimal]]
    net: Decimal
    taxes: list[Decimal]
    duty: Decimal
    duty_taxes: list[Decimal]


@dataclass(slots=True)
class Priced:
    currency: str
    lines: list[PricedLine]
    shipping: PricedLine | None
    tip: Decimal
    duties: Decimal
    tax_total: Decimal
    discount_total: Decimal
    subtotal: Decimal
    shipping_net: Decimal
    total: Decimal
    cash_rounding: Decimal


def price_order(spec: OrderSpec, currency: str) -> Priced:
    """Price `spec` in `currency`, which is its shop or its presentment currency."""
    lines = [_line(line, spec, currency) for line in spec.lines]
    shipping = _shipping(spec, currency)
    for target in (LINES, ORDER, SHIPPING):
        for index, discount in enumerate(spec.discounts):
            if discount.target == target:
                rows = _rows(discount, spec, lines, shipping)
                _discount(index, discount, rows, spec, currency)
    _tax(spec, lines, shipping, currency)
    return _totals(spec, lines, shipping, currency)


def _line(line: LineSpec, spec: OrderSpec, currency: str) -> PricedLine:
    unit = convert(line.price, spec.currency, currency)
    original = unit * line.quantity
    duty = convert(line.duty, spec.currency, currency)
    rates = [tax.rate for tax in spec.duty_taxes] if duty else []
    duty_taxes = taxes_on(duty, rates, spec.taxes_included, currency)
    return PricedLine(unit, original, [], original, [], duty, duty_taxes)


def _shipping(spec: OrderSpec, currency: str) -> PricedLine | None:
    if spec.shipping is None:
        return None
    price = convert(spec.shipping.price, spec.currency, currency)
    return PricedLine(price, price, [], price, [], ZERO, [])


def _rows(
    discount: DiscountSpec,
    spec: OrderSpec,
    lines: list[PricedLine],
    shipping: PricedLine | None,
) -> list[PricedLine]:
    """Return what a discount applies to."""
    if discount.target == SHIPPING:
        return [shipping] if shipping else []
    chosen: Sequence[int] = range(len(lines))
    if discount.target == LINES:
        chosen = discount.lines
    return [lines[index] for index in chosen if not spec.lines[index].gift_card]


def _discount(
    index: int,
    discount: DiscountSpec,
    rows: list[PricedLine],
    spec: OrderSpec,
    currency: str,
) -> None:
    bases = [row.net for row in rows]
    if discount.percentage is not None:
        total = rounded(total_of(bases) * discount.percentage / 100, currency)
    else:
        total = convert(discount.amount or ZERO, spec.currency, currency)
    total = min(total, total_of(bases))
    for row, share in zip(rows, allocate(total, bases, currency), strict=True):
        if share:
            row.allocations.append((index, share))
            row.net -= share


def _tax(
    spec: OrderSpec, lines: list[PricedLine], shipping: PricedLine | None, currency: str
) -> None:
    for line, row in zip(spec.lines, lines, strict=True):
        rates = [tax.rate for tax in line.taxes]
        row.taxes = taxes_on(row.net, rates, spec.taxes_included, currency)
    if spec.shipping and shipping:
        rates = [tax.rate for tax in spec.shipping.taxes]
        shipping.taxes = taxes_on(shipping.net, rates, spec.taxes_included, currency)


def _totals(
    spec: OrderSpec, lines: list[PricedLine], shipping: PricedLine | None, currency: str
) -> Priced:
    rows = lines + ([shipping] if shipping else [])
    subtotal = total_of(row.net for row in lines)
    shipping_net = shipping.net if shipping else ZERO
    tax_total = total_of(total_of(row.taxes) + total_of(row.duty_taxes) for row in rows)
    duties = total_of(row.duty for row in lines)
    tip = convert(spec.tip, spec.currency, currency)
    total = subtotal + shipping_net + tip + duties
    if not spec.taxes_included:
        total += tax_total
    return Priced(
        currency=currency,
        lines=lines,
        shipping=shipping,
        tip=tip,
        duties=duties,
        tax_total=tax_total,
        discount_total=total_of(share for row in rows for _, share in row.allocations),
        subtotal=subtotal,
        shipping_net=shipping_net,
        total=total,
        cash_rounding=_cash_rounding(total, spec.cash_step, currency),
    )


def _cash_rounding(total: Decimal, step: Decimal, currency: str) -> Decimal:
    """Return what rounding to `step` adds to a cash payment: -0.02 for 9.97."""
    if not step:
        return ZERO
    return rounded(total / step, "JPY") * step - total
