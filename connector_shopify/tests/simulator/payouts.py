# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Payouts of Shopify Payments, and the balance transactions they are made of.

All in the shop's currency. Unmeasured, so chosen here: payouts and balance need
``read_shopify_payments_payouts``; of their search, ``issued_at``, ``id`` and
``payments_transfer_id``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from .errors import NotSimulated, ScopeMissing
from .identity import iso, number_of
from .money import ZERO, money_v2
from .paging import connection
from .payment import fee_of
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

GATEWAY = "shopify_payments"
SCOPE = "read_shopify_payments_payouts"
KINDS = {"SALE": "CHARGE", "CAPTURE": "CHARGE", "REFUND": "REFUND"}
DATES = re.compile(r"issued_at:(>=|<=)'(\d{4}-\d\d-\d\d)'")
TRANSFER = re.compile(r"payments_transfer_id:(\d+)")


class Payouts:
    """The payments account of a shop."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.payouts: list[Object] = []
        self.entries: list[Object] = []
        self._used: set[str] = set()

    def find(self, gid: str) -> Object | None:
        return next((row for row in self.payouts if row["id"] == gid), None)

    def pay_out(self, status: str = "PAID") -> Object:
        """Pay out whatever was not yet; return the payout."""
        moment, currency = self.shop.now(), self.shop.info["currencyCode"]
        gid, number = self.shop.generator.ids.next("ShopifyPaymentsPayout")
        rows = [
            self._entry(gid, order, row, currency)
            for order in self.shop.orders.values()
            for row in order["transactions"]
            if row["id"] not in self._used and _is_held(row)
        ]
        self._used |= {row["source"] for row in rows}
        self.entries += rows
        net = sum((Decimal(row["net"]["amount"]) for row in rows), ZERO)
        payout = {
            "__typename": "ShopifyPaymentsPayout",
            "id": gid,
            "legacyResourceId": number,
            "issuedAt": iso(moment),
            "status": status,
            "transactionType": "DEPOSIT" if net >= 0 else "WITHDRAWAL",
            "externalTraceId": f"TRACE{number}",
            "net": money_v2(net, currency),
        }
        self.payouts.append(payout)
        return payout

    def truth(self, payout: Object) -> Object:
        """Return what a bank statement must say, as text."""
        rows = self.entries_of(payout["legacyResourceId"])
        return {
            "id": payout["id"],
            "net": payout["net"]["amount"],
            "fees": str(sum((Decimal(r["fee"]["amount"]) for r in rows), ZERO)),
            "entries": {row["id"]: row["amount"]["amount"] for row in rows},
            "orders": {row["id"]: row["associatedOrder"]["id"] for row in rows},
        }

    def entries_of(self, number: str) -> list[Object]:
        return [
            row
            for row in self.entries
            if row["associatedPayout"]["id"].endswith(f"/{number}")
        ]

    def _entry(self, payout: str, order: Object, row: Object, currency: str) -> Object:
        gid, number = self.shop.generator.ids.next("ShopifyPaymentsBalanceTransaction")
        amount = Decimal(row["amountSet"]["shopMoney"]["amount"])
        refund = row["kind"] == "REFUND"
        amount = -amount if refund else amount
        # a fee is not given back
        fee = ZERO if refund else fee_of(amount, currency)
        return {
            "__typename": "ShopifyPaymentsBalanceTransaction",
            "id": gid,
            "type": KINDS[row["kind"]],
            "test": row["test"],
            "transactionDate": row["processedAt"],
            "sourceId": number,
            "sourceType": KINDS[row["kind"]],
            "sourceOrderTransactionId": str(number_of(row["id"])),
            "amount": money_v2(amount, currency),
            "fee": money_v2(fee, currency),
            "net": money_v2(amount - fee, currency),
            "associatedOrder": {
                "__typename": "ShopifyPaymentsAssociatedOrder",
                "id": order["id"],
                "name": order["name"],
            },
            "associatedPayout": {
                "__typename": "ShopifyPaymentsBalanceTransactionAssociatedPayout",
                "id": payout,
                "status": "PAID",
            },
            "adjustmentReason": None,
            "adjustmentsOrders": [],
            "source": row["id"],
        }


def _is_held(row: Object) -> bool:
    return (
        row["gateway"] == GATEWAY
        and row["status"] == "SUCCESS"
        and row["kind"] in KINDS
        and not row["test"]
    )


# === RESOLVERS ===


def _account(run: Run, obj: Object, args: Args) -> Object:
    currency = run.shop.info["currencyCode"]
    return {
        "__typename": "ShopifyPaymentsAccount",
        "id": "gid://shopify/ShopifyPaymentsAccount/700000001",
        "activated": True,
        "country": "DE",
        "defaultCurrency": currency,
        "onboardable": False,
    }


def _check(run: Run, field: str, args: Args, sort_key: str) -> None:
    if SCOPE not in run.shop.scopes:
        raise ScopeMissing(field, (SCOPE,))
    if args.get("sortKey", sort_key) != sort_key:
        raise NotSimulated(f"sort key {args['sortKey']} of {field}")
    for name in ("savedSearchId", "transactionType"):
        if args.get(name):
            raise NotSimulated(f"argument {name!r} of {field}")


def _payouts(run: Run, obj: Object, args: Args) -> Any:
    _check(run, "payouts", args, "ISSUED_AT")
    query = args.get("query") or ""
    if DATES.sub("", query).strip():
        raise NotSimulated(f"search {query!r} of payouts")
    rows = run.shop.payouts.payouts
    for sign, day in DATES.findall(query):
        rows = [row for row in rows if _compares(row["issuedAt"][:10], sign, day)]
    return connection(rows, None, args)


def _compares(left: str, sign: str, right: str) -> bool:
    return left >= right if sign == ">=" else left <= right


def _entries(run: Run, obj: Object, args: Args) -> Any:
    _check(run, "balanceTransactions", args, "PROCESSED_AT")
    match = TRANSFER.fullmatch(args.get("query") or "")
    if not match:
        raise NotSimulated(f"search {args.get('query')!r} of balanceTransactions")
    return connection(run.shop.payouts.entries_of(match[1]), None, args)


PAYOUTS: Resolvers = {
    ("QueryRoot", "shopifyPaymentsAccount"): _account,
    ("ShopifyPaymentsAccount", "payouts"): _payouts,
    ("ShopifyPaymentsAccount", "balanceTransactions"): _entries,
}
