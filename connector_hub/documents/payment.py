# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How an order was, or is to be, paid: one part per transaction of its gateway."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from pydantic import AwareDatetime, Field

from .base import Money, Part

ZERO = Decimal(0)


class PaymentKind(Enum):
    """``AUTHORIZATION`` reserves money, ``CAPTURE`` takes what was reserved, ``SALE``
    does both at once, ``VOID`` lets it go. ``CHANGE`` is what the till gave back."""

    AUTHORIZATION = "authorization"
    SALE = "sale"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    CHANGE = "change"


class PaymentStatus(Enum):
    """Only ``SUCCESS`` moved money; ``PENDING`` still may."""

    PENDING = "pending"
    SUCCESS = "success"
    FAILED = "failed"


class PaymentFee(Part):
    """What the gateway keeps of a payment, ``tax`` not included."""

    type: str = ""
    amount: Decimal
    tax: Decimal = ZERO
    currency: str = Field(min_length=3, max_length=3)


class OrderPayment(Part):
    """One transaction. ``amount`` and ``rounding`` are in the order's currency.

    ``amount`` is what of the order it settles; what the till took in coins is
    ``amount + rounding``.
    """

    external_id: str
    kind: PaymentKind
    status: PaymentStatus
    #: the gateway's stable name, and how people know it
    gateway: str = ""
    gateway_title: str = ""
    amount: Decimal
    rounding: Decimal = ZERO
    #: the same amount in the store's own currency
    shop_amount: Money | None = None
    processed_at: AwareDatetime | None = None
    #: the transaction this one captures, voids or refunds
    parent_id: str = ""
    test: bool = False
    #: a person said so; no gateway took part
    manual: bool = False
    fees: tuple[PaymentFee, ...] = ()

    @property
    def is_received(self) -> bool:
        """Whether the store has this money."""
        return self.status is PaymentStatus.SUCCESS and self.kind in (
            PaymentKind.SALE,
            PaymentKind.CAPTURE,
        )
