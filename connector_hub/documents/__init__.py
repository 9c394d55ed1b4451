# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Canonical documents: what systems exchange through the hub.

Frozen, validated, versioned; they know neither Odoo nor any remote system.
"""

from .address import Address
from .base import SCHEMA_VERSION, Document, DocumentKind, Money, Part, version_key
from .delivery import Delivery, DeliveryLine
from .company import Company, CompanyContact, CompanyLocation
from .customer import Customer, CustomerAddress, CustomerCompany
from .detail import Detail
from .diff import changes, field_of, flat, left_out
from .fulfillment import Fulfillment, FulfillmentLine
from .hold import Hold, Risk
from .invoice import Invoice, InvoiceLine, InvoiceState, InvoiceType, PaymentState
from .gone import Departure, Gone
from .merge import Conflict, Decision, Ownership, merge, news, renderings
from .order import Order, OrderLine, ShippingLine, TaxAmount
from .order_tags import OrderTags
from .payment import OrderPayment, PaymentFee, PaymentKind, PaymentStatus
from .payout import BalanceEntry, Payout
from .price import ListPrice, Price
from .settlement import Capture, Settlement
from .product import OWN_PICTURE, Option, Product, Variant
from .prune import without
from .refund import (
    Refund,
    RefundAdjustment,
    RefundLine,
    RefundOrder,
    RefundPayment,
    RefundShipping,
    Restock,
    Return,
    ReturnLine,
    ReturnState,
)
from .stock import LocationLevel, StockLevel

DOCUMENTS: dict[str, type[Document]] = {
    "customer": Customer,
    "company": Company,
    "product": Product,
    "order": Order,
    "stock": StockLevel,
    "price": Price,
    "fulfillment": Fulfillment,
    "invoice": Invoice,
    "refund": RefundOrder,
    "payout": Payout,
    "settlement": Settlement,
    "order_tags": OrderTags,
}

__all__ = [
    "DOCUMENTS",
    "OWN_PICTURE",
    "SCHEMA_VERSION",
    "Address",
    "BalanceEntry",
    "Capture",
    "Conflict",
    "Company",
    "CompanyContact",
    "CompanyLocation",
    "Customer",
    "CustomerAddress",
    "Delivery",
    "DeliveryLine",
    "CustomerCompany",
    "Departure",
    "Decision",
    "Detail",
    "Document",
    "DocumentKind",
    "Fulfillment",
    "FulfillmentLine",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "InvoiceType",
    "ListPrice",
    "LocationLevel",
    "Gone",
    "Hold",
    "Money",
    "Option",
    "Order",
    "OrderLine",
    "OrderPayment",
    "OrderTags",
    "Ownership",
    "Part",
    "PaymentFee",
    "PaymentKind",
    "PaymentState",
    "PaymentStatus",
    "Payout",
    "Price",
    "Product",
    "Refund",
    "RefundAdjustment",
    "RefundLine",
    "RefundOrder",
    "RefundPayment",
    "RefundShipping",
    "Restock",
    "Return",
    "ReturnLine",
    "ReturnState",
    "Risk",
    "Settlement",
    "ShippingLine",
    "StockLevel",
    "TaxAmount",
    "Variant",
    "changes",
    "field_of",
    "flat",
    "left_out",
    "merge",
    "news",
    "renderings",
    "version_key",
    "without",
]
