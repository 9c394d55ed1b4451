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

from . import parts
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

    Nothing where the payments are no more than the order's total: they are without the
    change already.
    """
    done = [node for node in nodes if node["status"] == "SUCCESS"]
    sales = {node["id"]: node for node in done if node["kind"] == "SALE"}
    taken = [node for node in done if node["kind"] in ("SALE", "CAPTURE")]
    received = sum((amount(node["amountSet"], side) for node in taken), ZERO)
    total = amount(payload["totalPriceSet"], side)
    found: dict[str, dict[str, Any]] = {}
    for node in done:
        change = amount(node["amountSet"], side)
        if node["kind"] != "CHANGE" or received - change < total:
            continue
        parent = (node["parentTransaction"] or {}).get("id", "")
        alike = [
            sale["id"]
            for sale in sales.values()
            if sale["gateway"] == node["gateway"]
            and amount(sale["amountSet"], side) > change
            and parent in ("", sale["id"])
            and sale["id"] not in found
        ]
        if alike:
            found[alike[-1]] = node
            received -= change
    return found


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
