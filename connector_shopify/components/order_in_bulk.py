# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders of a bulk operation's file.

"Queries that contain a connection field within a list field are not currently
supported" (Shopify's own words), and the lines of fulfilments and refunds are such. So
an order says how much left with each fulfilment, and that it was refunded or returned;
what that leaves open is read in pages.
"""

from __future__ import annotations

from typing import Any

from .order_givebacks import NO_RETURN

Node = dict[str, Any]

SHIPPED = "SUCCESS"


def is_whole(order: Node) -> bool:
    """Make of an order what a page gives; return whether that was possible.

    One fulfilment of as many units as were ordered holds all units of every line: none
    can hold more than was ordered. Of several, or of a part, the lines have to be read.
    """
    if order["refunds"] or order["returnStatus"] != NO_RETURN:
        return False
    deliveries = order["fulfillments"]
    if not deliveries:
        return True
    (first, *others), lines = deliveries, order["lineItems"]["nodes"]
    units = first.pop("totalQuantity")
    ordered = sum(line["quantity"] for line in lines)
    is_all = not others and first["status"] == SHIPPED and units == ordered
    if order["edited"] or not is_all:
        return False
    first["fulfillmentLineItems"] = {
        "pageInfo": {"hasNextPage": False},
        "nodes": [
            {"quantity": line["quantity"], "lineItem": {"id": line["id"]}}
            for line in lines
            if line["quantity"]
        ],
    }
    return True
