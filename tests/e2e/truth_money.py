# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compares payments, refunds and goods in Odoo with what the store's generator says.

Read over RPC and independent of GraphQL, documents and importers, as truth.py is.
"""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from harness.rpc import Client

Record = dict[str, Any]

ZERO = Decimal(0)
RECEIVED = ("sale", "capture")


def differences(
    client: Client, truth: dict[str, Record], backend: int, invoiced: str = "never"
) -> list[str]:
    """Return one sentence for everything in Odoo that is not as the store has it.

    :param invoiced: when the backend's orders are invoiced: "payment", "delivery"
    """
    odoo = Ledger(client, backend)
    found = []
    for gid, expected in truth.items():
        order = odoo.orders.get(gid)
        if order is None:
            found.append(f"{expected['name']}: no sale order")
            continue
        texts = [
            *_payments(odoo, order, expected),
            *_refunds(odoo, order, expected),
            *_goods(odoo, order, expected),
        ]
        if order["state"] == "sale":
            texts += _invoices(odoo, order, expected, invoiced)
        found += [f"{expected['name']}: {text}" for text in texts]
    return found


class Ledger:
    """All that is compared, read with one call per model."""

    def __init__(self, client: Client, backend: int) -> None:
        here = [("backend_id", "=", backend)]
        links = client.read("hub.shopify.order", here, ["external_id", "odoo_id"])
        ids = [link["odoo_id"][0] for link in links]
        read = self._by_id(client, "sale.order", ids, ["state", "invoice_ids"])
        self.orders = {row["external_id"]: read[row["odoo_id"][0]] for row in links}
        fields = ["order_id", "kind", "status", "amount", "rounding", "payment_id"]
        self.payments = self._grouped(client, "hub.payment", here, fields)
        made = [
            row["payment_id"][0]
            for rows in self.payments.values()
            for row in rows
            if row["payment_id"]
        ]
        self.booked = self._by_id(client, "account.payment", made, ["state", "amount"])
        fields = ["order_id", "external_id", "amount", "paid", "move_id"]
        fields += ["credit_state", "stock_state"]
        self.refunds = self._grouped(client, "hub.order.refund", here, fields)
        for order in read.values():
            # a credit note of an amount alone belongs to no line of the order
            credits = [
                row["move_id"][0] for row in self.refunds[order["id"]] if row["move_id"]
            ]
            order["invoice_ids"] = {*order["invoice_ids"], *credits}
        moves = [move for order in read.values() for move in order["invoice_ids"]]
        self.moves = self._by_id(
            client, "account.move", moves, ["move_type", "state", "amount_total"]
        )
        fields = ["order_id", "hub_external_id", "qty_delivered", "product_uom_qty"]
        fields += ["qty_delivered_method", "hub_cancelled_qty", "hub_returned_qty"]
        lines = [("order_id", "in", ids), ("hub_external_id", "!=", False)]
        self.lines = self._grouped(client, "sale.order.line", lines, fields)

    @staticmethod
    def _by_id(
        client: Client, model: str, ids: list[int], fields: list[str]
    ) -> dict[int, Record]:
        rows = client.read(model, [("id", "in", ids)], fields)
        return {row["id"]: row for row in rows}

    @staticmethod
    def _grouped(
        client: Client, model: str, domain: list[Any], fields: list[str]
    ) -> dict[int, list[Record]]:
        found = defaultdict(list)
        for row in client.read(model, domain, fields, order="id"):
            found[row["order_id"][0]].append(row)
        return found


def _payments(odoo: Ledger, order: Record, truth: Record) -> list[str]:
    """Compare what was received: as the store tells it, and as it is booked."""
    rows = [row for row in odoo.payments[order["id"]] if row["status"] == "success"]
    received = [row for row in rows if row["kind"] in RECEIVED]
    noted = sum((_money(row["amount"]) for row in received), ZERO)
    booked = sum((_booked(odoo, row) for row in received), ZERO)
    theirs = _money(truth["presentment"]["received"])
    found = _difference("payments noted", noted, theirs)
    if order["state"] == "sale" or booked:
        # of an order that was cancelled before it was confirmed, nothing is booked
        found += _difference("payments booked", booked, theirs)
    return found


def _booked(odoo: Ledger, row: Record) -> Decimal:
    """Return what Odoo booked of a payment, without what the till rounded."""
    made = odoo.booked.get(row["payment_id"][0]) if row["payment_id"] else None
    if made is None or made["state"] in ("draft", "canceled", "rejected"):
        return ZERO
    return _money(made["amount"]) - _money(row["rounding"])


def _refunds(odoo: Ledger, order: Record, truth: Record) -> list[str]:
    """Compare what refunds come to, and what was paid back."""
    mine = [
        (row["external_id"], _money(row["amount"]), _money(row["paid"]))
        for row in odoo.refunds[order["id"]]
    ]
    theirs = [
        (row["gid"], _money(row["value_presentment"]), _money(row["paid_presentment"]))
        for row in truth["refunds"]
    ]
    found = _difference("refunds", sorted(mine), sorted(theirs))
    rows = odoo.payments[order["id"]]
    back = [r for r in rows if r["kind"] == "refund" and r["status"] == "success"]
    paid = sum((_booked(odoo, row) for row in back), ZERO)
    wanted = sum((row[2] for row in theirs), ZERO)
    if order["state"] == "sale":
        found += _difference("paid back", paid, wanted)
    return found


def _goods(odoo: Ledger, order: Record, truth: Record) -> list[str]:
    """Compare what was delivered and has not come back."""
    back: dict[str, int] = defaultdict(int)
    for refund in truth["refunds"]:
        for line, units, restock in refund["lines"]:
            back[line] += units if restock == "RETURN" else 0
    found, known = [], set()
    for row in odoo.lines[order["id"]]:
        gid = row["hub_external_id"]
        known.add(gid)
        theirs = truth["delivered"].get(gid, 0)
        if row["qty_delivered_method"] == "stock_move":
            theirs -= back[gid]
        found += _difference(f"delivered of {gid}", row["qty_delivered"], theirs)
    for gid in truth["delivered"].keys() - known:
        found.append(f"{gid} was delivered, and is not in the order")
    return found


def _invoices(odoo: Ledger, order: Record, truth: Record, invoiced: str) -> list[str]:
    """Compare what is invoiced and credited with what the order is worth."""
    moves = [odoo.moves[move] for move in order["invoice_ids"]]
    if any(move["state"] == "draft" for move in moves):
        return ["an invoice is still a draft"]
    bills = [move for move in moves if move["state"] == "posted"]
    signs = {"out_invoice": 1, "out_refund": -1}
    net = sum((_money(m["amount_total"]) * signs[m["move_type"]] for m in bills), ZERO)
    value = sum((_money(row["value_presentment"]) for row in truth["refunds"]), ZERO)
    worth = _money(truth["presentment"]["total"]) - value
    is_due = _is_due(odoo, order, truth, invoiced)
    found = []
    if bills and not is_due:
        # what was added since the invoice is invoiced when its time has come
        return found
    if bills:
        found = _difference("invoiced less credited", net, worth)
        if found:
            found[0] += f" {moves} {odoo.refunds[order['id']]}"
        waiting = [
            row["external_id"]
            for row in odoo.refunds[order["id"]]
            if row["credit_state"] == "waiting"
        ]
        if waiting:
            found.append(f"not credited: {waiting}")
    elif worth > 0 and is_due:
        found.append("it should be invoiced by now")
    return found


def _is_due(odoo: Ledger, order: Record, truth: Record, invoiced: str) -> bool:
    money = truth["presentment"]
    if invoiced == "payment":
        return _money(money["received"]) >= _money(money["total"])
    if invoiced == "delivery":
        return all(
            row["qty_delivered"] + row["hub_cancelled_qty"] + row["hub_returned_qty"]
            >= row["product_uom_qty"]
            for row in odoo.lines[order["id"]]
            if row["qty_delivered_method"] == "stock_move"
        )
    return False


def _difference(what: str, mine: Any, theirs: Any) -> list[str]:
    return [] if mine == theirs else [f"{what}: {mine}, the store's are {theirs}"]


def _money(value: Any) -> Decimal:
    return Decimal(str(value)).quantize(Decimal("0.01"))
