# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An order is paid as far as Odoo is concerned: the store is to know."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from .base import Document, Part

ZERO = Decimal(0)


class Capture(Part):
    """Money to be taken; ``external_id``: the payment that reserved it."""

    external_id: str
    amount: Decimal
    #: what was captured of it before, as far as Odoo knows
    taken: Decimal = ZERO
    currency: str = Field(min_length=3, max_length=3)


class Settlement(Document):
    """``external_id``: the order. Without captures, the money came another way."""

    name: str = ""
    captures: tuple[Capture, ...] = ()
    paid: bool = True
