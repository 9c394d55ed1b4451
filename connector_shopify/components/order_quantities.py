# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was ordered, edits included and refunds not.

A line's ``quantity``, discounts and taxes count every unit there ever was, while its
``currentQuantity`` and the order's ``current…`` totals lack what an edit removed and
what was refunded (shopify.dev, LineItem and Order, 2026-10). An edit changes what is to
be delivered and paid; a refund is a document of its own. So of an edited order the
current figures count, with everything added that its refunds took off.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.exceptions import InvalidData

from . import refund_parts
from .parts import ZERO, MoneySide, amount

ONE = Decimal(1)
#: digits of an amount that is a share of another; the books round it
SHARE = Decimal("0.000001")


@dataclass(frozen=True)
class Figures:
    """Quantities and totals of one order."""

    edited: bool
    total: Decimal
    total_tax: Decimal
    #: {line item id: units that refunds have taken off}; of edited orders only
    refunded: dict[str, int]

    @classmethod
    def of(cls, payload: dict[str, Any], side: MoneySide) -> Figures:
        """Read what an order's payload says.

        :raises InvalidData: it was edited, and its refunds were not read
        """
        if not payload["edited"]:
            return cls(
                False,
                amount(payload["totalPriceSet"], side),
                amount(payload["totalTaxSet"], side),
                {},
            )
        refunds = refund_parts.refunds(payload, side)
        if not refunds and amount(payload["totalRefundedSet"], side):
            raise _unknown_refunds(payload)
        # what was paid back beyond or below its lines is no part of the totals
        values = [refund.model_copy(update={"adjustments": ()}) for refund in refunds]
        included = payload["taxesIncluded"]
        return cls(
            True,
            amount(payload["currentTotalPriceSet"], side)
            + sum((refund.value(included) for refund in values), ZERO),
            amount(payload["currentTotalTaxSet"], side)
            + sum((refund.tax for refund in values), ZERO),
            refund_parts.refunded_quantities(payload),
        )

    def quantity(self, node: dict[str, Any]) -> Decimal:
        """Return the units of a line that were ordered."""
        if not self.edited:
            return Decimal(node["quantity"])
        return Decimal(node["currentQuantity"] + self.refunded.get(node["id"], 0))

    def share(self, node: dict[str, Any]) -> Decimal:
        """Return the part of a line's discounts and taxes that counts."""
        if not node["quantity"]:
            return ONE
        return self.quantity(node) / Decimal(node["quantity"])


def shared(value: Decimal, share: Decimal) -> Decimal:
    """Return a share of an amount; exact when it is all of it."""
    return value if share == ONE else (value * share).quantize(SHARE)


def _unknown_refunds(payload: dict[str, Any]) -> InvalidData:
    return InvalidData(
        f"Order {payload['name']} was edited and refunded in Shopify, and its refunds"
        " could not be read.",
        title="Refunds of edited orders could not be read.",
        remedy="Retry. If that does not help, enter this order by hand from what"
        " Shopify shows, then skip the message.",
        code="edited_and_refunded",
    )
