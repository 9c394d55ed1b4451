# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which order a part belongs to, when a webhook names the part alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.addons.connector_hub.exceptions import HubError, Merged

from .client import ShopifyClient
from .pages import not_found

#: ids in a call; each costs two points
CHUNK = 100


def orders_of_parts(client: ShopifyClient, ids: Sequence[str]) -> dict[str, HubError]:
    """Return, for each part, where it is told of: in the order it belongs to."""
    found: dict[str, HubError] = {}
    for start in range(0, len(ids), CHUNK):
        chunk = ids[start : start + CHUNK]
        nodes = client.query("orders_of_parts", ids=chunk)["nodes"]
        for gid, node in zip(chunk, nodes, strict=True):
            order = _order(node)
            found[gid] = (
                Merged(f"{gid} is told with {order}.", survivor=order)
                if order
                else not_found(gid)
            )
    return found


def _order(node: dict[str, Any] | None) -> str:
    if not node or node.get("orderId"):
        return str(node["orderId"]) if node else ""
    # of disposals the order may be unknown, so that it needs a name of its own
    found = node.get("order") or node.get("disposed")
    return str(found["id"]) if found else ""
