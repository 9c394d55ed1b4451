# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a variant costs."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from .base import Document, Part


class ListPrice(Part):
    """The price in one price list or catalogue, whose id ``external_id`` is."""

    external_id: str
    price: Decimal
    currency: str = Field(min_length=3, max_length=3)


class Price(Document):
    """The price of one piece of a variant; ``external_id`` is the variant's.

    ``compare_at_price`` is the price before a reduction; None when there is none.
    ``cost`` is what a piece costs the seller. ``parent_id`` is the remote id of the
    product the variant belongs to, where it is known. ``lists`` are prices for some
    buyers only.
    """

    sku: str = ""
    parent_id: str = ""
    price: Decimal
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    currency: str = Field(min_length=3, max_length=3)
    lists: tuple[ListPrice, ...] = ()
