# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A sales order with exact money.

All amounts are in ``Order.currency``, the currency the buyer paid in, as the store
shows them: with taxes inside when ``taxes_included``, else without.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Any

from pydantic import AwareDatetime, Field

from .address import Address
from .base import Document, Money, Part
from .customer import Customer
from .delivery import Delivery
from .hold import Hold, Risk
from .payment import OrderPayment
from .refund import Refund, Return

ZERO = Decimal(0)


class TaxAmount(Part):
    """One tax of one line. ``rate`` is in percent: 19 for 19 %."""

    title: str
    rate: Decimal
    amount: Decimal


class LineKind(Enum):
    """What a line sells."""

    PRODUCT = "product"
    CUSTOM = "custom"
    GIFT_CARD = "gift_card"


class OrderLine(Part):
    """One line; ``discount`` is the sum of all allocations, line and order level."""

    external_id: str
    kind: LineKind = LineKind.PRODUCT
    title: str
    sku: str = ""
    barcode: str = ""
    #: id of the variant, empty when the store deleted it or never had one
    variant_id: str = ""
    quantity: Decimal
    unit_price: Decimal
    discount: Decimal = ZERO
    taxes: tuple[TaxAmount, ...] = ()
    requires_shipping: bool = True
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def net(self) -> Decimal:
        """The exact amount of the line after every discount."""
        return self.unit_price * self.quantity - self.discount


class ShippingLine(Part):
    """One delivery charge."""

    external_id: str = ""
    title: str
    code: str = ""
    price: Decimal
    discount: Decimal = ZERO
    taxes: tuple[TaxAmount, ...] = ()

    @property
    def net(self) -> Decimal:
        """The exact amount after discounts."""
        return self.price - self.discount


class Order(Document):
    """An order at a point in time: the newest state of its header and lines."""

    name: str
    placed_at: AwareDatetime
    cancelled_at: AwareDatetime | None = None
    cancel_reason: str = ""
    test: bool = False
    currency: str = Field(min_length=3, max_length=3)
    taxes_included: bool = False
    customer: Customer
    billing: Address | None = None
    shipping: Address | None = None
    lines: tuple[OrderLine, ...] = ()
    shipping_lines: tuple[ShippingLine, ...] = ()
    tip: Decimal = ZERO
    duties: Decimal = ZERO
    duty_taxes: tuple[TaxAmount, ...] = ()
    #: adjustment of cash payments, outside ``total``
    cash_rounding: Decimal = ZERO
    #: what the buyer owes: lines, shipping, taxes, tip and duties
    total: Decimal
    total_tax: Decimal = ZERO
    #: the same total in the store's own currency
    shop_total: Money | None = None
    #: shipments, the oldest first
    deliveries: tuple[Delivery, ...] = ()
    refunds: tuple[Refund, ...] = ()
    returns: tuple[Return, ...] = ()
    #: what the buyer has not paid yet; None: the store does not say
    outstanding: Decimal | None = None
    risk: Risk = Risk.NONE
    holds: tuple[Hold, ...] = ()
    financial_status: str = ""
    fulfillment_status: str = ""
    payment_gateways: tuple[str, ...] = ()
    #: oldest first
    payments: tuple[OrderPayment, ...] = ()
    purchase_order: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def duty_line(self) -> ShippingLine:
        """The duties as a charge of their own."""
        return ShippingLine(title="", price=self.duties, taxes=self.duty_taxes)

    @property
    def taxed(self) -> tuple[OrderLine | ShippingLine, ...]:
        """Everything that may be taxed."""
        return (*self.lines, *self.shipping_lines, self.duty_line)

    def _unsaid(self) -> dict[str, Any]:
        # the buyer's account changes with every order; the order does not
        return {**super()._unsaid(), "customer": {"version": True}}
