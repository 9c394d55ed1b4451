# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prices of variants as one price and what the values of an option cost more."""

from __future__ import annotations

from decimal import Decimal

from ..documents import Product

ZERO = Decimal(0)
Extras = dict[tuple[str, str], Decimal]


def price_plan(product: Product) -> tuple[Decimal, Extras] | None:
    """Return (lowest price, {(option, value): surcharge}) that give all prices exactly.

    None where no single option explains them, or a price is unknown: a wrong price is
    worse than none.
    """
    prices = [variant.price for variant in product.variants]
    known = [price for price in prices if price is not None]
    if not known or len(known) != len(prices):
        return None
    base = min(known)
    if max(known) == base:
        return base, {}
    for place, option in enumerate(product.options):
        extras = _extras_of(product, place, base)
        if extras is not None:
            return base, {(option.name, value): x for value, x in extras.items()}
    return None


def _extras_of(
    product: Product, place: int, base: Decimal
) -> dict[str, Decimal] | None:
    found: dict[str, Decimal] = {}
    for variant in product.variants:
        if len(variant.option_values) <= place or variant.price is None:
            return None
        value, extra = variant.option_values[place], variant.price - base
        if found.setdefault(value, extra) != extra:
            return None
    return found
