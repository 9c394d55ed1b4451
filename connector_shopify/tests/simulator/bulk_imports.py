# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk operations that write: a file of variables, a mutation for each of its lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from .errors import Bubble, NotSimulated
from .run import Resolvers, Run

Object = dict[str, Any]

RESOURCE = "BULK_MUTATION_VARIABLES"
MAX_MEGABYTES = 100
SHORTEST_IDENTIFIER = 10
#: those of the mutations Shopify takes in bulk that are simulated
ALLOWED = {
    "customerCreate",
    "productSet",
    "productUpdate",
    "productVariantsBulkUpdate",
}


class Refused(Exception):
    """A bulk mutation that is not begun."""

    def __init__(self, message: str, code: str | None, *field: str) -> None:
        super().__init__(message)
        self.error = {
            "__typename": "BulkMutationUserError",
            "field": list(field) or None,
            "message": message,
            "code": code,
        }


class Imports:
    """Checks bulk mutations, and performs them line by line."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop

    def check(self, text: str, path: str, identifier: str | None) -> bytes:
        """Return the uploaded file.

        :raises Refused: in Shopify's words
        """
        if identifier is not None and len(identifier) < SHORTEST_IDENTIFIER:
            message = f"is too short (minimum is {SHORTEST_IDENTIFIER} characters)"
            raise Refused(message, "INVALID_MUTATION", "clientIdentifier")
        self._check_mutation(text)
        upload = self.shop.media.staged.get(path)
        content = upload and upload["resource"] == RESOURCE and upload["content"]
        if not content:
            raise Refused(
                "The JSONL file could not be found. Try uploading the file again, and"
                " check that you've entered the URL correctly for the stagedUploadPath"
                " mutation argument.",
                "NO_SUCH_FILE",
            )
        if len(content) > self.max_megabytes * 1024 * 1024:
            raise Refused(
                "The input file size exceeds the maximum allowed size of"
                f" {self.max_megabytes} MB.",
                "INVALID_STAGED_UPLOAD_FILE",
            )
        return bytes(content)

    max_megabytes = MAX_MEGABYTES

    def _check_mutation(self, text: str) -> None:
        try:
            document = parse(text)
        except GraphQLError as error:
            message = f"Failed to parse the mutation - {error.message}"
            raise Refused(message, "INVALID_MUTATION") from None
        (definition, *more) = document.definitions
        if more or not isinstance(definition, OperationDefinitionNode):
            raise NotSimulated("fragments in a bulk mutation")
        if definition.operation is not OperationType.MUTATION:
            message = (
                "Invalid operation type. Only `mutation` operations are supported."
            )
            raise Refused(message, "INVALID_MUTATION")
        problems = validate(self.shop.executor.admin.schema, document)
        if problems:
            message = f"Invalid mutation: {problems[0].message}"
            raise Refused(message, "INVALID_MUTATION")
        roots = definition.selection_set.selections
        if len(roots) != 1:
            message = "You must specify a single top level mutation."
            raise Refused(message, None, "mutation")
        (root,) = roots
        if not isinstance(root, FieldNode) or root.name.value not in ALLOWED:
            message = "You must use an allowed mutation name."
            raise Refused(message, None, "mutation")
        if text.count("edges {") + text.count("nodes {") > 1:
            raise NotSimulated("a bulk mutation with several connections")

    def answers(self, text: str, content: bytes) -> Iterator[Object]:
        """Do line after line, and yield what comes of each."""
        for number, line in enumerate(content.split(b"\n")):
            if line:
                yield {**self._one(text, line), "__lineNumber": number}

    def _one(self, text: str, line: bytes) -> Object:
        executor = self.shop.executor
        prepared = executor.prepare(text)
        operation = prepared.operation(None)
        try:
            given = json.loads(line)
        except ValueError:
            return {"errors": [{"message": "The line is not valid JSON."}]}
        values = get_variable_values(
            executor.admin.schema, operation.variable_definitions or (), given
        )
        if isinstance(values, list):
            return {"errors": [{"message": values[0].message}]}
        run = Run(self.shop, values)
        try:
            data = executor._run(prepared, operation, run)
        except Bubble:
            data = None
        return {"data": data, **({"errors": run.errors} if run.errors else {})}


def _start(run: Run, obj: Object, args: Object) -> Object:
    try:
        operation = run.shop.bulk.start_mutation(
            args["mutation"], args["stagedUploadPath"], args.get("clientIdentifier")
        )
    except Refused as refused:
        return {"bulkOperation": None, "userErrors": [refused.error]}
    return {"bulkOperation": operation, "userErrors": []}


IMPORTS: Resolvers = {("Mutation", "bulkOperationRunMutation"): _start}
