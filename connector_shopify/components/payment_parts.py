# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's OrderTransaction (Admin API 2026-10) to the parts of an order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.documents import (
    Money,
    OrderPayment,
    PaymentFee,
    PaymentKind,
    PaymentStatus,
)
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts, refund_parts
from .parts import ZERO, MoneySide, amount
from .times import parse_time

#: SUGGESTED_REFUND is a calculation, not a transaction
KINDS = {
    "AUTHORIZATION": PaymentKind.AUTHORIZATION,
    "EMV_AUTHORIZATION": PaymentKind.AUTHORIZATION,
    "SALE": PaymentKind.SALE,
    "CAPTURE": PaymentKind.CAPTURE,
    "VOID": PaymentKind.VOID,
    "REFUND": PaymentKind.REFUND,
    "CHANGE": PaymentKind.CHANGE,
}
#: whatever else there is has not moved money yet
STATUSES = {
    "SUCCESS": PaymentStatus.SUCCESS,
    "FAILURE": PaymentStatus.FAILED,
    "ERROR": PaymentStatus.FAILED,
}


def payments(payload: dict[str, Any], side: MoneySide) -> tuple[OrderPayment, ...]:
    """Translate ``Order.transactions``, oldest first.

    A cash payment says what was handed over; what the till gave back is taken off.
    """
    nodes = [row for row in payload.get("transactions") or () if row["kind"] in KINDS]
    given = _change_given(nodes, payload, side)
    found = [
        _payment(node, payload["currencyCode"], side, given.get(node["id"]))
        for node in nodes
    ]
    return tuple(sorted(found, key=_age))


def _change_given(
    nodes: list[dict[str, Any]], payload: dict[str, Any], side: MoneySide
) -> dict[str, dict[str, Any]]:
    """Return {payment: the change that was given for it}.

    Nothing where the payments are without the change already. What stayed with the
    store tells which it is: unlike the total, it is right of orders that are paid in
    part, or edited after they were paid.

    :raises InvalidData: it is neither the one nor the other
    """
    done = [node for node in nodes if node["status"] == "SUCCESS"]
    changes = [
        node
        for node in done
        if node["kind"] == "CHANGE" and amount(node["amountSet"], side)
    ]
    if not changes:
        return {}
    taken = [node for node in done if node["kind"] in ("SALE", "CAPTURE")]
    received, kept = _sum(taken, side), _kept(payload, side)
    if received == kept:
        return {}
    sales = [node for node in taken if node["kind"] == "SALE"]
    found = _matched(changes, sales, side)
    if len(found) < len(changes) or received - _sum(changes, side) != kept:
        raise _unclear(payload)
    return found


def _kept(payload: dict[str, Any], side: MoneySide) -> Decimal | None:
    """Return what the store received of an order, before it paid anything back.

    What is outstanding is what the order is worth now, less what was received and not
    paid back.
    """
    outstanding = payload.get("totalOutstandingSet")
    if not outstanding:
        return None
    # paid back beyond, or below, what was refunded: no part of the order's total
    beyond = sum(
        (
            row.net
            for refund in refund_parts.refunds(payload, side)
            for row in refund.adjustments
        ),
        ZERO,
    )
    worth = amount(payload["currentTotalPriceSet"], side) - beyond
    back = amount(payload["totalRefundedSet"], side)
    return worth + back - amount(outstanding, side)


def _matched(
    changes: list[dict[str, Any]], sales: list[dict[str, Any]], side: MoneySide
) -> dict[str, dict[str, Any]]:
    """Return {payment: change} as far as there is one for each."""
    found: dict[str, dict[str, Any]] = {}
    for node in changes:
        change = amount(node["amountSet"], side)
        parent = (node["parentTransaction"] or {}).get("id", "")
        alike = [
            sale["id"]
            for sale in sales
            if sale["gateway"] == node["gateway"]
            and amount(sale["amountSet"], side) > change
            and parent in ("", sale["id"])
            and sale["id"] not in found
        ]
        if alike:
            found[alike[-1]] = node
    return found


def _sum(nodes: list[dict[str, Any]], side: MoneySide) -> Decimal:
    return sum((amount(node["amountSet"], side) for node in nodes), ZERO)


def _unclear(payload: dict[str, Any]) -> InvalidData:
    return InvalidData(
        f"Change was given for order {payload['name']} in Shopify, and what is"
        " outstanding of it does not tell how much of the cash was kept.",
        title="How much cash was kept of an order cannot be told.",
        remedy="Retry: a payment or refund may have been on its way. If that does not"
        " help, enter the order and its payments by hand from what Shopify shows, then"
        " skip the message.",
        code="change_unclear",
        field="payments",
    )


def _age(payment: OrderPayment) -> tuple[str, int, str]:
    moment = payment.processed_at.isoformat() if payment.processed_at else ""
    return moment, len(payment.external_id), payment.external_id


def _payment(
    node: dict[str, Any],
    currency: str,
    side: MoneySide,
    change: dict[str, Any] | None,
) -> OrderPayment:
    given = (change or {}).get("amountSet")
    here = amount(node["amountSet"], "shop") - amount(given, "shop")
    return OrderPayment(
        external_id=node["id"],
        kind=KINDS[node["kind"]],
        status=STATUSES.get(node["status"], PaymentStatus.PENDING),
        gateway=parts.text(node, "gateway"),
        gateway_title=parts.text(node, "formattedGateway"),
        amount=amount(node["amountSet"], side) - amount(given, side),
        rounding=amount(node["amountRoundingSet"], side),
        shop_amount=Money(amount=here, currency=currency),
        processed_at=parse_time(node["processedAt"] or node["createdAt"]),
        parent_id=(node["parentTransaction"] or {}).get("id", ""),
        test=bool(node["test"]),
        manual=bool(node["manualPaymentGateway"]),
        fees=tuple(_fee(fee) for fee in node["fees"] or ()),
    )


def _fee(node: dict[str, Any]) -> PaymentFee:
    return PaymentFee(
        type=node["type"],
        amount=Decimal(node["amount"]["amount"]),
        tax=Decimal((node["taxAmount"] or {}).get("amount", "0")),
        currency=node["amount"]["currencyCode"],
    )
