# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk operations that read: their life, their limits, their files.

An operation is CREATED, RUNNING when it is first looked at, and done at the next look,
unless `Bulk.outcome` says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    parse,
    print_ast,
    validate,
    visit,
)

from .bulk_imports import IMPORTS, Imports, Refused
from .bulk_rows import Paged, taken_apart
from .bulk_rules import refusal
from .bulk_search import searched
from .errors import Bubble, NotSimulated
from .identity import iso, type_of
from .paging import connection
from .run import Resolvers, Run

Object = dict[str, Any]

PLACES = 5
UNFINISHED = ("CREATED", "RUNNING", "CANCELING")


class Bulk:
    """`outcome`: COMPLETED, FAILED, or PARTIAL (failed, with half of the data)."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.operations: dict[str, Object] = {}
        self.files: dict[str, list[str]] = {}
        self.imports = Imports(shop)
        self.outcome = "COMPLETED"
        self.error_code = "INTERNAL_SERVER_ERROR"

    # === LIFE ===

    def start(self, query: str, grouped: bool) -> tuple[Object | None, list[Object]]:
        """Return (operation, userErrors)."""
        message = self._refusal(query)
        if message:
            return None, [_error(message, "INVALID", "query")]
        message = self._busy("QUERY")
        if message:
            return None, [_error(message, "OPERATION_IN_PROGRESS")]
        operation = self._new("QUERY", query)
        operation["_grouped"] = grouped
        return operation, []

    def start_mutation(self, text: str, path: str, identifier: str | None) -> Object:
        """Return the operation.

        :raises Refused: it is not begun
        """
        content = self.imports.check(text, path, identifier)
        message = self._busy("MUTATION")
        if message:
            raise Refused(message, "OPERATION_IN_PROGRESS")
        operation = self._new("MUTATION", text)
        operation["_content"] = content
        return operation

    def _busy(self, kind: str) -> str:
        """Return that there is no place for another operation, or nothing."""
        busy = [
            op["id"]
            for op in self.operations.values()
            if op["status"] in UNFINISHED and op["type"] == kind
        ]
        if len(busy) < PLACES:
            return ""
        return (
            f"A bulk {kind.lower()} operation for this app and shop is already in"
            f" progress: {', '.join(busy)}."
        )

    def _new(self, kind: str, text: str) -> Object:
        gid, _number = self.shop.generator.ids.next("BulkOperation")
        operation: Object = {
            "__typename": "BulkOperation",
            "id": gid,
            "type": kind,
            "query": text,
            "status": "CREATED",
            "errorCode": None,
            "createdAt": iso(self.shop.now()),
            "completedAt": None,
            "objectCount": "0",
            "rootObjectCount": "0",
            "fileSize": None,
            "url": None,
            "partialDataUrl": None,
        }
        self.operations[gid] = operation
        return operation

    def look(self, gid: str) -> Object | None:
        """Return an operation as it is now, which is one step further."""
        operation = self.operations.get(gid)
        if operation is None:
            return None
        if operation["status"] == "CREATED":
            operation["status"] = "RUNNING"
        elif operation["status"] == "RUNNING":
            self._finish(operation)
        return operation

    def _finish(self, operation: Object) -> None:
        if operation["type"] == "QUERY":
            rows = list(self._rows(operation))
        else:
            rows = self._done(operation)
        operation["completedAt"] = iso(self.shop.now())
        if self.outcome == "COMPLETED":
            operation["status"] = "COMPLETED"
            operation["url"] = self._store(operation, rows) if rows else None
        else:
            operation.update(status="FAILED", errorCode=self.error_code)
            if self.outcome == "PARTIAL":
                half = rows
                if operation["type"] == "QUERY":
                    half = rows[: len(rows) // 2]
                operation["partialDataUrl"] = self._store(operation, half)

    def _done(self, operation: Object) -> list[Object]:
        """Do what a file of variables asks for: all of it, half of it or nothing."""
        lines = operation["_content"].split(b"\n")
        share = {"COMPLETED": len(lines), "PARTIAL": len(lines) // 2}
        content = b"\n".join(lines[: share.get(self.outcome, 0)])
        rows = list(self.imports.answers(operation["query"], content))
        # their order is nobody's promise
        return rows[::-1]

    def _store(self, operation: Object, rows: list[Object]) -> str:
        name = operation["id"].rpartition("/")[2]
        lines = [json.dumps(row, ensure_ascii=False) for row in rows]
        self.files[name] = lines
        roots = sum("__parentId" not in row for row in rows)
        operation.update(
            objectCount=str(len(rows)),
            rootObjectCount=str(roots),
            fileSize=str(sum(len(line.encode()) + 1 for line in lines)),
        )
        return f"{self.shop.url}/_bulk/{name}.jsonl?signature=simulated"

    # === RULES ===

    def _refusal(self, query: str) -> str:
        """Return what is wrong with a query, or nothing."""
        schema = self.shop.executor.admin.schema
        try:
            document = parse(query)
        except GraphQLError as error:
            return f"Invalid bulk query: {error.message}"
        problems = validate(schema, document)
        if problems:
            return f"Invalid bulk query: {problems[0].message}"
        return refusal(schema, document)

    # === ROWS ===

    def _rows(self, operation: Object) -> Iterator[Object]:
        """Yield roots, each followed by its parts; or all parts after all roots."""
        (definition,) = parse(operation["query"]).definitions
        if not isinstance(definition, OperationDefinitionNode):
            raise NotSimulated("fragments in a bulk query")
        (root,) = definition.selection_set.selections
        if not isinstance(root, FieldNode):
            raise NotSimulated("a bulk query without a field")
        values = {a.name.value: getattr(a.value, "value", None) for a in root.arguments}
        name, search = root.name.value, values.pop("query", None)
        if values:
            raise NotSimulated(f"arguments {sorted(values)} of a bulk query")
        _keys, rows = self.shop.collection(name).rows(search, "ID")
        late: list[Object] = []
        for row in rows:
            node, parts = self._one(_node_of(root), row)
            yield node
            if operation["_grouped"]:
                yield from parts
            else:
                late += parts
        yield from late

    def _one(self, node: FieldNode, row: Object) -> tuple[Object, list[Object]]:
        kind = type_of(row["id"])
        field = kind[0].lower() + kind[1:]
        selections = node.selection_set.selections if node.selection_set else ()
        inner = " ".join(print_ast(visit(item, Paged())) for item in selections)
        prepared = self.shop.executor.prepare(
            f"query One($id: ID!) {{ {field}(id: $id) {{ {inner} }} }}"
        )
        operation = prepared.operation(None)
        if operation is None:
            raise NotSimulated(f"bulk query: {prepared.errors}")
        run = Run(self.shop, {"id": row["id"]})
        try:
            data = self.shop.executor._run(prepared, operation, run)
        except Bubble:
            data = None
        if run.errors or not data:
            raise NotSimulated(f"bulk query: {run.errors}")
        found: Object = data[field]
        return found, list(taken_apart(found, row["id"]))


def _node_of(field: FieldNode) -> FieldNode:
    """Return ``edges { node { ... } }`` of a connection."""
    for name in ("edges", "node"):
        inner = field.selection_set.selections if field.selection_set else ()
        found = [
            item
            for item in inner
            if isinstance(item, FieldNode) and item.name.value == name
        ]
        if not found:
            raise NotSimulated("a bulk query without edges and node")
        field = found[0]
    return field


def _error(message: str, code: str, *field: str) -> Object:
    return {
        "__typename": "BulkOperationUserError",
        "field": list(field) or None,
        "message": message,
        "code": code,
    }


# === RESOLVERS ===


def _start(run: Run, obj: Object, args: Object) -> Object:
    operation, errors = run.shop.bulk.start(args["query"], args["groupObjects"])
    return {"bulkOperation": operation, "userErrors": errors}


def _look(run: Run, obj: Object, args: Object) -> Any:
    return run.shop.bulk.look(args["id"])


def _list(run: Run, obj: Object, args: Object) -> Any:
    rows = list(run.shop.bulk.operations.values())
    if args.get("query"):
        rows = list(filter(searched(args["query"]), rows))
    return connection(rows, None, args)


BULK: Resolvers = {
    **IMPORTS,
    ("Mutation", "bulkOperationRunQuery"): _start,
    ("QueryRoot", "bulkOperation"): _look,
    ("QueryRoot", "bulkOperations"): _list,
}
