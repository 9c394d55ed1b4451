# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a query costs, and the bucket it is paid from.

The model was fitted to the real API: a connection costs
2 + max(1, floor(2 ln first)) x (1 + cost of a node's children); an object 1; scalars,
``MoneyBag``, ``pageInfo`` and ``userErrors`` nothing; a mutation 10 more.

Unmeasured, so chosen here: a list of objects that is no connection costs as one object;
``nodes(ids:)`` costs (1 + children) per id; of alternative inline fragments the dearest
counts.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.execution.collect_fields import collect_fields, collect_sub_fields
from graphql.execution.values import get_argument_values

FREE_TYPES = {"MoneyBag", "PageInfo"}
FREE_FIELDS = {"userErrors"}
MUTATION = 10

Fields = dict[str, list[FieldNode]]


def connection_cost(first: int, children: int) -> int:
    if first <= 0:
        return 2
    return 2 + max(1, math.floor(2 * math.log(first))) * (1 + children)


@dataclass(slots=True)
class CostModel:
    """`returned`: rows that root connections really had, for the actual cost."""

    schema: GraphQLSchema
    fragments: dict[str, FragmentDefinitionNode]
    variables: dict[str, Any]
    returned: dict[str, int] = field(default_factory=dict)

    def operation(self, node: OperationDefinitionNode) -> int:
        root = self.schema.get_root_type(node.operation)
        if root is None:
            return 0
        fields = collect_fields(
            self.schema, self.fragments, self.variables, root, node.selection_set
        )
        mutation = node.operation == OperationType.MUTATION
        extra = MUTATION * len(fields) if mutation else 0
        return extra + self._fields(root, fields, self.returned)

    def _fields(
        self,
        parent: GraphQLObjectType,
        fields: Fields,
        returned: dict[str, int] | None = None,
    ) -> int:
        sizes = returned or {}
        return sum(
            self._field(parent, nodes, sizes.get(nodes[0].name.value))
            for nodes in fields.values()
        )

    def _field(
        self, parent: GraphQLObjectType, nodes: list[FieldNode], returned: int | None
    ) -> int:
        name = nodes[0].name.value
        definition = parent.fields.get(name)
        if definition is None or name in FREE_FIELDS:
            return 0
        kind = get_named_type(definition.type)
        if is_leaf_type(kind) or kind.name in FREE_TYPES:
            return 0
        if kind.name.endswith("Connection") and isinstance(kind, GraphQLObjectType):
            args = get_argument_values(definition, nodes[0], self.variables)
            size = args.get("first") or args.get("last") or 0
            size = size if returned is None else min(size, returned)
            return connection_cost(size, self._node_children(kind, nodes))
        children = self._children(kind, nodes)
        if name == "nodes" and "ids" in definition.args:
            args = get_argument_values(definition, nodes[0], self.variables)
            return len(args["ids"]) * (1 + children)
        # What a mutation returns is paid for by the mutation itself.
        return children if parent is self.schema.mutation_type else 1 + children

    def _node_children(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> int:
        """Return the cost below one row, below ``nodes`` or ``edges { node }``."""
        children = 0
        fields = self._sub_fields(kind, nodes)
        for key_nodes in fields.values():
            name = key_nodes[0].name.value
            if name == "nodes":
                row = get_named_type(kind.fields["nodes"].type)
                children += self._children(row, key_nodes)
            elif name == "edges":
                edge = get_named_type(kind.fields["edges"].type)
                for inner in self._sub_fields(edge, key_nodes).values():
                    if inner[0].name.value == "node":
                        row = get_named_type(edge.fields["node"].type)
                        children += self._children(row, inner)
        return children

    def _sub_fields(self, kind: GraphQLObjectType, nodes: list[FieldNode]) -> Fields:
        return collect_sub_fields(
            self.schema, self.fragments, self.variables, kind, nodes
        )

    def _children(self, kind: GraphQLNamedType, nodes: list[FieldNode]) -> int:
        if isinstance(kind, GraphQLObjectType):
            return self._fields(kind, self._sub_fields(kind, nodes))
        if not is_abstract_type(kind):
            return 0
        names = {
            name for node in nodes for name in self._conditions(node.selection_set)
        }
        types = [self.schema.type_map[name] for name in sorted(names)]
        return max(
            (
                self._children(item, nodes)
                for item in types
                if isinstance(item, GraphQLObjectType)
            ),
            default=0,
        )

    def _conditions(self, selections: SelectionSetNode | None) -> set[str]:
        """Return the types that fragments directly below name."""
        names: set[str] = set()
        for selection in selections.selections if selections else ():
            fragment: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(selection, InlineFragmentNode):
                fragment = selection
            elif isinstance(selection, FragmentSpreadNode):
                fragment = self.fragments[selection.name.value]
            if fragment:
                if fragment.type_condition:
                    names.add(fragment.type_condition.name.value)
                names |= self._conditions(fragment.selection_set)
        return names


class Bucket:
    """A leaky bucket in points; `clock` gives seconds and may be replaced in tests."""

    def __init__(
        self, size: int, restore_rate: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.size = size
        self.restore_rate = restore_rate
        self.clock = clock
        self._available = float(size)
        self._at = clock()

    @property
    def available(self) -> float:
        now = self.clock()
        restored = (now - self._at) * self.restore_rate
        self._available = min(float(self.size), self._available + restored)
        self._at = now
        return self._available

    def take(self, points: int) -> bool:
        """Pay in advance; return False, without paying, when there is not enough."""
        if points > self.available:
            return False
        self._available -= points
        return True

    def give_back(self, points: int) -> None:
        self._available = min(float(self.size), self.available + points)

    def configure(self, size: int | None, restore_rate: int | None) -> None:
        """Change the plan; what is in the bucket stays in it."""
        self._available = self.available
        self.size = self.size if size is None else size
        self.restore_rate = self.restore_rate if restore_rate is None else restore_rate

    def drain(self) -> None:
        """Empty the bucket, as another client of the same app would."""
        self._available, self._at = 0.0, self.clock()

    def status(self) -> dict[str, float]:
        return {
            "maximumAvailable": float(self.size),
            "currentlyAvailable": int(self.available),
            "restoreRate": float(self.restore_rate),
        }
