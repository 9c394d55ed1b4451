# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answer a GraphQL request: validate, price, throttle, run. Always HTTP 200."""

from __future__ import annotations

import re
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    execute_sync,
    parse,
    validate,
)
from graphql.execution.values import get_variable_values

from .cost import CostModel
from .errors import Bubble
from .mutations import MUTATIONS
from .plan import Compiler
from .queries import QUERIES
from .run import Complete, Run
from .schema import AdminSchema, admin_schema

Object = dict[str, Any]

MAX_COST = 1000
KEPT_DOCUMENTS = 200
RESOLVERS = {**QUERIES, **MUTATIONS}

#: graphql-core's words and Shopify's: (pattern, message, code, extension names)
REWORDED: tuple[tuple[str, str, str, tuple[str, ...]], ...] = (
    (
        r"Cannot query field '(?P<fieldName>\w+)' on type '(?P<typeName>\w+)'",
        "Field '{fieldName}' doesn't exist on type '{typeName}'",
        "undefinedField",
        ("typeName", "fieldName"),
    ),
    (
        r"Unknown argument '(?P<argumentName>\w+)' on field '\w+\.(?P<name>\w+)'",
        "Field '{name}' doesn't accept argument '{argumentName}'",
        "argumentNotAccepted",
        ("name", "argumentName"),
    ),
    (r"Syntax Error", "", "PARSE_ERROR", ()),
)


@dataclass(slots=True)
class Prepared:
    """A parsed document, its errors, and what was computed from it so far."""

    document: DocumentNode | None
    errors: list[Object]
    costs: dict[Any, int] = field(default_factory=dict)
    plans: dict[Any, Complete] = field(default_factory=dict)

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        nodes = self.document.definitions if self.document else ()
        return {
            node.name.value: node
            for node in nodes
            if isinstance(node, FragmentDefinitionNode)
        }

    def operation(self, name: str | None) -> OperationDefinitionNode | None:
        nodes = self.document.definitions if self.document else ()
        found = [
            node
            for node in nodes
            if isinstance(node, OperationDefinitionNode)
            and (name is None or (node.name and node.name.value == name))
        ]
        return found[0] if len(found) == 1 else None


