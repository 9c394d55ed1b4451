# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refunds of a shop's orders: what they change, and what is true afterwards.

A refund takes units off ``currentQuantity`` whatever is restocked; ``CANCEL`` also
takes them off ``unfulfilledQuantity``. What is paid back otherwise than calculated is
an order adjustment: calculated minus paid.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from .fulfilment_state import PENDING, refresh
from .money import ZERO
from .refund_figures import (
    MONEY_KINDS,
    RefundFigures,
    RefundRefused,
    Sides,
    Wanted,
    add,
    currencies_of,
    sides,
)
from .refund_objects import refund_body, refund_object
from .returns import Returns
from .truth import TruthRefund
from .webhooks import Delivery

Object = dict[str, Any]

#: the gateway that credit in the store is told as
STORE_CREDIT = "shopify_store_credit"


class Refunds(RefundFigures):
    """The giving back of one shop."""

    def __init__(self, shop: Any) -> None:
        super().__init__(shop)
        self.returns = Returns(shop)

    def make(
        self,
        gid: str,
        lines: Sequence[Wanted] = (),
        shipping: Decimal | str | None = None,
        duties: Sequence[str] = (),
        *,
        amount: Decimal | str | None = None,
        transactions: Sequence[tuple[Object, Decimal]] | None = None,
        note: str | None = None,
        pending: bool = False,
        over: bool = False,
        store_credit: bool = False,
        processing: Object | None = None,
        emit: bool = False,
    ) -> Object:
        """Refund; return the ``Refund``.

        `amount`: what the buyer gets back, without it what is calculated.
        `store_credit`: as credit in the store instead of the money.
        `transactions`: the same by the payments it goes back to. `processing`: the
        return it settles.

        :raises RefundRefused: what the real shop refuses
        """
        with self.shop.lock:
            order = self.shop.orders[gid]
            found = self.calculate(gid, lines, shipping, duties)
            paid = self._paid(order, found, amount, transactions, over)
            moment = self.shop.touch(gid)
            rows = self._transactions(order, paid, transactions, moment, pending)
            if store_credit:
                rows = self._credited(order, rows)
            refund = refund_object(
                self.shop.generator.ids,
                self.shop,
                order,
                found,
                paid,
                rows,
                note,
                moment,
            )
            if processing:
                refund["return"] = processing
                processing["refunds"].append(refund)
            self._apply(order, found, refund)
            self._note(order, found, refund)
            if emit:
                self.emit(refund)
            return refund

    def _paid(
        self,
        order: Object,
        found: Object,
        amount: Decimal | str | None,
        transactions: Sequence[tuple[Object, Decimal]] | None,
        over: bool,
    ) -> Sides:
        if transactions is not None:
            amount = sum((row[1] for row in transactions), ZERO)
        if amount is None:
            return found["suggested"]
        there = Decimal(amount)
        paid = found["suggested"]
        if there != paid[1]:
            paid = self.both_sides(order, there)
        left = self.refundable(order)
        if paid[1] > left[1] and not over:
            raise RefundRefused(
                f"Refund amount ${there:.2f} is greater than net payment received"
                f" ${left[1]:.2f}"
            )
        return paid

    def _transactions(
        self,
        order: Object,
        paid: Sides,
        wanted: Sequence[tuple[Object, Decimal]] | None,
        moment: str,
        pending: bool,
    ) -> list[Object]:
        """Pay back to the payments it came from, the first one first."""
        if not paid[1]:
            return []
        parents = [
            row
            for row in order["transactions"]
            if row["status"] == "SUCCESS" and row["kind"] in MONEY_KINDS
        ]
        if wanted is None:
            wanted, rest = [], paid[1]
            for parent in parents:
                part = min(rest, self._left(order, parent))
                if part > 0:
                    wanted.append((parent, part))
                    rest -= part
        rows, shop_rest = [], paid[0]
        for place, (parent, there) in enumerate(wanted):
            last = place == len(wanted) - 1
            here = shop_rest if last else self.both_sides(order, there)[0]
            shop_rest -= here
            status = "PENDING" if pending else "SUCCESS"
            rows.append(
                self._row(order, "REFUND", parent, (here, there), moment, status)
            )
        return rows

    def _credited(self, order: Object, rows: list[Object]) -> list[Object]:
        """Make one transaction of all: credit belongs to no payment."""
        first, *rest = rows
        for row in rest:
            order["transactions"].remove(row)
        shop = [sides(row["amountSet"]) for row in rows]
        total = tuple(sum((pair[n] for pair in shop), ZERO) for n in (0, 1))
        bag = currencies_of(order).bag
        first.update(
            gateway=STORE_CREDIT,
            formattedGateway="Store credit",
            parentTransaction=None,
            amountSet=bag(*total),
        )
        return [first]

    def _left(self, order: Object, parent: Object) -> Decimal:
        back = sum(
            sides(row["amountSet"])[1]
            for row in order["transactions"]
            if row["kind"] == "REFUND" and row.get("parentTransaction") is parent
        )
        return sides(parent["amountSet"])[1] - back

    def _void(self, order: Object) -> None:
        """Let an authorization go when nothing is left to be paid."""
        held = [row for row in order["transactions"] if row["kind"] == "AUTHORIZATION"]
        taken = any(row["kind"] in ("VOID", "CAPTURE") for row in order["transactions"])
        left = any(line["refundableQuantity"] for line in order["lineItems"])
        if not held or taken or left:
            return
        whole = sides(held[0]["amountSet"])
        self._row(order, "VOID", held[0], whole, order["updatedAt"], "SUCCESS")

    def _row(
        self,
        order: Object,
        kind: str,
        parent: Object,
        amount: Sides,
        moment: str,
        status: str,
    ) -> Object:
        gid, _ = self.shop.generator.ids.next("OrderTransaction")
        row = {
            **parent,
            "id": gid,
            "kind": kind,
            "status": status,
            "amountSet": currencies_of(order).bag(*amount),
            "amountRoundingSet": None,
            "createdAt": moment,
            "processedAt": moment,
            "parentTransaction": parent,
            "fees": [],
        }
        order["transactions"].append(row)
        return row

    # === EFFECTS ===

    def _apply(self, order: Object, found: Object, refund: Object) -> None:
        for row in found["lines"]:
            line, quantity = row["line"], row["quantity"]
            line["currentQuantity"] -= quantity
            line["refundableQuantity"] -= quantity
            if row["restock"] == "CANCEL":
                line["unfulfilledQuantity"] -= quantity
                _release(order, line, quantity)
        self._void(order)
        bag = currencies_of(order).bag
        order["refunds"].append(refund)
        refunded = add(
            sides(order["totalRefundedSet"]), sides(refund["totalRefundedSet"])
        )
        changes = {
            "totalRefundedSet": bag(*refunded),
            "netPaymentSet": bag(*self.refundable(order)),
        }
        for name, amount in (
            ("currentTotalPriceSet", found["value"]),
            ("currentTotalTaxSet", found["tax"]),
        ):
            changes[name] = bag(*add(sides(order[name]), amount, -1))
        self.shop.touch(order["id"], fields=changes)
        order["totalOutstandingSet"] = bag(*self.outstanding(order))
        order["displayFinancialStatus"] = self._status(order, refunded)

    def _status(self, order: Object, refunded: Sides) -> str:
        if refunded[1]:
            left = self.refundable(order)[1]
            return "PARTIALLY_REFUNDED" if left > 0 else "REFUNDED"
        if any(row["kind"] == "VOID" for row in order["transactions"]):
            return "VOIDED"
        return str(order["displayFinancialStatus"])

    def _note(self, order: Object, found: Object, refund: Object) -> None:
        truth = self.shop.truth[order["id"]]
        truth.financial_status = order["displayFinancialStatus"]
        paid = sides(refund["totalRefundedSet"])
        gap = add(paid, found["suggested"], -1)
        pending = any(row["status"] == "PENDING" for row in refund["transactions"])
        truth.refunds.append(
            TruthRefund(
                gid=refund["id"],
                value=add(found["value"], gap)[0],
                value_presentment=add(found["value"], gap)[1],
                paid=ZERO if pending else paid[0],
                paid_presentment=ZERO if pending else paid[1],
                lines=[
                    [row["line"]["id"], row["quantity"], row["restock"]]
                    for row in found["lines"]
                ],
            )
        )

    def emit(self, refund: Object) -> int:
        """Send ``refunds/create``, and ``orders/updated`` as the real shop does."""
        shop, topic = self.shop, "REFUNDS_CREATE"
        shop.emit(refund["order"]["id"], "ORDERS_UPDATED")
        body = json.dumps(refund_body(refund), separators=(",", ":")).encode()
        rows = [row for row in shop.subscriptions.values() if row["topic"] == topic]
        for row in rows:
            headers = shop.webhooks.headers(topic, body, shop.now())
            shop.webhooks.deliver(Delivery(row["uri"], headers, body, row["id"]))
        return len(rows)


def _release(order: Object, line: Object, quantity: int) -> None:
    """Take units that will not be shipped off the fulfilment orders."""
    for work in order["fulfillmentOrders"]:
        for row in work["lineItems"] if work["status"] in PENDING else ():
            if row["lineItem"]["id"] == line["id"]:
                taken = min(quantity, row["remainingQuantity"])
                row["remainingQuantity"] -= taken
                row["totalQuantity"] -= taken
                quantity -= taken
    refresh(order)
