# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compile a validated GraphQL operation to nested Python functions over dicts.

graphql-core executes field by field, some microseconds each; a page of orders has a
hundred thousand fields, and the processor is shared with the importer under test. A
plan decides everything that does not depend on the data once, and is kept per document.
The pure tests compare its answers with graphql-core's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    OperationDefinitionNode,
    get_named_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields

from .blank import blank
from .errors import Bubble, FieldError, NotSimulated, ProtectedDataDenied, ScopeMissing
from .fetch import constant, fetch_connection, fetch_with_arguments, refuse
from .idempotency import guarded
from .run import MISSING, Complete, Fetch, Object, Path, Resolvers, Run
from .schema import AdminSchema


@dataclass(slots=True)
class Step:
    """One response field: `fetch` None means "the value stands in the object"."""

    key: str
    name: str
    owner: str
    node: FieldNode
    fetch: Fetch | None
    complete: Complete | None
    nullable: bool
    type: GraphQLOutputType | None


class Compiler:
    """`granted`: scopes; `denied`: kinds of customer data without approval."""

    def __init__(
        self,
        admin: AdminSchema,
        resolvers: Resolvers,
        fragments: dict[str, FragmentDefinitionNode],
        variables: dict[str, Any],
        granted: frozenset[str],
        denied: frozenset[str],
    ) -> None:
        self.admin = admin
        self.schema = admin.schema
        self.resolvers = resolvers
        self.fragments = fragments
        self.variables = variables
        self.granted = granted
        self.denied = denied

    def operation(self, node: OperationDefinitionNode) -> Complete:
        root = self.schema.get_root_type(node.operation)
        if root is None:
            raise FieldError(f"no {node.operation.value} in this schema")
        fields = collect_fields(
            self.schema, self.fragments, self.variables, root, node.selection_set
        )
        return _selection(
            [self._step(root, key, nodes) for key, nodes in fields.items()]
        )

    def _object(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Complete:
        fields = self._sub_fields(kind, nodes)
        return _selection(
            [self._step(kind, key, inner) for key, inner in fields.items()]
        )

    def _sub_fields(
        self, kind: GraphQLObjectType, nodes: list[FieldNode]
    ) -> dict[str, list[FieldNode]]:
        return collect_sub_fields(
            self.schema, self.fragments, self.variables, kind, nodes
        )

    def _step(self, owner: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> Step:
        node, name = nodes[0], nodes[0].name.value
        if name == "__typename":
            return Step(
                key, name, owner.name, node, constant(owner.name), None, False, None
            )
        if name.startswith("__"):
            raise NotSimulated("introspection mixed with data")
        definition = owner.fields[name]
        kind = get_named_type(definition.type)
        return Step(
            key=key,
            name=name,
            owner=owner.name,
            node=node,
            fetch=self._fetch(owner, name, definition, kind, nodes),
            complete=self._complete(definition.type, nodes),
            nullable=not isinstance(definition.type, GraphQLNonNull),
            type=definition.type,
        )

    # === FETCH ===

    def _fetch(
        self,
        owner: GraphQLObjectType,
        name: str,
        definition: GraphQLField,
        kind: GraphQLNamedType,
        nodes: list[FieldNode],
    ) -> Fetch | None:
        refusal = self._refusal(owner.name, name, kind)
        if refusal:
            return refuse(refusal)
        node = nodes[0]
        resolver = self.resolvers.get((owner.name, name))
        if resolver and owner is self.schema.mutation_type:
            return guarded(self.schema, definition, node, resolver)
        if resolver:
            return lambda run, obj: resolver(run, obj, run.args(definition, node))
        if kind.name.endswith("Connection") and isinstance(kind, GraphQLObjectType):
            wanted = frozenset(
                inner[0].name.value for inner in self._sub_fields(kind, nodes).values()
            )
            return fetch_connection(owner.name, name, definition, node, wanted)
        if node.arguments:
            return fetch_with_arguments(owner.name, name, definition, node)
        return None

    def _refusal(
        self, owner: str, name: str, kind: GraphQLNamedType
    ) -> FieldError | None:
        facts = self.admin.scopes
        row = kind.name.removesuffix("Connection")
        for needed in (facts.get((owner, name)), facts.get(row)):
            if needed and not self.granted.intersection(needed):
                return ScopeMissing(name, needed)
        if self.admin.protected.get((owner, name)) in self.denied:
            return ProtectedDataDenied(name)
        return None

    # === COMPLETE ===

    def _complete(
        self, kind: GraphQLOutputType, nodes: list[FieldNode]
    ) -> Complete | None:
        if isinstance(kind, GraphQLNonNull):
            kind = kind.of_type
        if isinstance(kind, GraphQLList):
            inner = self._complete(kind.of_type, nodes)
            nullable = not isinstance(kind.of_type, GraphQLNonNull)
            return _complete_list(inner, nullable) if inner else None
        if is_leaf_type(kind):
            return None
        if isinstance(kind, GraphQLObjectType):
            return self._object(kind, nodes)
        return self._complete_abstract(nodes)

    def _concrete(self, name: str, nodes: list[FieldNode]) -> Complete:
        """Compile for one type of several, whose own scopes were not checked yet."""
        needed = self.admin.scopes.get(name)
        if needed and not self.granted.intersection(needed):
            denied = refuse(ScopeMissing(nodes[0].name.value, needed))
            return lambda value, run, path: denied(run, value)
        kind = self.schema.type_map[name]
        if not isinstance(kind, GraphQLObjectType):
            raise NotSimulated(f"type {name}")
        return self._object(kind, nodes)

    def _complete_abstract(self, nodes: list[FieldNode]) -> Complete:
        known: dict[str, Complete] = {}

        def complete(value: Object, run: Run, path: Path) -> Any:
            name = value["__typename"]
            if name not in known:
                known[name] = self._concrete(name, nodes)
            return known[name](value, run, path)

        return complete


def _selection(steps: list[Step]) -> Complete:
    rows = [
        (step.key, step.name, step.fetch, step.complete, step.nullable, step)
        for step in steps
    ]

    def complete(obj: Object, run: Run, path: Path) -> Object:
        out: Object = {}
        for key, name, fetch, inner, nullable, step in rows:
            try:
                value = obj.get(name, MISSING) if fetch is None else fetch(run, obj)
                if value is MISSING:
                    value = _unknown(run, step)
                if value is None:
                    if not nullable:
                        what = f"{step.owner}.{name}"
                        raise FieldError(f"simulator: {what} must not be null")
                elif inner is not None:
                    value = inner(value, run, (path, key))
                out[key] = value
            except FieldError as error:
                run.record(error, step.node, (path, key))
                if not nullable:
                    raise Bubble from None
                out[key] = None
            except Bubble:
                if not nullable:
                    raise
                out[key] = None
        return out

    return complete


def _unknown(run: Run, step: Step) -> Any:
    if not run.shop.lenient:
        raise NotSimulated(f"{step.owner}.{step.name}")
    return blank(step.type)


def _complete_list(inner: Complete, nullable: bool) -> Complete:
    def complete(values: list[Any], run: Run, path: Path) -> list[Any]:
        return [
            None if value is None else inner(value, run, (path, index))
            for index, value in enumerate(values)
        ]

    def complete_nullable(values: list[Any], run: Run, path: Path) -> list[Any]:
        out: list[Any] = []
        for index, value in enumerate(values):
            try:
                out.append(None if value is None else inner(value, run, (path, index)))
            except Bubble:
                out.append(None)
        return out

    return complete_nullable if nullable else complete
