# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is read of products only where somebody has chosen it: it costs calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .client import ShopifyClient
from .costs import page_length

Node = dict[str, Any]


@dataclass(frozen=True)
class Wanted:
    """What the product flow of a store takes besides what products always say."""

    product_pictures: bool = False
    variant_pictures: bool = False

    def __bool__(self) -> bool:
        return self.product_pictures or self.variant_pictures


def add(client: ShopifyClient, wanted: Wanted, nodes: list[Node]) -> None:
    """Add to products what is wanted, under the names that Shopify has for it."""
    variants = [variant for node in nodes for variant in node["variants"]["nodes"]]
    rows = [*(nodes if wanted.product_pictures else ())]
    rows += variants if wanted.variant_pictures else []
    for row in rows:
        # also of what is gone meanwhile
        row["featuredMedia" if row in nodes else "media"] = None
    _merge(client, "product_pictures", rows)


def _merge(client: ShopifyClient, query: str, rows: Sequence[Node]) -> None:
    by_id = {row["id"]: row for row in rows}
    for part in _parts(list(by_id), page_length(query)):
        for found in client.query(query, ids=part)["nodes"]:
            if found and found.get("id") in by_id:
                by_id[found["id"]].update(found)


def _parts(ids: list[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
