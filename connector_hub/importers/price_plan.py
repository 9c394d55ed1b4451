# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prices of variants as one price and what the values of an option cost more."""

from __future__ import annotations

from decimal import Decimal

from ..documents import Product

ZERO = Decimal(0)
Extras = dict[tuple[str, str], Decimal]


def price_plan(product: Product) -> tuple[Decimal, Extras] | None:
    """Return (lowest price, {(option, value): surcharge}) that give all prices exactly.

    None where the options do not explain them, or a price is unknown: a wrong price
    is worse than none.
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
    together = _extras_together(product, base)
    return None if together is None else (base, together)


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


def _extras_together(product: Product, base: Decimal) -> Extras | None:
    """Return surcharges of several options that add up to every price.

    The cheapest variant has none. Each other one may tell a surcharge, as soon as it is
    the only one of it that is not known yet.
    """
    rows = []
    for variant in product.variants:
        if len(variant.option_values) != len(product.options) or variant.price is None:
            return None
        names = (option.name for option in product.options)
        keys = set(zip(names, variant.option_values, strict=True))
        rows.append((keys, variant.price - base))
    found: Extras = {key: ZERO for keys, extra in rows if not extra for key in keys}
    grows = True
    while grows:
        grows = False
        for keys, extra in rows:
            unknown = keys - found.keys()
            if len(unknown) == 1:
                known = sum((found[key] for key in keys & found.keys()), ZERO)
                found[unknown.pop()] = extra - known
                grows = True
    exact = all(
        keys <= found.keys() and sum((found[key] for key in keys), ZERO) == extra
        for keys, extra in rows
    )
    return found if exact else None
