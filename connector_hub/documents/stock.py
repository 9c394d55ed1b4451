# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much of a variant can be sold."""

from __future__ import annotations

from decimal import Decimal

from .base import Document, Part


class LocationLevel(Part):
    """What one location of the remote system may promise, in the variant's unit."""

    location_id: str
    available: Decimal


class StockLevel(Document):
    """Levels of one variant; ``external_id`` is the variant's.

    A location that is not listed is not spoken of: its level stays what it is.
    """

    sku: str = ""
    levels: tuple[LocationLevel, ...] = ()
