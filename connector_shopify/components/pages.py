# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading connections: pages as long as the cost limit allows, nested pages too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from odoo.addons.connector_hub.documents import version_key
from odoo.addons.connector_hub.exceptions import NotFound

from ..const import LINES_WITH_ORDER, MAX_PAGE
from . import delivery_parts, order_givebacks
from .client import QueryTooExpensive, ShopifyClient
from .costs import page_length
from .times import changed_within, parse_time

#: so many ids are searched for at once, and from so many on searching is cheaper
SEARCH_LENGTH, SEARCH_FROM = 100, 4

#: document: (connection, query, query by id, nested connection, its query and root)
SOURCES: dict[str, dict[str, str]] = {
    "order": {
        "root": "orders",
        "query": "orders",
        "by_id": "orders_by_id",
        "nested": "lineItems",
        "nested_query": "order_lines",
        "node": "order",
    },
    "product": {
        "root": "products",
        "query": "products",
        "by_id": "products_by_id",
        "nested": "variants",
        "nested_query": "product_variants",
        "node": "product",
    },
    "customer": {
        "root": "customers",
        "query": "customers",
        "by_id": "customers_by_id",
        "nested": "addressesV2",
        "nested_query": "customer_addresses",
        "node": "customer",
    },
    "company": {
        "root": "companies",
        "query": "companies",
        "by_id": "companies_by_id",
        "nested": "contacts",
        "nested_query": "company_contacts",
        "node": "company",
        # Shopify counts companies without looking at when they changed
        "count": "none",
    },
}


class Reader:
    """Reads records of one document.

    The cost of a page grows with the logarithm of its length, so long pages are
    nearly free. Their length is computed; a page that Shopify finds too expensive all
    the same is halved, and the length that worked is kept.

    :param presentment: of money, read the buyer's side; else the store's. Reading both
        would cost half as much again.
    """

    def __init__(
        self, client: ShopifyClient, document: str, *, presentment: bool = True
    ) -> None:
        self._client = client
        self._source = SOURCES[document]
        self._length = page_length(self._source["query"])
        self._ids_length = page_length(self._source["by_id"])
        self._variables: dict[str, Any] = {}
        #: reads more of records that are complete otherwise
        self.more: Callable[[list[dict[str, Any]]], None] | None = None
        if document == "order":
            self._variables["presentment"] = presentment

    def search(self, since: datetime | None, until: datetime | None) -> str:
        """Return the search for records that changed within."""
        return changed_within(since, until)

    def changed(self, search: str) -> Iterator[list[dict[str, Any]]]:
        """Yield pages of complete records that match a search, oldest change first."""
        after = None
        while True:
            page = self._page(after, search)
            nodes = [node for node in page["nodes"] if node]
            self._complete(nodes)
            yield nodes
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def count(self, search: str) -> int | None:
        """Return how many records match a search; None when Shopify will not tell."""
        if self._source.get("count") == "none":
            return None
        root = self._source["root"]
        data = self._client.query(f"{root}_count", query=search or None)
        found = data[f"{root}Count"]
        if found is None or found["precision"] != "EXACT":
            return None
        return int(found["count"])

    def newest(
        self, ids: list[str], at_least: Mapping[str, str]
    ) -> dict[str, dict[str, Any] | NotFound]:
        """Return the newest state of records, and NotFound for unknown ones.

        A search costs hardly more for a hundred records than for one, while reading by
        id is paid for each. The search index may lag behind, however: what it does not
        show at least as new as announced is read by id.

        :param at_least: {GraphQL id: version}
        """
        found: dict[str, dict[str, Any] | NotFound] = {}
        if len(ids) >= SEARCH_FROM:
            for start in range(0, len(ids), SEARCH_LENGTH):
                chunk = ids[start : start + SEARCH_LENGTH]
                terms = " OR ".join(f"id:{gid.rpartition('/')[2]}" for gid in chunk)
                for nodes in self.changed(terms):
                    found.update({n["id"]: n for n in nodes if _is_new(n, at_least)})
        rest = [gid for gid in ids if gid not in found]
        return {**found, **self.by_id(rest)}

    def by_id(self, ids: list[str]) -> dict[str, dict[str, Any] | NotFound]:
        """Return complete records by GraphQL id, and NotFound for unknown ones."""
        found: dict[str, dict[str, Any] | NotFound] = {}
        position = 0
        while position < len(ids):
            chunk = ids[position : position + self._ids_length]
            try:
                data = self._client.query(
                    self._source["by_id"], ids=chunk, **self._lines()
                )
            except QueryTooExpensive:
                if self._ids_length == 1:
                    raise
                self._ids_length = max(len(chunk) // 2, 1)
                continue
            nodes = [node for node in data["nodes"] if node and node.get("id")]
            self._complete(nodes)
            found.update({node["id"]: node for node in nodes})
            position += len(chunk)
        return {gid: found.get(gid) or not_found(gid) for gid in ids}

    def _lines(self) -> dict[str, Any]:
        if "nested" not in self._source:
            return self._variables
        return {"lines": LINES_WITH_ORDER, **self._variables}

    def _page(self, after: str | None, search: str) -> dict[str, Any]:
        while True:
            try:
                data = self._client.query(
                    self._source["query"],
                    first=self._length,
                    after=after,
                    query=search or None,
                    **self._lines(),
                )
            except QueryTooExpensive:
                if self._length == 1:
                    raise
                self._length = max(self._length // 2, 1)
                continue
            page: dict[str, Any] = data[self._source["root"]]
            return page

    def _complete(self, nodes: list[dict[str, Any]]) -> None:
        """Read the nested records that did not fit with their parent."""
        self._complete_nested(nodes)
        if self.more and nodes:
            self.more(nodes)

    def _complete_nested(self, nodes: list[dict[str, Any]]) -> None:
        nested = self._source.get("nested")
        if not nested:
            return
        for node in nodes:
            page = node[nested]
            while page["pageInfo"]["hasNextPage"]:
                data = self._client.query(
                    self._source["nested_query"],
                    id=node["id"],
                    first=MAX_PAGE,
                    after=page["pageInfo"]["endCursor"],
                    **self._variables,
                )
                parent = data[self._source["node"]]
                if parent is None:
                    break
                page = parent[nested]
                node[nested]["nodes"].extend(page["nodes"])
            node[nested].pop("pageInfo")
        if nested == "lineItems":
            order_givebacks.complete(self._client, nodes, self._variables)
            delivery_parts.complete(self._client, nodes)


def _is_new(node: dict[str, Any], at_least: Mapping[str, str]) -> bool:
    """Return whether a search result is at least as new as announced."""
    version = parse_time(node["updatedAt"])
    return version is not None and version_key(version) >= at_least.get(node["id"], "")


def not_found(gid: str) -> NotFound:
    """Return the error of a record that Shopify does not have."""
    return NotFound(
        f"{gid} does not exist in Shopify any more.",
        remedy="Skip the message, or restore the record in Shopify.",
        title="Records do not exist in Shopify any more.",
        code="not_found",
    )
