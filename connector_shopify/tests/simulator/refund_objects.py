# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A refund as Shopify objects: GraphQL and, for webhooks, REST."""

from __future__ import annotations

from typing import Any

from .identity import Ids, number_of
from .refund_figures import Sides, add, both, currencies_of

Object = dict[str, Any]


def refund_object(
    ids: Ids,
    shop: Any,
    order: Object,
    found: Object,
    paid: Sides,
    rows: list[Object],
    note: str | None,
    moment: str,
) -> Object:
    bag = currencies_of(order).bag
    gid, number = ids.next("Refund")
    shipping = found["shipping"]
    gap = add(found["suggested"], paid, -1)
    return {
        "__typename": "Refund",
        "id": gid,
        "legacyResourceId": number,
        "createdAt": moment,
        "processedAt": moment,
        "updatedAt": moment,
        "note": note,
        "order": order,
        "return": None,
        "staffMember": None,
        "totalRefundedSet": bag(*paid),
        "duties": [
            {"amountSet": duty["price"], "originalDuty": duty}
            for duty in found["duties"]
        ],
        "orderAdjustments": [_adjustment(ids, order, gap)] if gap[1] else [],
        "refundLineItems": [
            _refund_line(ids, shop, order, row) for row in found["lines"]
        ],
        "refundShippingLines": [
            {
                "__typename": "RefundShippingLine",
                "id": ids.next("RefundShippingLine")[0],
                "shippingLine": shipping["line"],
                "subtotalAmountSet": bag(*shipping["net"]),
                "taxAmountSet": bag(*shipping["tax"]),
            }
        ]
        if shipping
        else [],
        "transactions": [row for row in rows if row["kind"] == "REFUND"],
    }


def _adjustment(ids: Ids, order: Object, gap: Sides) -> Object:
    currencies = currencies_of(order)
    return {
        "__typename": "OrderAdjustment",
        "id": ids.next("OrderAdjustment")[0],
        "reason": "REFUND_DISCREPANCY",
        "amountSet": currencies.bag(*gap),
        "taxAmountSet": currencies.zero(),
    }


def _refund_line(ids: Ids, shop: Any, order: Object, row: Object) -> Object:
    bag = currencies_of(order).bag
    location = row["location"] and shop.find(row["location"])
    units = both(lambda net: net / row["quantity"], row["net"])
    return {
        "__typename": "RefundLineItem",
        "id": ids.next("RefundLineItem")[0],
        "lineItem": row["line"],
        "quantity": row["quantity"],
        "restockType": row["restock"],
        "restocked": row["restock"] != "NO_RESTOCK",
        "location": location,
        "priceSet": bag(*units),
        "subtotalSet": bag(*row["net"]),
        "totalTaxSet": bag(*row["tax"]),
    }


def refund_body(refund: Object) -> Object:
    """Return the REST resource, as far as a hint needs it."""
    return {
        "id": number_of(refund["id"]),
        "order_id": number_of(refund["order"]["id"]),
        "created_at": refund["createdAt"],
        "processed_at": refund["processedAt"],
        "note": refund["note"],
        "admin_graphql_api_id": refund["id"],
        "refund_line_items": [
            {
                "id": number_of(row["id"]),
                "quantity": row["quantity"],
                "line_item_id": number_of(row["lineItem"]["id"]),
                "restock_type": row["restockType"].lower(),
            }
            for row in refund["refundLineItems"]
        ],
    }
