# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tells a store that an order is paid: captures, or marks it."""

from __future__ import annotations

from collections.abc import Sequence
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
        wanted = {row["parentTransactionId"] for row in push.payload["captures"]}
        return bool(wanted) and wanted <= _captured(order)

    def _settle(self, push: Push) -> Pushed:
        order = self._order(push)
        if order is None:
            return Pushed(error=not_found(push.remote_id))
        if not order["fullyPaid"]:
            captured = _captured(order)
            captures = push.payload["captures"]
            for row in captures:
                if row["parentTransactionId"] not in captured:
                    self._capture(order, row)
            if not captures:
                self._mark(order)
        return Pushed(push.remote_id)

    def _order(self, push: Push) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.client.query(
            "order_money", id=push.remote_id
        )["order"]
        return found

    def _capture(self, order: dict[str, Any], row: dict[str, str]) -> None:
        data = self.client.execute(
            "order_capture", {"input": {"id": order["id"], **row}}
        )
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


def _captured(order: dict[str, Any]) -> set[str]:
    """Return ids of the authorizations that were captured."""
    return {
        row["parentTransaction"]["id"]
        for row in order["transactions"]
        if row["kind"] == "CAPTURE"
        and row["status"] in TAKEN
        and row["parentTransaction"]
    }
