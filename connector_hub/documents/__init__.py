# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Canonical documents: what systems exchange through the hub.

Frozen, validated, versioned; they know neither Odoo nor any remote system.
"""

from .address import Address
from .base import SCHEMA_VERSION, Document, DocumentKind, Money, Part, version_key
from .customer import Customer
from .diff import changes, field_of, flat
from .order import Order, OrderLine, ShippingLine, TaxAmount
from .product import Option, Product, Variant

DOCUMENTS: dict[str, type[Document]] = {
    "customer": Customer,
    "product": Product,
    "order": Order,
}

__all__ = [
    "DOCUMENTS",
    "SCHEMA_VERSION",
    "Address",
    "Customer",
    "Document",
    "DocumentKind",
    "Money",
    "Option",
    "Order",
    "OrderLine",
    "Part",
    "Product",
    "ShippingLine",
    "TaxAmount",
    "Variant",
    "changes",
    "field_of",
    "flat",
    "version_key",
]
