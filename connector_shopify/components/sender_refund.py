# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Credit notes of Odoo as refunds of a store."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import RefundOrder
from odoo.addons.connector_hub.exceptions import Conflict, Rejected, Unavailable

from .pages import not_found

#: seconds for which Shopify is relied on to know a key again
KEY_LIFETIME = 24 * 3600.0
#: Shopify's word of a repetition that came before the first one's end
IN_PROGRESS = "currently in progress"
MONEY_IN = ("SALE", "CAPTURE")


class ShopifyRefundMapper(Component):
    """Credit notes as ``RefundInput`` takes them, but for the payments."""

    _name = "hub.shopify.refund.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.refund"
    _system = "shopify"

    @staticmethod
    def to_payload(document: RefundOrder, **options: Any) -> dict[str, Any]:
        """Return lines, shipping and the total that goes back to the buyer.

        The note begins with the number of the credit note, by which it is known again.
        """
        return {
            "orderId": document.order_id,
            "name": document.name,
            "note": f"{document.name} {document.reason}".strip(),
            "currency": document.currency,
            "total": str(document.total),
            "shipping": str(document.shipping) if document.shipping else None,
            "lines": [
                {
                    "lineItemId": line.line_id,
                    "quantity": int(line.quantity),
                    "restockType": "NO_RESTOCK",
                }
                for line in document.lines
            ],
            "known": list(document.known),
        }


class ShopifyRefundBinder(Component):
    """Links of refunds, which have no fields of their own."""

    _name = "hub.shopify.refund.binder"
    _inherit = "hub.shopify.binder"
    _apply_on = ["hub.shopify.refund"]


class ShopifyRefundSender(Component):
    """``refundCreate``, keyed; a refund that names the credit note is not made twice,
    whatever became of the key."""

    _name = "hub.shopify.refund.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.refund"

    def operations(self) -> dict[str, Operation]:
        """Return the one operation: refunds never change."""
        return {
            "create": Operation("refundCreate", Safety.KEYED, key_lifetime=KEY_LIFETIME)
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Refund, one order after the other."""
        return {push.record: self._refund(push) for push in pushes}

    def _refund(self, push: Push) -> Pushed:
        said = push.payload
        order = self._basis(said)
        if order is None:
            return Pushed(error=not_found(said["orderId"]))
        made = _made_before(order, said["name"])
        if made:
            return Pushed(made)
        self._check_known(order, said)
        self._check(order, said)
        values = _input(order, said)
        # a refused call has refunded nothing; a lost one may have
        data = self.client.execute("refund_create", {"input": values, "key": push.key})
        errors = data["refundCreate"]["userErrors"]
        if errors:
            return self._refused(order, said, errors)
        return Pushed(data["refundCreate"]["refund"]["id"])

    def _basis(self, said: dict[str, Any]) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self.client.query(
            "refund_basis", id=said["orderId"]
        )["order"]
        return found

    def _check_known(self, order: dict[str, Any], said: dict[str, Any]) -> None:
        """Wait while the store has a refund that Odoo did not hear of.

        It may be the same one: somebody entered it there as well.

        :raises Conflict: there is one
        """
        known = set(said.get("known", ()))
        if any(refund["id"] not in known for refund in order["refunds"]):
            raise Conflict(
                f"Order {order['name']} has a refund in Shopify that is not in Odoo"
                f" yet; {said['name']} waits for it.",
                title="Refunds of Shopify have not arrived in Odoo yet.",
                remedy="See why the order's news does not arrive (flow of orders), then"
                " retry.",
                code="unknown_refund",
            )

    def _check(self, order: dict[str, Any], said: dict[str, Any]) -> None:
        """Refuse what the store would, or should, refuse.

        :raises Rejected: another currency, or more than the buyer has paid
        """
        there = order["presentmentCurrencyCode"]
        if there != said["currency"]:
            raise Rejected(
                f"{said['name']} is in {said['currency']}, but the buyer of order"
                f" {order['name']} paid in {there}.",
                title="Credit notes are in another currency than the buyer paid in.",
                remedy="Refund the order in Shopify by hand, then skip the message.",
                code="refund_currency",
                field="currency",
            )
        left = _refundable(order)
        if Decimal(said["total"]) > left:
            raise self._too_much(order, said, left)

    def _too_much(
        self, order: dict[str, Any], said: dict[str, Any], left: Decimal
    ) -> Rejected:
        return Rejected(
            f"{said['name']} refunds {said['total']} {said['currency']}, but only"
            f" {left} of what was paid for order {order['name']} is left in Shopify.",
            title="Credit notes exceed what was paid for the order in Shopify.",
            remedy="Correct the credit note, or refund the rest outside Shopify and"
            " skip the message.",
            code="over_refund",
            field="total",
        )

    def _refused(
        self,
        order: dict[str, Any],
        said: dict[str, Any],
        errors: list[dict[str, Any]],
    ) -> Pushed:
        message = errors[0]["message"]
        if IN_PROGRESS in message:
            return Pushed(
                error=Unavailable(f"Shopify: {message}", code="in_progress", sent=True)
            )
        if "greater than net payment received" in message:
            return Pushed(error=self._too_much(order, said, _refundable(order)))
        return Pushed(
            error=Rejected(
                f"Shopify refuses {said['name']} for order {order['name']}: {message}",
                title="Refunds are refused by Shopify.",
                remedy="Compare the credit note with the order in Shopify; correct it"
                " and retry, or refund by hand and skip the message.",
                code="refund",
                field=".".join(errors[0]["field"] or ()),
            )
        )


def _made_before(order: dict[str, Any], name: str) -> str:
    """Return the id of the refund that names a credit note, or nothing."""
    for refund in order["refunds"]:
        # the number may contain spaces
        if f"{refund['note'] or ''} ".startswith(f"{name} "):
            return str(refund["id"])
    return ""


def _refundable(order: dict[str, Any]) -> Decimal:
    return sum((left for _row, left in _sources(order)), Decimal(0))


def _sources(order: dict[str, Any]) -> list[tuple[dict[str, Any], Decimal]]:
    """Return (transaction, what of it was not paid back) in the order of payment."""
    back: dict[str, Decimal] = {}
    for row in order["transactions"]:
        if row["kind"] == "REFUND" and row["status"] in ("SUCCESS", "PENDING"):
            parent = (row["parentTransaction"] or {}).get("id", "")
            back[parent] = back.get(parent, Decimal(0)) + _paid(row)
    return [
        (row, _paid(row) - back.get(row["id"], Decimal(0)))
        for row in order["transactions"]
        if row["kind"] in MONEY_IN and row["status"] == "SUCCESS"
    ]


def _paid(row: dict[str, Any]) -> Decimal:
    return Decimal(row["amountSet"]["presentmentMoney"]["amount"])


def _input(order: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return a ``RefundInput``: the first payments are paid back first."""
    rest = Decimal(said["total"])
    transactions = []
    for row, left in _sources(order):
        part = min(rest, left)
        if part > 0:
            rest -= part
            transactions.append(
                {
                    "orderId": order["id"],
                    "parentId": row["id"],
                    "gateway": row["gateway"],
                    "kind": "REFUND",
                    "amount": str(part),
                }
            )
    values = {
        "orderId": order["id"],
        "note": said["note"],
        "currency": said["currency"],
        "refundLineItems": said["lines"],
        "transactions": transactions,
    }
    if said["shipping"]:
        values["shipping"] = {"amount": said["shipping"]}
    return values