class Executor:
    """Kept per shop; the schema is shared by all shops of the process."""

    def __init__(self, shop: Any, max_cost: int = MAX_COST) -> None:
        self.shop = shop
        self.max_cost = max_cost
        self._documents: OrderedDict[str, Prepared] = OrderedDict()

    @property
    def admin(self) -> AdminSchema:
        return admin_schema()

    def execute(
        self,
        text: str,
        variables: Object | None = None,
        operation_name: str | None = None,
    ) -> Object:
        """Return the response body."""
        prepared = self.prepare(text)
        if prepared.errors:
            return {"errors": prepared.errors}
        node = prepared.operation(operation_name)
        if node is None:
            return _failure("An operation name is required", "BAD_REQUEST")
        values = get_variable_values(
            self.admin.schema, node.variable_definitions or (), variables or {}
        )
        if isinstance(values, list):
            return {"errors": [_variable_error(error) for error in values]}
        if _is_introspection(node):
            return self._introspect(prepared, values, operation_name)
        return self._priced(prepared, node, values)

    def prepare(self, text: str) -> Prepared:
        prepared = self._documents.get(text)
        if prepared is None:
            prepared = self._documents[text] = self._parse(text)
            if len(self._documents) > KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
        return prepared

    def _parse(self, text: str) -> Prepared:
        try:
            document = parse(text)
        except GraphQLError as error:
            return Prepared(None, [_validation_error(error)])
        errors = validate(self.admin.schema, document)
        return Prepared(document, [_validation_error(error) for error in errors])

    # === COST ===

    def _priced(
        self, prepared: Prepared, node: OperationDefinitionNode, values: Object
    ) -> Object:
        requested = self._cost(prepared, node, values, {})
        bucket = self.shop.bucket
        if requested > self.max_cost:
            return _too_expensive(requested, self.max_cost)
        if not bucket.take(requested):
            return self._throttled(requested)
        run = Run(self.shop, values)
        data = self._run(prepared, node, run)
        actual = min(requested, self._cost(prepared, node, values, run.returned))
        bucket.give_back(requested - actual)
        self.shop.stats.requested_cost += requested
        self.shop.stats.actual_cost += actual
        response: Object = {"data": data}
        if run.errors:
            response["errors"] = run.errors
        response["extensions"] = {"cost": self._cost_extension(requested, actual)}
        return response

    def _cost(
        self,
        prepared: Prepared,
        node: OperationDefinitionNode,
        values: Object,
        returned: dict[str, int],
    ) -> int:
        sizes = tuple(
            (name, len(value) if isinstance(value, list) else value)
            for name, value in values.items()
            if isinstance(value, int | list)
        )
        key = (_name(node), sizes, tuple(returned.items()))
        if key not in prepared.costs:
            model = CostModel(self.admin.schema, prepared.fragments, values, returned)
            prepared.costs[key] = model.operation(node)
        return prepared.costs[key]

    def _cost_extension(self, requested: int, actual: int | None) -> Object:
        return {
            "requestedQueryCost": requested,
            "actualQueryCost": actual,
            "throttleStatus": self.shop.bucket.status(),
        }

    def _throttled(self, requested: int) -> Object:
        self.shop.stats.throttled += 1
        response = throttled_error()
        response["extensions"] = {"cost": self._cost_extension(requested, None)}
        return response

    # === RUN ===

    def _run(
        self, prepared: Prepared, node: OperationDefinitionNode, run: Run
    ) -> Object | None:
        shop = self.shop
        flags = tuple(
            item for item in run.variables.items() if isinstance(item[1], bool)
        )
        key = (_name(node), flags, shop.granted, shop.denied)
        plan = prepared.plans.get(key)
        if plan is None:
            compiler = Compiler(
                self.admin,
                RESOLVERS,
                prepared.fragments,
                run.variables,
                shop.granted,
                shop.denied,
            )
            plan = prepared.plans[key] = compiler.operation(node)
        try:
            return plan({}, run, None)
        except Bubble:
            return None

    def _introspect(
        self, prepared: Prepared, values: Object, name: str | None
    ) -> Object:
        document = prepared.document
        if document is None:
            return _failure("No document", "BAD_REQUEST")
        result = execute_sync(
            self.admin.schema, document, variable_values=values, operation_name=name
        )
        return dict(result.formatted)


def _name(node: OperationDefinitionNode) -> str:
    return node.name.value if node.name else ""


def _is_introspection(node: OperationDefinitionNode) -> bool:
    names = {getattr(item, "name", None) for item in node.selection_set.selections}
    return all(name and name.value in ("__schema", "__type") for name in names)


# === ERRORS ===


def _failure(message: str, code: str) -> Object:
    return {"errors": [{"message": message, "extensions": {"code": code}}]}


def _validation_error(error: GraphQLError) -> Object:
    entry: Object = {"message": error.message, "locations": []}
    for location in error.locations or ():
        entry["locations"].append({"line": location.line, "column": location.column})
    entry["extensions"] = {"code": "GRAPHQL_VALIDATION_FAILED"}
    for pattern, message, code, names in REWORDED:
        match = re.match(pattern, error.message)
        if match:
            entry["message"] = message.format(**match.groupdict()) or error.message
            facts = {name: match[name] for name in names}
            entry["extensions"] = {"code": code, **facts}
    return entry


def _variable_error(error: GraphQLError) -> Object:
    return {
        "message": error.message,
        "locations": [
            {"line": location.line, "column": location.column}
            for location in error.locations or ()
        ],
        "extensions": {"code": "INVALID_VARIABLE"},
    }


def throttled_error() -> Object:
    extensions = {
        "code": "THROTTLED",
        "documentation": "https://shopify.dev/api/usage/rate-limits",
    }
    return {"errors": [{"message": "Throttled", "extensions": extensions}]}


def _too_expensive(cost: int, limit: int) -> Object:
    message = (
        f"Query cost is {cost}, "
        f"which exceeds the single query max cost limit ({limit})."
    )
    extensions = {
        "code": "MAX_COST_EXCEEDED",
        "cost": cost,
        "maxCost": limit,
        "documentation": "https://shopify.dev/api/usage/rate-limits",
    }
    return {"errors": [{"message": message, "extensions": extensions}]}
