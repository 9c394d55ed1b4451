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
from .parts import MoneySide, amount
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
    """Translate ``Order.transactions``, oldest first."""
    found = [
        _payment(node, payload["currencyCode"], side)
        for node in payload.get("transactions") or ()
        if node["kind"] in KINDS
    ]
    return tuple(sorted(found, key=_age))


def _age(payment: OrderPayment) -> tuple[str, int, str]:
    moment = payment.processed_at.isoformat() if payment.processed_at else ""
    return moment, len(payment.external_id), payment.external_id


def _payment(node: dict[str, Any], currency: str, side: MoneySide) -> OrderPayment:
    return OrderPayment(
        external_id=node["id"],
        kind=KINDS[node["kind"]],
        status=STATUSES.get(node["status"], PaymentStatus.PENDING),
        gateway=parts.text(node, "gateway"),
        gateway_title=parts.text(node, "formattedGateway"),
        amount=amount(node["amountSet"], side),
        rounding=amount(node["amountRoundingSet"], side),
        shop_amount=Money(amount=amount(node["amountSet"], "shop"), currency=currency),
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
