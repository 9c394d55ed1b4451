# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is read of products only where somebody has chosen it: it costs calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .client import ShopifyClient
from .collection_read import pages
from .costs import page_length
from .details import ASKED, AT_ONCE

Node = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the product flow of a store takes besides what products always say."""

    product_pictures: bool = False
    variant_pictures: bool = False
    product_details: tuple[str, ...] = ()
    variant_details: tuple[str, ...] = ()
    collections: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())


def add(client: ShopifyClient, wanted: Wanted, nodes: list[Node]) -> None:
    """Add to products what is wanted, under the names that Shopify has for it."""
    variants = [variant for node in nodes for variant in node["variants"]["nodes"]]
    pictured: list[Node] = []
    # also of what is gone meanwhile
    if wanted.product_pictures:
        pictured += [_with(node, featuredMedia=None) for node in nodes]
    if wanted.variant_pictures:
        pictured += [_with(variant, media=None) for variant in variants]
    for found in _read(client, "product_pictures", pictured):
        found[0].update(found[1])
    if wanted.collections:
        _add_collections(client, nodes)
    for rows, names in (
        (nodes, wanted.product_details),
        (variants, wanted.variant_details),
    ):
        _add_details(client, rows, names)


def _add_collections(client: ShopifyClient, nodes: list[Node]) -> None:
    for node in nodes:
        node["collections"] = {"nodes": []}
    for node, found in _read(client, "product_collections", nodes):
        connection = found["collections"]
        if connection["pageInfo"]["hasNextPage"]:
            path = ("product", "collections")
            rest = pages(client, "collections_of_product", path, id=node["id"])
            connection["nodes"] = list(rest)
        node["collections"] = {"nodes": connection["nodes"]}


def _add_details(
    client: ShopifyClient, rows: Sequence[Node], names: Sequence[str]
) -> None:
    for row in rows if names else ():
        row.update({ASKED: list(names), "metafields": {"nodes": []}})
    for start in range(0, len(names), AT_ONCE):
        keys = list(names[start : start + AT_ONCE])
        for row, found in _read(client, "product_details", rows, keys=keys):
            row["metafields"]["nodes"] += found["metafields"]["nodes"]


def _with(row: Node, **values: Any) -> Node:
    row.update(values)
    return row


def _read(
    client: ShopifyClient, query: str, rows: Sequence[Node], **variables: Any
) -> Iterator[tuple[Node, Node]]:
    """Yield (row, what the query says of it) of those that are there."""
    by_id = {row["id"]: row for row in rows}
    for part in _parts(list(by_id), page_length(query)):
        for found in client.query(query, ids=part, **variables)["nodes"]:
            if found and found.get("id") in by_id:
                yield by_id[found["id"]], found


def _parts(ids: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
