# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows of bulk operations: all of each connection, every part on a line of its own."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from typing import Any

from graphql import ArgumentNode, FieldNode, IntValueNode, NameNode, Visitor

from .paging import MAX_PAGE

Object = dict[str, Any]


class Paged(Visitor):
    """Asks for all of each connection: bulk queries name no page sizes."""

    def enter_field(self, node: FieldNode, *_args: Any) -> FieldNode | None:
        inner = node.selection_set.selections if node.selection_set else ()
        names = {item.name.value for item in inner if isinstance(item, FieldNode)}
        if "edges" not in names or node.arguments:
            return None
        size = ArgumentNode(
            name=NameNode(value="first"), value=IntValueNode(value=str(MAX_PAGE))
        )
        paged = copy(node)
        paged.arguments = (size,)
        return paged


def taken_apart(found: Object, parent: str) -> Iterator[Object]:
    """Take the parts out of an object; yield each before its own parts."""
    for name in [n for n, value in found.items() if _is_connection(value)]:
        for edge in found.pop(name)["edges"]:
            node = dict(edge["node"])
            own = list(taken_apart(node, str(node.get("id"))))
            yield {**node, "__parentId": parent}
            yield from own


def _is_connection(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"edges"}
