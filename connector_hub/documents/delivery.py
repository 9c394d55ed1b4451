# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What left of an order, as the store knows it: told by whoever has shipped it."""

from __future__ import annotations

from decimal import Decimal

from pydantic import AwareDatetime

from .base import Part


class DeliveryLine(Part):
    """``external_id`` is ``OrderLine.external_id``; a line is named once."""

    external_id: str
    quantity: Decimal


class Delivery(Part):
    """One shipment. ``cancelled``: it counts no more, the goods never arrived."""

    external_id: str
    name: str = ""
    created_at: AwareDatetime
    cancelled: bool = False
    #: where the goods left, as the store calls it
    location_id: str = ""
    carrier: str = ""
    tracking_numbers: tuple[str, ...] = ()
    tracking_urls: tuple[str, ...] = ()
    lines: tuple[DeliveryLine, ...] = ()
