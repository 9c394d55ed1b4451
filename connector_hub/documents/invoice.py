# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""An invoice or credit note, and how far it is paid."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import Enum

from pydantic import Field

from .base import Document, Part


class InvoiceType(Enum):
    """What the amounts, which are positive for both, mean to the buyer."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class InvoiceState(Enum):
    """Only a posted one counts."""

    DRAFT = "draft"
    POSTED = "posted"
    CANCELLED = "cancelled"


class PaymentState(Enum):
    """``IN_PAYMENT``: paid as far as the buyer is concerned, not yet at the bank."""

    NOT_PAID = "not_paid"
    IN_PAYMENT = "in_payment"
    PARTIAL = "partial"
    PAID = "paid"
    REVERSED = "reversed"


class InvoiceLine(Part):
    """``external_id`` is the id of the order's line, "" for what was added later.

    ``net`` is the line's amount after discounts and without taxes.
    """

    external_id: str = ""
    sku: str = ""
    title: str = ""
    quantity: Decimal
    net: Decimal


class Invoice(Document):
    """All amounts are in ``currency``; ``residual`` is what is still owed."""

    name: str = ""
    type: InvoiceType = InvoiceType.INVOICE
    state: InvoiceState
    payment_state: PaymentState = PaymentState.NOT_PAID
    #: ids of the orders in the system the document goes to, or comes from
    order_ids: tuple[str, ...] = ()
    #: number of the invoice that a credit note takes back
    reverses: str = ""
    currency: str = Field(min_length=3, max_length=3)
    total: Decimal
    total_tax: Decimal
    residual: Decimal
    issued_on: date | None = None
    due_on: date | None = None
    lines: tuple[InvoiceLine, ...] = ()
