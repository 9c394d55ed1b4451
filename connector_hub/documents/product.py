# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A product with its variants."""

from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from .base import Document, Part
from .detail import Detail

#: how a picture is named that Odoo alone has; its checksum follows
OWN_PICTURE = "odoo:"


class Option(Part):
    """A way in which variants differ: ("Size", ("S", "M"))."""

    name: str
    values: tuple[str, ...] = ()


class Variant(Part):
    """What is bought, priced and stocked.

    ``price``, ``compare_at_price`` and ``cost`` are in the store's currency per
    piece; ``weight`` is in kilograms. ``origin`` is the record the sender knows it
    by, so that the ids of what was created can be told to him. ``active`` is False
    for what is not sold any more. ``stock_id`` is what the remote keeps its stock
    under, where that is not the variant itself. ``image`` as in ``Product``.
    """

    external_id: str
    origin: str = ""
    active: bool = True
    title: str = ""
    sku: str = ""
    barcode: str = ""
    price: Decimal | None = None
    compare_at_price: Decimal | None = None
    cost: Decimal | None = None
    weight: Decimal | None = None
    tracked: bool = True
    stock_id: str = ""
    requires_shipping: bool = True
    taxable: bool = True
    image: str = ""
    image_id: str = ""
    details: tuple[Detail, ...] = ()
    #: one value per option of the product, in the order of ``Product.options``
    option_values: tuple[str, ...] = ()


class Product(Document):
    """A product as a shop shows it.

    ``image`` is what its main picture is known by: the address it has there, or
    ``odoo:`` and a checksum while Odoo alone has it. ``image_id`` is the picture's id
    there; what Odoo says names only one that it has put there itself.
    ``collections`` and ``channels`` are ids: which groups of products it is in, and
    where it is offered.
    """

    partial_lists: ClassVar[frozenset[str]] = frozenset({"details"})

    title: str
    description_html: str = ""
    vendor: str = ""
    product_type: str = ""
    status: str = ""
    tags: tuple[str, ...] = ()
    is_gift_card: bool = False
    image: str = ""
    image_id: str = ""
    details: tuple[Detail, ...] = ()
    collections: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    variants: tuple[Variant, ...] = ()
