# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Goods of an order that left."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from pydantic import AwareDatetime

from .base import Document, DocumentKind, Part


class FulfillmentLine(Part):
    """``external_id`` is the id of the order's line; a line is named once."""

    external_id: str
    sku: str = ""
    title: str = ""
    quantity: Decimal


class Fulfillment(Document):
    """One shipment of one order: each counts, and later ones do not replace it.

    ``tracking_*`` may become known after the goods have left.
    """

    kind: ClassVar[DocumentKind] = DocumentKind.EVENT

    name: str
    #: id of the order in the system the document goes to, or comes from
    order_id: str
    order_name: str = ""
    shipped_at: AwareDatetime | None = None
    cancelled: bool = False
    #: id of the location the goods left, when it is mapped
    location_id: str = ""
    carrier: str = ""
    tracking_number: str = ""
    tracking_url: str = ""
    lines: tuple[FulfillmentLine, ...] = ()
    #: ids there of all shipments it became, when the goods leave from several places
    shipment_ids: tuple[str, ...] = ()
    #: ids there of the shipments that other deliveries of the order became
    other_shipment_ids: tuple[str, ...] = ()
