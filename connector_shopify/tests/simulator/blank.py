# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a lenient simulator answers for what it does not simulate: nothing.

Only to measure clients that ask for more than ours; tests want to be refused.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
)

SCALARS: dict[str, Any] = {"Boolean": False, "Int": 0, "Float": 0.0, "Decimal": "0.0"}


def blank(kind: GraphQLOutputType | None) -> Any:
    """Return null, else the emptiest value that a field must have."""
    if not isinstance(kind, GraphQLNonNull):
        return [] if isinstance(kind, GraphQLList) else None
    kind = kind.of_type
    if isinstance(kind, GraphQLList):
        return []
    if isinstance(kind, GraphQLObjectType):
        return {"__typename": kind.name}
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    return SCALARS.get(getattr(kind, "name", ""), "")
