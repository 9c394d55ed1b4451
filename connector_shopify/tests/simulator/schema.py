# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The real Admin API schema and the access facts in its ``@access`` directives."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from graphql import (
    DocumentNode,
    GraphQLSchema,
    ObjectTypeDefinitionNode,
    build_ast_schema,
    parse,
)
from graphql.language.ast import FieldDefinitionNode, InterfaceTypeDefinitionNode
from graphql.utilities import value_from_ast_untyped

PINNED = "2026-10"
#: Versions served as asked for; an older quarter is served by the first of them.
SUPPORTED = ("2026-01", "2026-04", "2026-07", "2026-10")
FOLDER = Path(__file__).resolve().parent.parent / "schema"

Scopes = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AdminSchema:
    """`scopes`: of which one is needed, by type or by (type, field).

    `protected`: kind of customer data (name, address, email, phone) by (type, field).
    """

    schema: GraphQLSchema
    scopes: dict[str | tuple[str, str], Scopes]
    protected: dict[tuple[str, str], str]


@lru_cache(maxsize=1)
def admin_schema() -> AdminSchema:
    """Build the pinned schema once per process (about one second)."""
    text = (FOLDER / f"admin_{PINNED}.graphql").read_text(encoding="utf-8")
    document = parse(text, no_location=True)
    # A test checks the file; to validate it would cost seconds at every start.
    schema = build_ast_schema(document, assume_valid=True, assume_valid_sdl=True)
    return _with_access(schema, document)


def _with_access(schema: GraphQLSchema, document: DocumentNode) -> AdminSchema:
    result = AdminSchema(schema, {}, {})
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            facts = _access(node)
            if "scopes" in facts:
                result.scopes[node.name.value] = tuple(facts["scopes"])
        if isinstance(node, ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode):
            for field in node.fields:
                _add_field(result, node.name.value, field)
    return result


def _add_field(result: AdminSchema, owner: str, field: FieldDefinitionNode) -> None:
    facts = _access(field)
    key = (owner, field.name.value)
    if "scopes" in facts:
        result.scopes[key] = tuple(facts["scopes"])
    if "protected" in facts:
        result.protected[key] = str(facts["protected"])


def _access(
    node: ObjectTypeDefinitionNode | FieldDefinitionNode,
) -> dict[str, list[str] | str]:
    for directive in node.directives or ():
        if directive.name.value == "access":
            arguments = directive.arguments or ()
            return {
                item.name.value: value_from_ast_untyped(item.value)
                for item in arguments
            }
    return {}


def served_version(version: str) -> str | None:
    """Return the version that answers a request for `version`; None if unknown."""
    if version in SUPPORTED:
        return version
    year, _, quarter = version.partition("-")
    if year.isdigit() and len(year) == 4 and quarter in ("01", "04", "07", "10"):
        return SUPPORTED[0] if version < SUPPORTED[0] else None
    return None
