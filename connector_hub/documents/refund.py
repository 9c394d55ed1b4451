# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was given back of an order: money (refunds) and goods (returns).

Amounts are positive, in the order's currency, and stand as the order's own do: with
taxes inside when ``Order.taxes_included``, else without.
"""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from pydantic import AwareDatetime

from .base import Document, Part

ZERO = Decimal(0)


class Restock(Enum):
    """What becomes of the goods of a refunded line.

    ``RETURN``: they had been delivered and are back. ``CANCEL``: they will not be
    delivered. ``NONE``: money only; what is to be delivered stays so.
    """

    RETURN = "return"
    CANCEL = "cancel"
    NONE = "none"


class RefundLine(Part):
    """Some units of one order line; ``net`` is for all of them."""

    external_id: str = ""
    #: ``OrderLine.external_id``
    line_id: str
    quantity: Decimal
    net: Decimal = ZERO
    tax: Decimal = ZERO
    restock: Restock = Restock.NONE
    #: where the goods are put back
    location_id: str = ""


class RefundShipping(Part):
    """A part, or all, of one delivery charge."""

    external_id: str = ""
    #: ``ShippingLine.external_id``
    line_id: str = ""
    net: Decimal
    tax: Decimal = ZERO


class RefundAdjustment(Part):
    """What was refunded beyond its lines; negative: what was kept back of them."""

    external_id: str = ""
    reason: str = ""
    net: Decimal
    tax: Decimal = ZERO


class RefundPayment(Part):
    """Money that went back, or is on its way (``pending``)."""

    external_id: str
    gateway: str = ""
    amount: Decimal
    pending: bool = False
    paid_at: AwareDatetime | None = None


class Refund(Part):
    """One refund. It never changes, but for payments that were pending."""

    external_id: str
    created_at: AwareDatetime
    note: str = ""
    #: ``Return.external_id`` of the return it settles
    return_id: str = ""
    lines: tuple[RefundLine, ...] = ()
    shipping: tuple[RefundShipping, ...] = ()
    duties: Decimal = ZERO
    duty_taxes: Decimal = ZERO
    adjustments: tuple[RefundAdjustment, ...] = ()
    payments: tuple[RefundPayment, ...] = ()

    def value(self, taxes_included: bool) -> Decimal:
        """Return by how much the refund reduces what the order is worth."""
        value = sum((net for net, _tax in self._amounts), self.duties)
        if not taxes_included:
            value += self.tax
        return value

    @property
    def tax(self) -> Decimal:
        """The taxes of everything refunded."""
        return sum((tax for _net, tax in self._amounts), self.duty_taxes)

    @property
    def _amounts(self) -> list[tuple[Decimal, Decimal]]:
        return [
            *((line.net, line.tax) for line in self.lines),
            *((charge.net, charge.tax) for charge in self.shipping),
            *((row.net, row.tax) for row in self.adjustments),
        ]

    @property
    def paid(self) -> Decimal:
        """The money that went back for sure."""
        return sum((row.amount for row in self.payments if not row.pending), ZERO)


class ReturnState(Enum):
    """How far a return is: asked for, expected, over, or called off."""

    REQUESTED = "requested"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ReturnLine(Part):
    """Some units of an order line that come back; ``processed``: how many are."""

    external_id: str
    line_id: str
    quantity: Decimal
    processed: Decimal = ZERO
    reason: str = ""
    note: str = ""


class Return(Part):
    """Goods a buyer sends back, with or without a refund."""

    external_id: str
    name: str = ""
    state: ReturnState
    created_at: AwareDatetime
    lines: tuple[ReturnLine, ...] = ()
    refund_ids: tuple[str, ...] = ()
    #: ``OrderLine.external_id`` of what is sent instead
    exchange_line_ids: tuple[str, ...] = ()


class RefundOrder(Document):
    """A refund that Odoo asks a system to make: ``external_id`` is empty until then.

    ``total`` is what the buyer gets back, taxes included.
    """

    order_id: str
    name: str = ""
    currency: str
    total: Decimal
    lines: tuple[RefundLine, ...] = ()
    shipping: Decimal = ZERO
    reason: str = ""
    #: the order's refunds that Odoo knows of: of others it must hear first
    known: tuple[str, ...] = ()
