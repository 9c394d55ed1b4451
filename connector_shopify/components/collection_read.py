# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collections of products: what they are called, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo.addons.connector_hub.components.event import Discovered, Group
from odoo.addons.connector_hub.exceptions import AuthError

from ..const import GID_PREFIX, MAX_PAGE
from .client import ShopifyClient

COLLECTION = f"{GID_PREFIX}Collection/"


def pages(
    client: ShopifyClient, query: str, path: tuple[str, ...], **variables: Any
) -> Iterator[dict[str, Any]]:
    """Yield the nodes of a connection; none of a parent that is gone.

    :param path: names from the root to the connection
    """
    after = None
    while True:
        found = client.query(query, first=MAX_PAGE, after=after, **variables)
        for name in path:
            found = (found or {}).get(name) or {}
        if not found:
            return
        yield from found["nodes"]
        if not found["pageInfo"]["hasNextPage"]:
            return
        after = found["pageInfo"]["endCursor"]


def group(client: ShopifyClient, gid: str) -> Group:
    """Return what a collection holds now; nothing when it is gone."""
    nodes = pages(client, "collection_members", ("collection", "products"), id=gid)
    return Group(gid, tuple(node["id"] for node in nodes))


def discovered(client: ShopifyClient) -> Iterator[Discovered]:
    """Yield collections, price lists, and sales channels where the app sees them."""
    for node in pages(client, "collections", ("collections",)):
        yield Discovered("collection", node["id"], node["title"])
    for node in pages(client, "price_lists", ("priceLists",)):
        name = f"{node['name']} ({node['currency']})"
        yield Discovered("catalogue", node["id"], name)
    try:
        data = client.query("publications", first=MAX_PAGE)
    except AuthError as error:
        if error.code != "ACCESS_DENIED":
            raise
        return
    for node in data["publications"]["nodes"]:
        title = (node["catalog"] or {}).get("title") or node["id"]
        yield Discovered("channel", node["id"], title)
