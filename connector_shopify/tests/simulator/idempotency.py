# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Run-time rules that all mutations share, and that the schema does not show.

Since 2026-04 some mutations need ``@idempotent(key:)``; a known key gets the answer of
the first time. Arrays hold 250 entries at most.

Unmeasured, so chosen here: an attempt that ended with userErrors counts as failed, so
its key is refused afterwards (``IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED``, whose words are
ours); one that ended with ``errors`` is not remembered.
"""

from __future__ import annotations

import json
from typing import Any

from graphql import FieldNode, GraphQLField, GraphQLSchema, get_named_type
from graphql.execution.values import get_directive_values

from .errors import FieldError, NotSimulated
from .run import Fetch, Object, Resolver, Run

MAX_INPUT = 250
#: arrays with a limit of their own
LONGER = {("productSet", "variants"): 2048}

REQUIRED = frozenset(
    {
        "inventoryActivate",
        "inventoryAdjustQuantities",
        "inventoryMoveQuantities",
        "inventorySetOnHandQuantities",
        "inventorySetQuantities",
        "inventoryShipmentAddItems",
        "inventoryShipmentCreate",
        "inventoryShipmentCreateInTransit",
        "inventoryShipmentReceive",
        "inventoryTransferCreate",
        "inventoryTransferCreateAsReadyToShip",
        "inventoryTransferDuplicate",
        "inventoryTransferSetItems",
        "locationActivate",
        "locationDeactivate",
        "refundCreate",
    }
)

MISSING_DIRECTIVE = (
    "The @idempotent directive is required for this mutation but was not provided."
)
MISMATCH = (
    "IDEMPOTENCY_KEY_PARAMETER_MISMATCH",
    "The same idempotency key cannot be used with different operation parameters.",
)
CONCURRENT = (
    "IDEMPOTENCY_CONCURRENT_REQUEST",
    "This request is currently in progress, please try again.",
)
FAILED = (
    "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED",
    "The previous attempt with this idempotency key failed.",
)


class Idempotency:
    """The keys a shop has seen. `busy`: so many repetitions find the first one still
    running; `seen` counts the calls per key."""

    def __init__(self) -> None:
        self.busy = 0
        self.seen: dict[str, int] = {}
        self._answers: dict[str, tuple[str, Object | None]] = {}

    def forget(self) -> None:
        """Forget all keys, as after their retention."""
        self._answers.clear()

    def recall(self, key: str, said: str) -> tuple[Object | None, Any]:
        """Return the stored answer of a key, or (code, message) of its refusal."""
        self.seen[key] = self.seen.get(key, 0) + 1
        if key not in self._answers:
            return None, None
        first, answer = self._answers[key]
        if first != said:
            return None, MISMATCH
        if self.busy:
            self.busy -= 1
            return None, CONCURRENT
        return (answer, None) if answer is not None else (None, FAILED)

    def keep(self, key: str, said: str, answer: Object | None) -> None:
        """Keep the answer of the first time; None: it was refused."""
        self._answers[key] = (said, answer)


def guarded(
    schema: GraphQLSchema, definition: GraphQLField, node: FieldNode, resolver: Resolver
) -> Fetch:
    """Return how the answer of a mutation comes about under the shared rules."""
    name = node.name.value
    directive = schema.get_directive("idempotent")
    given = any(item.name.value == "idempotent" for item in node.directives or ())

    def fetch(run: Run, obj: Object) -> Any:
        args = run.args(definition, node)
        if not given and name in REQUIRED:
            raise FieldError(MISSING_DIRECTIVE, "BAD_REQUEST")
        if given and name not in REQUIRED:
            raise NotSimulated(f"@idempotent on {name}")
        _check_sizes(name, args)
        if not given or directive is None:
            return resolver(run, obj, args)
        values = get_directive_values(directive, node, run.variables) or {}
        return _once(run, obj, name, str(values["key"]), args, definition, resolver)

    return fetch


def _once(
    run: Run,
    obj: Object,
    name: str,
    key: str,
    args: Object,
    definition: GraphQLField,
    resolver: Resolver,
) -> Object:
    memory, ledger = run.shop.idempotency, run.shop.ledger
    said = json.dumps([name, args], sort_keys=True, default=str)
    answer, refusal = memory.recall(key, said)
    if refusal:
        return _refused(definition, *refusal)
    if answer is not None:
        return answer
    ledger.key = key
    try:
        answer = resolver(run, obj, args)
    finally:
        ledger.key = None
    failed = any(answer.get(field) for field in answer if field.endswith("serErrors"))
    memory.keep(key, said, None if failed else answer)
    return answer


def _refused(definition: GraphQLField, code: str, message: str) -> Object:
    """Return a payload that holds nothing but one userError."""
    kind = get_named_type(definition.type)
    payload: Object = dict.fromkeys(kind.fields)
    for name, field in kind.fields.items():
        if name.endswith("serErrors"):
            typename = get_named_type(field.type).name
            error = {"field": None, "message": message, "code": code}
            payload[name] = [{"__typename": typename, **error}]
    return payload


def _check_sizes(mutation: str, value: Any, name: str = "") -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _check_sizes(mutation, inner, key)
    elif isinstance(value, list):
        limit = LONGER.get((mutation, name), MAX_INPUT)
        if len(value) > limit:
            raise FieldError(
                f"The input array size of {len(value)} is greater than the maximum"
                f" allowed of {limit}.",
                "MAX_INPUT_SIZE_EXCEEDED",
            )
        for inner in value:
            _check_sizes(mutation, inner, name)
