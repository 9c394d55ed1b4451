# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One mutation for many records by a bulk operation: we upload a file of what each of
them takes, Shopify writes one of what became of it.

(https://shopify.dev/docs/api/usage/bulk-operations/imports)

An operation is known again by the name in its mutation, which it tells for as long as
it is listed: whoever lost sight of it finds it, and reads what it has done.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from odoo.addons.connector_hub.components.push import File, Probed, Push, Pushed
from odoo.addons.connector_hub.exceptions import (
    HubError,
    NoPlace,
    Rejected,
    Unavailable,
)

from .bulk import PLACE_SECONDS, UNFINISHED, unfinished
from .client import ShopifyClient
from .staged_upload import stage
from .user_errors import raise_refused

Node = dict[str, Any]

#: seconds between two looks, and for which an operation is waited for at once
LOOK_SECONDS, WAIT_SECONDS = 2.0, 20.0
#: operations of a page, and pages, among which one is looked for
LISTED, PAGES = 100, 50
#: operations of one kind that Shopify works on at the same time
PLACES = 5
#: seconds by which its clock may differ from ours
CLOCKS = 3600.0
#: Shopify takes 100 MB
MAX_FILE = 95 * 1024 * 1024
NO_PLACE = ("OPERATION_IN_PROGRESS", "LIMIT_REACHED")


class BulkWriter:
    """One bulk operation that writes.

    :param mutation: text with one field; its operation has the name of this one
    :param name: GraphQL name, different for each operation
    """

    def __init__(
        self,
        client: ShopifyClient,
        mutation: str,
        name: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._mutation = mutation
        self._name = name
        self._sleep = sleep

    def start(self, rows: Sequence[Node]) -> Node:
        """Upload what each record takes, and have it done.

        :param rows: variables of the mutation, one row for each record
        :return: the operation
        :raises NoPlace: all places for operations are taken; nothing happened
        :raises Rejected: Shopify does not take it; nothing happened
        """
        content = b"\n".join(json.dumps(r, ensure_ascii=False).encode() for r in rows)
        if len(content) > MAX_FILE:
            raise Rejected("It is too much for one operation.", code="too_large")
        file = File(f"{self._name}.jsonl", "text/jsonl", content, "")
        with nothing_began():
            target = stage(self._client, file, "BULK_MUTATION_VARIABLES")
        fields = {row["name"]: row["value"] for row in target["parameters"]}
        data = self._client.execute(
            "bulk_mutation",
            {"mutation": self._mutation, "path": fields["key"], "client": self._name},
        )
        answer = data["bulkOperationRunMutation"]
        codes = {error["code"] for error in answer["userErrors"]}
        if codes.intersection(NO_PLACE):
            raise no_place()
        raise_refused(answer, "the bulk operation")
        return dict(answer["bulkOperation"])

    def find(self, age: float = 0.0) -> Node | None:
        """Return the operation that was started with this name, or None.

        :param age: seconds since it was to be started: no older one is looked at; 0:
            not known
        """
        search, after = "operation_type:mutation", None
        if age:
            since = datetime.now(timezone.utc) - timedelta(seconds=age + CLOCKS)
            search += f" created_at:>='{since:%Y-%m-%dT%H:%M:%SZ}'"
        for _page in range(PAGES):
            data = self._client.query(
                "bulk_operations", first=LISTED, after=after, search=search
            )
            page = data["bulkOperations"]
            for operation in page["nodes"]:
                # not the whole text: it is another one after an upgrade
                if f"mutation {self._name}(" in operation["query"]:
                    return dict(operation)
            if not page["pageInfo"]["hasNextPage"]:
                return None
            after = page["pageInfo"]["endCursor"]
        raise Unavailable("It is not among the newest operations.", code="bulk_unseen")

    def finished(self, operation: Node) -> Node | None:
        """Return an operation that is done, after a little while; else None.

        :raises Unavailable: nobody knows how it is; whatever was in the way of asking
        """
        waited = 0.0
        while operation["status"] in UNFINISHED:
            if waited >= WAIT_SECONDS:
                return None
            self._sleep(LOOK_SECONDS)
            waited += LOOK_SECONDS
            try:
                data = self._client.query("bulk_operation", id=operation["id"])
            except HubError as error:
                # it goes on there, whatever kept us from looking
                raise Unavailable(error.message, code="bulk_unseen") from error
            operation = data["bulkOperation"] or {**operation, "status": "EXPIRED"}
        return operation

    def answers(self, operation: Node) -> Iterator[tuple[int, Node]]:
        """Yield (place of the row, what the mutation answered), in no order.

        What is left out was not done, or nobody knows what became of it.

        :raises Unavailable: the file cannot be read now
        """
        url = operation["url"] or operation["partialDataUrl"]
        if not url:
            return
        address = urlsplit(url)
        http = self._client.elsewhere(f"{address.scheme}://{address.netloc}")
        query = f"?{address.query}" if address.query else ""
        try:
            for line in http.lines(f"{address.path}{query}"):
                row = json.loads(line)
                yield int(row["__lineNumber"]), row
        except (HubError, ValueError, KeyError) as error:
            message = f"The file of the bulk operation cannot be read: {error}"
            raise Unavailable(message, code="bulk_file") from error


def claim_places(client: ShopifyClient, count: int = 1) -> None:
    """See that so many operations can be started, before anything is uploaded.

    Somebody else may be faster; then Shopify refuses them.

    :raises NoPlace: they cannot
    """
    with nothing_began():
        data = client.query(
            "bulk_operations", first=PLACES, search=unfinished("mutation")
        )
    busy = [
        operation
        for operation in data["bulkOperations"]["nodes"]
        if operation["status"] in UNFINISHED
    ]
    if len(busy) + count > PLACES:
        raise no_place()


@contextmanager
def nothing_began() -> Iterator[None]:
    """What fails in here leaves no doubt: no record has been sent."""
    try:
        yield
    except Unavailable as error:
        if not error.sent:
            raise
        raise Unavailable(
            error.message, remedy=error.remedy, code=error.code, sent=False
        ) from error


def no_place() -> NoPlace:
    """Return that Shopify is at work on as many operations as it takes."""
    return NoPlace(
        "Shopify is at work on as many bulk operations as it takes.",
        seconds=PLACE_SECONDS,
        code="OPERATION_IN_PROGRESS",
    )


def age_of(pushes: Iterable[Push]) -> float:
    """Return how many seconds ago the first of them was intended; 0: not known."""
    return max((push.age for push in pushes), default=0.0)


def by_call(pushes: Iterable[Push]) -> dict[str, list[Push]]:
    """Return {name of the call: the records that were in it}."""
    calls: dict[str, list[Push]] = {}
    for push in pushes:
        calls.setdefault(push.place[0], []).append(push)
    return calls


def under_way(pushes: Iterable[Push]) -> dict[str, Pushed]:
    """Return what became of records while Shopify is at work on them."""
    error = Unavailable("Shopify is at work on it.", code="bulk_under_way")
    return {push.record: Pushed(error=error) for push in pushes}


def unread(operation: Node | None, pushes: Iterable[Push]) -> dict[str, Probed]:
    """Return what is known of records whose operation has no answers.

    Empty: it has, and they tell.
    """
    if operation and operation["status"] not in UNFINISHED:
        return {}
    found = Probed(None, under_way=True) if operation else Probed(False)
    return {push.record: found for push in pushes}


def nodes_of(connection: Node) -> Node:
    """Return a connection that was read by edges as reading its nodes gives it."""
    nodes = [edge["node"] for edge in connection["edges"]]
    for node in nodes:
        node.pop("__typename", None)
    return {"nodes": nodes}
