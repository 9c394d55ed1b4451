# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Prices of variants as one price and surcharges."""

from decimal import Decimal

import pytest

from odoo.addons.connector_hub.documents import Option, Product, Variant
from odoo.addons.connector_hub.importers.price_plan import price_plan


def plan(prices):
    """:param prices: {(size, color): price}"""
    sizes, colors = (tuple(dict.fromkeys(place)) for place in zip(*prices, strict=True))
    product = Product(
        external_id="P1",
        version="2026-09-01T08:00:00Z",
        title="Shirt",
        options=(
            Option(name="Size", values=sizes),
            Option(name="Color", values=colors),
        ),
        variants=tuple(
            Variant(
                external_id="/".join(values),
                option_values=values,
                price=None if price is None else Decimal(price),
            )
            for values, price in prices.items()
        ),
    )
    return price_plan(product)


@pytest.mark.parametrize(
    "prices",
    [
        {("S", "Red"): 10, ("M", "Red"): 10},
        {("S", "Red"): 10, ("M", "Red"): 12, ("S", "Blue"): 10, ("M", "Blue"): 12},
        # both options cost something
        {("S", "Red"): 10, ("M", "Red"): 12, ("S", "Blue"): 13, ("M", "Blue"): 15},
        # not every combination is sold, and nothing is dearer by one option alone
        {("S", "Red"): 10, ("M", "Red"): 12, ("M", "Blue"): 17, ("L", "Blue"): 18},
    ],
)
def test_prices_are_the_lowest_one_and_surcharges(prices):
    base, extras = plan(prices)
    assert base == 10
    for (size, color), price in prices.items():
        more = extras.get(("Size", size), 0) + extras.get(("Color", color), 0)
        assert base + more == price


@pytest.mark.parametrize(
    "prices",
    [
        {("S", "Red"): 10, ("M", "Red"): 12, ("S", "Blue"): 13, ("M", "Blue"): 99},
        {("S", "Red"): 10, ("M", "Red"): 12, ("L", "Blue"): 17, ("L", "Green"): 19},
        {("S", "Red"): 10, ("M", "Red"): None},
    ],
)
def test_prices_that_options_do_not_explain_have_no_plan(prices):
    assert plan(prices) is None
