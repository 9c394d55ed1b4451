# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a bulk operation refuses to read."""

from __future__ import annotations

from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    get_nullable_type,
    is_leaf_type,
    is_list_type,
    visit,
)

MAX_CONNECTIONS, MAX_DEPTH = 5, 2


def refusal(schema: GraphQLSchema, document: DocumentNode) -> str:
    """Return what is wrong with a valid query, in Shopify's words; or nothing."""
    shape = _Shape(schema)
    visit(document, TypeInfoVisitor(shape.types, shape))
    rules = (
        (
            shape.by_nodes,
            "All connection fields in a bulk query must select their contents using"
            " 'edges' > 'node', e.g: 'products { edges { node {'. Selecting via 'nodes'"
            f" is not supported. Invalid connection fields: '{shape.by_nodes}'.",
        ),
        (not shape.count, "Bulk queries must contain at least one connection."),
        (
            shape.count > MAX_CONNECTIONS,
            f"Bulk queries cannot contain more than {MAX_CONNECTIONS} connections.",
        ),
        (
            shape.deepest > MAX_DEPTH,
            "Bulk queries cannot contain connections with a nesting depth greater than"
            f" {MAX_DEPTH}.",
        ),
        (
            shape.without_id,
            "The parent 'node' field for a nested connection must select the 'id' field"
            " without an alias and must be of 'ID' return type. Connection fields"
            f" without 'id': {shape.without_id}.",
        ),
        (
            shape.in_list,
            "Queries that contain a connection field within a list field are not"
            " currently supported.",
        ),
    )
    return next((message for broken, message in rules if broken), "")


class _Shape(Visitor):
    """Counts connections, and how and how deep they stand in each other."""

    def __init__(self, schema: GraphQLSchema) -> None:
        super().__init__()
        self.types = TypeInfo(schema)
        self.count = self.deepest = 0
        self.by_nodes = self.without_id = ""
        self.in_list = False
        #: the fields around the present one: (connection or list, its name)
        self._around: list[tuple[str, FieldNode]] = []

    def enter_field(self, node: FieldNode, *_args: Any) -> None:
        kind = self._kind()
        if kind == "connection":
            outer = [field for kind, field in self._around if kind == "connection"]
            self.count += 1
            # the first level is no nesting
            self.deepest = max(self.deepest, len(outer))
            self.in_list |= any(kind == "list" for kind, _field in self._around)
            if "nodes" in _names(node):
                self.by_nodes = self.by_nodes or node.name.value
            if outer and not _has_id(outer[-1]):
                self.without_id = self.without_id or outer[-1].name.value
        self._around.append((kind, node))

    def leave_field(self, *_args: Any) -> None:
        self._around.pop()

    def _kind(self) -> str:
        kind = self.types.get_type()
        if kind is None or is_leaf_type(get_named_type(kind)):
            return "leaf"
        if get_named_type(kind).name.endswith("Connection"):
            return "connection"
        # the rows of a connection are a list themselves
        parent = self.types.get_parent_type()
        rows = parent is not None and parent.name.endswith("Connection")
        return "list" if is_list_type(get_nullable_type(kind)) and not rows else "one"


def _names(node: FieldNode) -> list[str]:
    selections = node.selection_set.selections if node.selection_set else ()
    return [item.name.value for item in selections if isinstance(item, FieldNode)]


def _has_id(connection: FieldNode) -> bool:
    field = connection
    for name in ("edges", "node"):
        selections = field.selection_set.selections if field.selection_set else ()
        found = [
            item
            for item in selections
            if isinstance(item, FieldNode) and item.name.value == name
        ]
        if not found:
            return False
        field = found[0]
    selections = field.selection_set.selections if field.selection_set else ()
    return any(
        isinstance(item, FieldNode) and item.name.value == "id" and not item.alias
        for item in selections
    )
