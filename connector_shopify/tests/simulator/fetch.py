# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How a plan gets the value of a field that is more than a key of its object."""

from __future__ import annotations

from typing import Any

from graphql import FieldNode, GraphQLField

from .errors import FieldError, NotSimulated
from .paging import connection
from .run import MISSING, Fetch, Object, Run


def constant(value: str) -> Fetch:
    return lambda run, obj: value


def refuse(error: FieldError) -> Fetch:
    def fetch(run: Run, obj: Object) -> Any:
        # One instance for all fields: without this its traceback would grow for ever.
        raise error.with_traceback(None)

    return fetch


def fetch_connection(
    owner: str,
    name: str,
    definition: GraphQLField,
    node: FieldNode,
    wanted: frozenset[str],
) -> Fetch:
    paging = {"first", "last", "after", "before", "reverse"}
    given = {argument.name.value for argument in node.arguments} - paging

    def fetch(run: Run, obj: Object) -> Any:
        rows = obj.get(name, MISSING)
        if rows is MISSING:
            if not run.shop.lenient:
                raise NotSimulated(f"{owner}.{name}")
            return connection([], None, {"first": 1}, wanted=wanted)
        args = run.args(definition, node)
        _refuse_arguments(owner, name, definition, given, args)
        return connection(rows, None, args, wanted=wanted)

    return fetch


def fetch_with_arguments(
    owner: str, name: str, definition: GraphQLField, node: FieldNode
) -> Fetch:
    given = {argument.name.value for argument in node.arguments} - {"first"}

    def fetch(run: Run, obj: Object) -> Any:
        value = obj.get(name, MISSING)
        args = run.args(definition, node)
        _refuse_arguments(owner, name, definition, given, args)
        return value[: args["first"]] if args.get("first") and value else value

    return fetch


def _refuse_arguments(
    owner: str,
    name: str,
    definition: GraphQLField,
    given: set[str],
    args: dict[str, Any],
) -> None:
    """Refuse arguments that would change the answer; their defaults are harmless."""
    for argument in given:
        default = definition.args[argument].default_value
        value = args.get(argument)
        if value is not None and value != default:
            raise NotSimulated(f"argument {argument!r} of {owner}.{name}")
