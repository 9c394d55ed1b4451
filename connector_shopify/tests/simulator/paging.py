# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cursor paging.

A cursor holds the sort value and the id of its row, not a position: rows that move
while a client pages are met again at their new place, and no row is lost.
"""

from __future__ import annotations

import base64
import binascii
import json
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Any

from .errors import FieldError

MAX_PAGE = 250

Object = dict[str, Any]
Key = tuple[Any, int]


def encode_cursor(key: Key, sort_key: str) -> str:
    value = {"last_id": key[1], "last_value": key[0], "sort": sort_key}
    return base64.b64encode(json.dumps(value).encode()).decode()


def decode_cursor(text: str, sort_key: str) -> Key:
    try:
        value = json.loads(base64.b64decode(text, validate=True))
        key = (value["last_value"], value["last_id"])
        known = value["sort"] == sort_key
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise FieldError("Invalid cursor", "BAD_REQUEST") from None
    if not known:
        message = "Invalid cursor for current pagination sort."
        raise FieldError(message, "BAD_REQUEST")
    return key


def page_size(args: dict[str, Any]) -> int:
    """Return the requested number of rows, refusing what Shopify refuses."""
    sizes = [args[name] for name in ("first", "last") if args.get(name) is not None]
    if not sizes:
        raise FieldError("you must provide one of first or last", "BAD_REQUEST")
    if len(sizes) == 2:
        message = "providing both first and last is not supported"
        raise FieldError(message, "BAD_REQUEST")
    if not 1 <= sizes[0] <= MAX_PAGE:
        message = f"first and last must be between 1 and {MAX_PAGE}, not {sizes[0]}"
        raise FieldError(message, "BAD_REQUEST")
    return sizes[0]


def connection(
    rows: Sequence[Object],
    keys: Sequence[Key] | None,
    args: dict[str, Any],
    sort_key: str = "POSITION",
    wanted: frozenset[str] = frozenset(("nodes", "edges", "pageInfo")),
) -> Object:
    """Return a connection over `rows`, which stand in ascending order of `keys`.

    Without keys, the position is the key (nested connections). Only the parts named in
    `wanted` are built.
    """
    size = page_size(args)
    if keys is None:
        keys = [(index, 0) for index in range(len(rows))]
    reverse = bool(args.get("reverse"))
    low, high = _bounds(keys, args, sort_key, reverse)
    span = range(low, high)[::-1] if reverse else range(low, high)
    if args.get("first") is not None:
        chosen, before, after = span[:size], len(keys) - len(span) > 0, len(span) > size
        before = bool(args.get("after")) and before
    else:
        chosen, before, after = span[-size:], len(span) > size, bool(args.get("before"))
    return _parts(rows, keys, chosen, sort_key, wanted, after, before)


def _bounds(
    keys: Sequence[Key], args: dict[str, Any], sort_key: str, reverse: bool
) -> tuple[int, int]:
    low, high = 0, len(keys)
    after, before = args.get("after"), args.get("before")
    if reverse:
        after, before = before, after
    if after:
        low = bisect_right(keys, _comparable(keys, decode_cursor(after, sort_key)))
    if before:
        high = bisect_left(keys, _comparable(keys, decode_cursor(before, sort_key)))
    return low, max(low, high)


def _comparable(keys: Sequence[Key], key: Key) -> Key:
    """Refuse a cursor whose values another kind of column made."""
    if keys and type(keys[0][0]) is not type(key[0]):
        raise FieldError("Invalid cursor", "BAD_REQUEST")
    return key


def _parts(
    rows: Sequence[Object],
    keys: Sequence[Key],
    chosen: range,
    sort_key: str,
    wanted: frozenset[str],
    has_next: bool,
    has_previous: bool,
) -> Object:
    result: Object = {"count": len(chosen)}
    if "nodes" in wanted:
        result["nodes"] = [rows[index] for index in chosen]
    if "edges" in wanted:
        result["edges"] = [
            {"cursor": encode_cursor(keys[index], sort_key), "node": rows[index]}
            for index in chosen
        ]
    if "pageInfo" in wanted:
        result["pageInfo"] = {
            "hasNextPage": has_next,
            "hasPreviousPage": has_previous,
            "startCursor": encode_cursor(keys[chosen[0]], sort_key) if chosen else None,
            "endCursor": encode_cursor(keys[chosen[-1]], sort_key) if chosen else None,
        }
    return result
