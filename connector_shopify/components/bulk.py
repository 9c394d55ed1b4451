# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading everything by a bulk operation: Shopify writes a file, we read its lines.

(https://shopify.dev/docs/api/usage/bulk-operations/queries)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from odoo.addons.connector_hub.exceptions import HubError, RateLimited, Unavailable

from . import order_in_bulk
from .client import ShopifyClient
from .queries import in_bulk
from .times import parse_time

Node = dict[str, Any]
#: returns the lines of the file at an address, from a byte on
OpenLines = Callable[[str, int], Iterable[bytes]]

#: seconds between two looks at an operation, and to wait for a free place
POLL_SECONDS, PLACE_SECONDS = 5.0, 60.0
PAGE_LENGTH = 250
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")


@dataclass(frozen=True)
class Source:
    """How all records of a document are read.

    ``below``: {type of a part: connection it belongs to}. ``is_whole`` makes of a
    record what reading it in pages gives, and returns whether that was possible.
    """

    connection: str
    fragment: str
    below: Mapping[str, str]
    is_whole: Callable[[Node], bool] = lambda node: True


SOURCES = {
    "product": Source("products", "ProductFields", {"ProductVariant": "variants"}),
    "order": Source(
        "orders",
        "OrderInBulk",
        {"LineItem": "lineItems", "ShippingLine": "shippingLines"},
        order_in_bulk.is_whole,
    ),
}


class BulkFailed(Exception):
    """The operation gave nothing, or only a part: the rest has to be read in pages."""


class BulkReader:
    """Reads all records of one document.

    Memory stays flat: Shopify writes the parts of a record right after it
    (``groupObjects``), so that only one record is held at a time, and a page of them.
    """

    def __init__(
        self,
        client: ShopifyClient,
        document: str,
        open_lines: OpenLines,
        *,
        presentment: bool = True,
        position: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._source = SOURCES[document]
        self._open_lines = open_lines
        self._presentment = presentment
        self._sleep = sleep
        #: which operation, and at which byte of its file the next page begins
        self.position = position
        #: since when what was read is known to be complete
        self.begun_at: datetime | None = None

    def pages(self, search: str = "") -> Iterator[list[Node]]:
        """Yield records in no order; an empty page while Shopify is at work.

        :raises BulkFailed: what was yielded is not everything
        :raises RateLimited: all places for operations are taken
        """
        operation, start = self._operation(self._query(search))
        self.begun_at = parse_time(operation["createdAt"])
        while operation["status"] in UNFINISHED:
            self.position = f"{operation['id']} 0"
            yield []
            self._sleep(POLL_SECONDS)
            found = self._look(operation["id"])
            if found is None:
                raise BulkFailed("The bulk operation is not known any more.")
            operation = found
        is_whole = operation["status"] == "COMPLETED"
        url = operation["url"] if is_whole else operation["partialDataUrl"]
        if url:
            yield from self._read(operation["id"], url, start)
        if not is_whole:
            code = operation["errorCode"] or operation["status"]
            raise BulkFailed(f"The bulk operation ended as {code}.")

    def _query(self, search: str) -> str:
        """Return the query as operations take it: connections whole, by edges."""
        fields = " ".join(in_bulk(self._source.fragment, self._presentment).split())
        condition = f"(query: {json.dumps(search)})" if search else ""
        rows = f"{self._source.connection}{condition}"
        return f"{{ {rows} {{ edges {{ node {fields} }} }} }}"

    # === THE OPERATION ===#

    def _operation(self, query: str) -> tuple[Node, int]:
        """Return the operation to be read, and from which byte on.

        It is the one this reading began with, as long as its file can be had; else one
        that a worker which died has left at work; else a new one.
        """
        gid, _space, start = self.position.partition(" ")
        known = self._look(gid) if gid else None
        if known and (known["status"] in UNFINISHED or known["url"]):
            return known, int(start)
        return self._under_way(query) or self._start(query), 0

    def _look(self, gid: str) -> Node | None:
        found: Node | None = self._client.query("bulk_operation", id=gid)[
            "bulkOperation"
        ]
        return found

    def _under_way(self, query: str) -> Node | None:
        """Return an operation that a worker which died has left at work."""
        data = self._client.query(
            "bulk_operations", first=10, search=unfinished("query")
        )
        for operation in data["bulkOperations"]["nodes"]:
            if operation["status"] in UNFINISHED and operation["query"] == query:
                return dict(operation)
        return None

    def _start(self, query: str) -> Node:
        data = self._client.execute("bulk_start", {"query": query})
        answer = data["bulkOperationRunQuery"]
        codes = {error["code"] for error in answer["userErrors"]}
        if "OPERATION_IN_PROGRESS" in codes or "LIMIT_REACHED" in codes:
            raise RateLimited(
                "Shopify is at work on as many bulk operations as it takes.",
                seconds=PLACE_SECONDS,
                code="OPERATION_IN_PROGRESS",
            )
        if codes:
            raise BulkFailed(answer["userErrors"][0]["message"])
        return dict(answer["bulkOperation"])

    # === THE FILE ===#

    def _read(self, gid: str, url: str, start: int) -> Iterator[list[Node]]:
        page: list[Node] = []
        try:
            tape = Tape(self._open_lines(url, start), start)
            for node in join(tape, self._source.below):
                page.append(node)
                if len(page) == PAGE_LENGTH:
                    # the line just read is the first of what comes next
                    self.position = f"{gid} {tape.begin}"
                    yield page
                    page = []
            self.position = f"{gid} {tape.end}"
        except HubError as error:
            # the address lives for a week; a broken line is broken again next time
            raise BulkFailed(f"The file cannot be read: {error.message}") from error
        if page:
            yield page


def unfinished(kind: str) -> str:
    """Return the search for operations that Shopify is at work on: "mutation"."""
    states = " OR ".join(f"status:{state.lower()}" for state in UNFINISHED)
    return f"operation_type:{kind} AND ({states})"


class Tape:
    """Lines, and at which bytes of their file the last one of them stands."""

    def __init__(self, lines: Iterable[bytes], start: int) -> None:
        self._lines = lines
        self.begin = self.end = start

    def __iter__(self) -> Iterator[bytes]:
        for line in self._lines:
            self.begin, self.end = self.end, self.end + len(line) + 1
            yield line


def join(lines: Iterable[bytes], below: Mapping[str, str]) -> Iterator[Node]:
    """Yield records with their parts, as reading them in pages gives them.

    :param below: {type of a part: connection it belongs to}
    :raises Unavailable: a line is cut off, or stands with a record it is no part of
    """
    current: Node | None = None
    for line in lines:
        try:
            row = json.loads(line)
        except ValueError as error:
            raise Unavailable("A line of it is cut off.", code="bulk_line") from error
        parent = row.pop("__parentId", None)
        if parent is None:
            if current:
                yield current
            current = {**row, **{name: {"nodes": []} for name in below.values()}}
        elif current is None or current["id"] != parent:
            raise Unavailable("A part stands by itself in it.", code="bulk_order")
        else:
            # not every part has an id
            kind = row.pop("__typename", None) or row["id"].split("/")[3]
            current[below[kind]]["nodes"].append(row)
    if current:
        yield current
