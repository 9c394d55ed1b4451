# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a payment provider pays out to the bank, and what it is made of."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum

from pydantic import AwareDatetime, Field

from .base import Document, Part

ZERO = Decimal(0)


class PayoutStatus(Enum):
    """Only ``PAID`` has left the provider."""

    PLANNED = "planned"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


class BalanceEntry(Part):
    """One movement of the provider's balance: ``amount - fee`` changes it.

    ``amount`` is negative for refunds, disputes and what the provider takes.
    """

    external_id: str
    #: the provider's word: "charge", "refund", "adjustment" ...
    type: str
    amount: Decimal
    fee: Decimal = ZERO
    booked_at: AwareDatetime
    #: the order and its transaction (see ``OrderPayment``), when it concerns one
    order_id: str = ""
    order_name: str = ""
    payment_id: str = ""
    test: bool = False

    @property
    def net(self) -> Decimal:
        """What of it reaches the bank."""
        return self.amount - self.fee


class Payout(Document):
    """One transfer to, or from, the bank; ``amount`` is negative for the latter."""

    name: str
    status: PayoutStatus
    issued_at: AwareDatetime
    currency: str = Field(min_length=3, max_length=3)
    amount: Decimal
    #: how the bank's own statement names it
    trace: str = ""
    entries: tuple[BalanceEntry, ...] = ()
