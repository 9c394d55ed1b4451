# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tells a store that an order is paid: captures, or marks it."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import Settlement
from odoo.addons.connector_hub.exceptions import Rejected

from .pages import not_found
from .parts import ZERO

#: seconds after which a capture shows in the order
VISIBLE_AFTER = 120.0
#: a capture in progress will come to its end
TAKEN = ("SUCCESS", "PENDING", "AWAITING_RESPONSE")


class ShopifySettlementMapper(Component):
    """Settlements as the sender takes them."""

    _name = "hub.shopify.settlement.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.settlement"
    _system = "shopify"

    @staticmethod
    def to_payload(document: Settlement, **options: Any) -> dict[str, Any]:
        """Return what is to be captured; nothing means: mark it as paid."""
        return {
            "captures": [
                {
                    "parentTransactionId": capture.external_id,
                    "amount": str(capture.amount),
                    "taken": str(capture.taken),
                    "currency": capture.currency,
                }
                for capture in document.captures
            ]
        }


class ShopifySettlementSender(Component):
    """``orderCapture`` and ``orderMarkAsPaid`` know no idempotency key: each order is
    read before, and after an unknown outcome."""

    _name = "hub.shopify.settlement.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.settlement"

    def operations(self) -> dict[str, Operation]:
        """Return the one operation: an order is there already."""
        return {
            "update": Operation(
                "orderCapture, orderMarkAsPaid",
                Safety.PROBED,
                visible_after=VISIBLE_AFTER,
            )
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Settle orders, one call after the other."""
        return {push.record: self._settle(push) for push in pushes}

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look whether the money was taken, or the order marked."""
        return {
            push.record: Probed(self._is_done(push), push.remote_id) for push in pushes
        }

    def _is_done(self, push: Push) -> bool:
        order = self._order(push)
        if order is None or order["fullyPaid"]:
            return True
        captured, captures = _captured(order), push.payload["captures"]
        return bool(captures) and not any(_missing(row, captured) for row in captures)

    def _settle(self, push: Push) -> Pushed:
        order = self._order(push)
        if order is None:
            return Pushed(error=not_found(push.remote_id))
        if not order["fullyPaid"]:
            captured = _captured(order)
            captures = push.payload["captures"]
            for row in captures:
                amount = _missing(row, captured)
                if amount:
                    self._capture(order, row, amount)
            if not captures:
                self._mark(order)
        return Pushed(push.remote_id)

    def _order(self, push: Push) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.client.query(
            "order_money", id=push.remote_id
        )["order"]
        return found

    def _capture(
        self, order: dict[str, Any], row: dict[str, str], amount: Decimal
    ) -> None:
        values = {
            "id": order["id"],
            "parentTransactionId": row["parentTransactionId"],
            "amount": str(amount),
            "currency": row["currency"],
        }
        data = self.client.execute("order_capture", {"input": values})
        self._check(order, data["orderCapture"]["userErrors"], "capture")

    def _mark(self, order: dict[str, Any]) -> None:
        if not order["canMarkAsPaid"]:
            raise Rejected(
                f"Shopify does not let order {order['name']} be marked as paid.",
                title="Orders cannot be marked as paid in Shopify.",
                remedy="An open authorization is the usual reason: capture or void it"
                " in Shopify, then retry; or skip the message.",
                code="mark_as_paid",
            )
        data = self.client.execute("order_mark_as_paid", {"input": {"id": order["id"]}})
        self._check(order, data["orderMarkAsPaid"]["userErrors"], "mark_as_paid")

    def _check(
        self, order: dict[str, Any], errors: list[dict[str, Any]], code: str
    ) -> None:
        if errors:
            raise Rejected(
                f"Shopify refuses the payment of order {order['name']}:"
                f" {errors[0]['message']}",
                title="Payments of orders are refused by Shopify.",
                remedy="Look at the order's payments in Shopify, then retry or skip.",
                code=code,
            )


def _captured(order: dict[str, Any]) -> dict[str, Decimal]:
    """Return {authorization: what was captured of it}."""
    found: dict[str, Decimal] = {}
    for row in order["transactions"]:
        if row["kind"] == "CAPTURE" and row["status"] in TAKEN:
            parent = (row["parentTransaction"] or {}).get("id", "")
            amount = Decimal(row["amountSet"]["presentmentMoney"]["amount"])
            found[parent] = found.get(parent, ZERO) + amount
    return found


def _missing(row: dict[str, str], captured: dict[str, Decimal]) -> Decimal:
    """Return what is still to be captured: what Odoo does not know of counts."""
    amount, before = Decimal(row["amount"]), Decimal(row.get("taken", "0"))
    there = captured.get(row["parentTransactionId"], ZERO)
    return max(min(amount, amount + before - there), ZERO)
