# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much of a variant can be sold."""

from __future__ import annotations

from decimal import Decimal

from .base import Document, Part


class LocationLevel(Part):
    """What one location of the remote system may promise, in the variant's unit.

    ``on_hand`` also counts what its open orders have reserved; None: not said.
    """

    location_id: str
    available: Decimal
    on_hand: Decimal | None = None


class StockLevel(Document):
    """Levels of one variant; ``external_id`` is the variant's.

    A location that is not listed is not spoken of: its level stays what it is.
    ``stock_ids`` is what the remote keeps the stock under, where that is not the
    variant itself; ``tracked`` is False where it does not keep count.
    """

    sku: str = ""
    tracked: bool = True
    stock_ids: tuple[str, ...] = ()
    levels: tuple[LocationLevel, ...] = ()
