# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading everything by a bulk operation: Shopify writes a file, we read its lines.

(https://shopify.dev/docs/api/usage/bulk-operations/queries)
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from odoo.addons.connector_hub.exceptions import HubError, RateLimited, Unavailable

from .client import ShopifyClient
from .queries import in_bulk
from .times import parse_time

Node = dict[str, Any]
#: returns the lines of the file at an address
OpenLines = Callable[[str], Iterable[bytes]]

#: seconds between two looks at an operation, and to wait for a free place
POLL_SECONDS, PLACE_SECONDS = 5.0, 60.0
PAGE_LENGTH = 250
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")
#: document: (connection, its fragment, connections below, by the type of their rows)
SOURCES = {"product": ("products", "ProductFields", {"ProductVariant": "variants"})}


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
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._connection, fragment, self._below = SOURCES[document]
        self._fragment = fragment
        self._open_lines = open_lines
        self._sleep = sleep
        #: since when what was read is known to be complete
        self.begun_at: datetime | None = None

    def pages(self, search: str = "") -> Iterator[list[Node]]:
        """Yield records in no order; an empty page while Shopify is at work.

        :raises BulkFailed: what was yielded is not everything
        :raises RateLimited: all places for operations are taken
        """
        query = self._query(search)
        operation = self._under_way(query) or self._start(query)
        self.begun_at = parse_time(operation["createdAt"])
        while operation["status"] in UNFINISHED:
            yield []
            self._sleep(POLL_SECONDS)
            found = self._client.query("bulk_operation", id=operation["id"])
            operation = found["bulkOperation"]
            if operation is None:
                raise BulkFailed("The bulk operation is not known any more.")
        is_whole = operation["status"] == "COMPLETED"
        url = operation["url"] if is_whole else operation["partialDataUrl"]
        if url:
            yield from self._read(url)
        if not is_whole:
            code = operation["errorCode"] or operation["status"]
            raise BulkFailed(f"The bulk operation ended as {code}.")

    def _query(self, search: str) -> str:
        """Return the query as operations take it: connections whole, by edges."""
        fields = in_bulk(self._fragment)
        condition = f"(query: {json.dumps(search)})" if search else ""
        return f"{{ {self._connection}{condition} {{ edges {{ node {fields} }} }} }}"

    def _under_way(self, query: str) -> Node | None:
        """Return an operation that a worker which died has left at work."""
        data = self._client.query("bulk_operations", first=10)
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

    def _read(self, url: str) -> Iterator[list[Node]]:
        page: list[Node] = []
        try:
            for node in join(self._open_lines(url), self._below):
                page.append(node)
                if len(page) == PAGE_LENGTH:
                    yield page
                    page = []
        except HubError as error:
            # the address lives for a week; a broken line is broken again next time
            raise BulkFailed(f"The file cannot be read: {error.message}") from error
        yield page


def join(lines: Iterable[bytes], below: dict[str, str]) -> Iterator[Node]:
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
            kind = row["id"].split("/")[3]
            current[below[kind]]["nodes"].append(row)
    if current:
        yield current
