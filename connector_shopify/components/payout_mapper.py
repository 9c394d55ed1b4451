# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""ShopifyPaymentsPayout (Admin API 2026-10) to the document Payout."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import BalanceEntry, Payout
from odoo.addons.connector_hub.documents.payout import PayoutStatus
from odoo.addons.connector_hub.exceptions import InvalidData

from ..const import GID_PREFIX
from .times import parse_time

STATUSES = {
    "SCHEDULED": PayoutStatus.PLANNED,
    "IN_TRANSIT": PayoutStatus.PLANNED,
    "PAID": PayoutStatus.PAID,
    "FAILED": PayoutStatus.FAILED,
    "CANCELED": PayoutStatus.CANCELLED,
}


class ShopifyPayoutMapper(Component):
    """Payouts of Shopify Payments."""

    _name = "hub.shopify.payout.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.payout"
    _system = "shopify"
    _needed = frozenset({"entries"})

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Payout:
        """Translate what ``PayoutReader`` puts together."""
        issued = parse_time(payload["issuedAt"])
        if issued is None:
            raise InvalidData(f"Payout {payload['id']} has no date.", code="no_time")
        # a withdrawal takes from the bank account, whatever its sign
        amount = Decimal(payload["net"]["amount"])
        if payload["transactionType"] == "WITHDRAWAL":
            amount = -abs(amount)
        return Payout(
            external_id=payload["id"],
            version=issued,
            name=payload["name"],
            status=STATUSES[payload["status"]],
            issued_at=issued,
            currency=payload["net"]["currencyCode"],
            amount=amount,
            trace=payload["externalTraceId"] or "",
            entries=tuple(_entry(node) for node in payload["entries"]),
        )


def _entry(node: dict[str, Any]) -> BalanceEntry:
    moment = parse_time(node["transactionDate"])
    if moment is None:
        raise InvalidData(f"Entry {node['id']} has no date.", code="no_time")
    order = node["associatedOrder"] or {}
    source = node["sourceOrderTransactionId"]
    return BalanceEntry(
        external_id=node["id"],
        type=node["type"].lower(),
        amount=Decimal(node["amount"]["amount"]),
        fee=Decimal(node["fee"]["amount"]),
        booked_at=moment,
        order_id=order.get("id", ""),
        order_name=order.get("name", ""),
        payment_id=f"{GID_PREFIX}OrderTransaction/{source}" if source else "",
        test=bool(node["test"]),
    )
