# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading what was given back of orders, for those orders only that have any.

With every order it would cost half as much again, and few orders need it.
"""

from __future__ import annotations

import logging
from typing import Any

from odoo.addons.connector_hub.exceptions import AuthError

from ..const import MAX_PAGE
from .client import QueryTooExpensive, ShopifyClient
from .costs import page_length

_logger = logging.getLogger(__name__)

#: returns of one order read in one call, each with fifty lines
RETURNS = 20
NO_RETURN = "NO_RETURN"


def complete(
    client: ShopifyClient, nodes: list[dict[str, Any]], variables: dict[str, Any]
) -> None:
    """Put the refunds and returns of orders into their payloads."""
    _refunds(client, [node for node in nodes if node.get("refunds")], variables)
    for node in nodes:
        if node.get("returnStatus", NO_RETURN) != NO_RETURN:
            node["returns"] = _permitted_returns(client, node["id"])


def _refunds(
    client: ShopifyClient, nodes: list[dict[str, Any]], variables: dict[str, Any]
) -> None:
    position, length = 0, page_length("order_refunds")
    while position < len(nodes):
        chunk = {node["id"]: node for node in nodes[position : position + length]}
        try:
            data = client.query("order_refunds", ids=list(chunk), **variables)
        except QueryTooExpensive:
            if length == 1:
                raise
            length = max(len(chunk) // 2, 1)
            continue
        for found in data["nodes"]:
            if found and found.get("id") in chunk:
                for refund in found["refunds"]:
                    _lines(client, refund, variables)
                chunk[found["id"]]["refunds"] = found["refunds"]
        position += len(chunk)


def _lines(
    client: ShopifyClient, refund: dict[str, Any], variables: dict[str, Any]
) -> None:
    """Read the lines of a refund that did not fit with it."""
    lines = refund["refundLineItems"]
    page = lines.pop("pageInfo")
    while page["hasNextPage"]:
        data = client.query(
            "refund_lines",
            id=refund["id"],
            first=MAX_PAGE,
            after=page["endCursor"],
            **variables,
        )
        if data["refund"] is None:
            break
        rows = data["refund"]["refundLineItems"]
        lines["nodes"].extend(rows["nodes"])
        page = rows["pageInfo"]


def _permitted_returns(client: ShopifyClient, gid: str) -> list[dict[str, Any]]:
    """Return the returns of an order; none without the permission to read them.

    Orders and refunds must not wait for it: the connection test names what is missing.
    """
    try:
        return _returns(client, gid)
    except AuthError as error:
        if error.code != "ACCESS_DENIED":
            raise
        _logger.info("No permission to read the returns of %s", gid)
        return []


def _returns(client: ShopifyClient, gid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while True:
        data = client.query("order_returns", id=gid, first=RETURNS, after=after)
        if data["order"] is None:
            return found
        page = data["order"]["returns"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]
