# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What one execution of a plan carries along: variables, errors, arguments read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graphql import FieldNode, GraphQLError, GraphQLField
from graphql.execution.values import get_argument_values

from .errors import FieldError

Object = dict[str, Any]
Path = tuple[Any, ...] | None
Complete = Callable[[Any, "Run", Path], Any]
Fetch = Callable[["Run", Object], Any]
Resolver = Callable[["Run", Object, dict[str, Any]], Any]
Resolvers = dict[tuple[str, str], Resolver]

MISSING = object()


@dataclass(slots=True)
class Run:
    """One execution: `shop` is the state, `errors` is filled as fields fail."""

    shop: Any
    variables: dict[str, Any]
    errors: list[Object] = field(default_factory=list)
    returned: dict[str, int] = field(default_factory=dict)
    _args: dict[int, dict[str, Any]] = field(default_factory=dict)

    def args(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any]:
        """Return a field's arguments: the same for every parent, so read once."""
        found = self._args.get(id(node))
        if found is None:
            try:
                found = get_argument_values(definition, node, self.variables)
            except GraphQLError as error:
                raise FieldError(
                    error.message, "argumentLiteralsIncompatible"
                ) from None
            self._args[id(node)] = found
        return found

    def record(self, error: FieldError, node: FieldNode, path: Path) -> None:
        entry: Object = {"message": error.message}
        if node.loc:
            line, column = node.loc.start_token.line, node.loc.start_token.column
            entry["locations"] = [{"line": line, "column": column}]
        entry["path"] = path_list(path)
        if error.extensions:
            entry["extensions"] = error.extensions
        self.errors.append(entry)


def path_list(path: Path) -> list[str | int]:
    keys: list[str | int] = []
    while path:
        path, key = path
        keys.append(key)
    return keys[::-1]
