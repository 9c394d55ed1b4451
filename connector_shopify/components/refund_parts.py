# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Translation of an order's refunds and returns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.documents import (
    Refund,
    RefundAdjustment,
    RefundLine,
    RefundPayment,
    RefundShipping,
    Restock,
    Return,
    ReturnLine,
    ReturnState,
)
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts
from .parts import ZERO, MoneySide, amount
from .times import parse_time

RESTOCKS = {
    "RETURN": Restock.RETURN,
    "CANCEL": Restock.CANCEL,
    "NO_RESTOCK": Restock.NONE,
    # of refunds before 2018, which do not say whether the goods had left
    "LEGACY_RESTOCK": Restock.RETURN,
}
STATES = {
    "REQUESTED": ReturnState.REQUESTED,
    "OPEN": ReturnState.OPEN,
    "CLOSED": ReturnState.CLOSED,
    "CANCELED": ReturnState.CANCELLED,
    "DECLINED": ReturnState.CANCELLED,
}
#: transactions that move, or will move, money back
MONEY_BACK = "REFUND"
DONE, PENDING = "SUCCESS", ("PENDING", "AWAITING_RESPONSE")


def refunds(payload: dict[str, Any], side: MoneySide) -> tuple[Refund, ...]:
    """Translate ``Order.refunds`` as queried in order_refunds.graphql.

    Only what was read completely: with the order itself come but the ids.
    """
    rows = payload.get("refunds") or []
    return tuple(_refund(row, side) for row in rows if "createdAt" in row)


def refunded_quantities(payload: dict[str, Any]) -> dict[str, int]:
    """Return {line item id: units that refunds have taken off ``currentQuantity``}."""
    found: dict[str, int] = {}
    for refund in payload.get("refunds") or []:
        for row in _nodes(refund.get("refundLineItems")):
            gid = row["lineItem"]["id"]
            found[gid] = found.get(gid, 0) + row["quantity"]
    return found


def _refund(row: dict[str, Any], side: MoneySide) -> Refund:
    duties = row["duties"] or []
    return Refund(
        external_id=row["id"],
        created_at=_moment(row),
        note=parts.text(row, "note"),
        lines=tuple(_line(node, side) for node in _nodes(row["refundLineItems"])),
        shipping=tuple(
            RefundShipping(
                external_id=node["id"],
                line_id=node["shippingLine"]["id"] or "",
                net=amount(node["subtotalAmountSet"], side),
                tax=amount(node["taxAmountSet"], side),
            )
            for node in _nodes(row["refundShippingLines"])
        ),
        duties=sum((amount(duty["amountSet"], side) for duty in duties), ZERO),
        duty_taxes=sum((_duty_tax(duty, side) for duty in duties), ZERO),
        adjustments=tuple(
            # Shopify counts what was calculated minus what was refunded
            RefundAdjustment(
                external_id=node["id"],
                reason=(node["reason"] or "").lower(),
                net=-amount(node["amountSet"], side),
                tax=-amount(node["taxAmountSet"], side),
            )
            for node in _nodes(row["orderAdjustments"])
        ),
        payments=tuple(
            _payment(node, side)
            for node in _nodes(row["transactions"])
            if node["kind"] == MONEY_BACK and node["status"] in (DONE, *PENDING)
        ),
    )


def _payment(node: dict[str, Any], side: MoneySide) -> RefundPayment:
    return RefundPayment(
        external_id=node["id"],
        gateway=node["gateway"] or "",
        amount=amount(node["amountSet"], side),
        pending=node["status"] in PENDING,
        paid_at=parse_time(node["processedAt"]),
    )


def _line(node: dict[str, Any], side: MoneySide) -> RefundLine:
    return RefundLine(
        external_id=node["id"] or "",
        line_id=node["lineItem"]["id"],
        quantity=Decimal(node["quantity"]),
        net=amount(node["subtotalSet"], side),
        tax=amount(node["totalTaxSet"], side),
        restock=RESTOCKS[node["restockType"]],
        location_id=(node["location"] or {}).get("id", ""),
    )


def _duty_tax(duty: dict[str, Any], side: MoneySide) -> Decimal:
    """Return the tax on a refunded duty: its share of the original's, unrounded."""
    original = duty["originalDuty"]
    price = amount(original["price"], side) if original else ZERO
    if not price:
        return ZERO
    tax = sum((amount(row["priceSet"], side) for row in original["taxLines"]), ZERO)
    return (tax * amount(duty["amountSet"], side) / price).quantize(Decimal("0.01"))


def returns(payload: dict[str, Any]) -> tuple[Return, ...]:
    """Translate ``Order.returns`` as queried in order_returns.graphql."""
    return tuple(
        Return(
            external_id=row["id"],
            name=row["name"],
            state=STATES[row["status"]],
            created_at=_moment(row),
            lines=tuple(_return_line(node) for node in _nodes(row["returnLineItems"])),
            refund_ids=tuple(node["id"] for node in _nodes(row["refunds"])),
            exchange_line_ids=tuple(
                line["id"]
                for node in _nodes(row["exchangeLineItems"])
                for line in node["lineItems"] or ()
            ),
        )
        for row in payload.get("returns") or ()
    )


def _return_line(node: dict[str, Any]) -> ReturnLine:
    # what was not bought in this order has no line to return
    fulfilled = node.get("fulfillmentLineItem") or {}
    reason = node.get("returnReasonDefinition") or {}
    return ReturnLine(
        external_id=node["id"],
        line_id=(fulfilled.get("lineItem") or {}).get("id", ""),
        quantity=Decimal(node["quantity"]),
        processed=Decimal(node["processedQuantity"]),
        reason=reason.get("handle", ""),
        note=parts.text(node, "returnReasonNote") or parts.text(node, "customerNote"),
    )


def _nodes(connection: dict[str, Any] | None) -> Iterable[dict[str, Any]]:
    return connection["nodes"] if connection else ()


def _moment(row: dict[str, Any]) -> datetime:
    moment = parse_time(row["createdAt"])
    if moment is None:
        raise InvalidData(f"{row['id']} has no createdAt.", code="no_time")
    return moment
