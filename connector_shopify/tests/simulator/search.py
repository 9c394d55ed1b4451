# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The part of Shopify's search syntax that is simulated; all else is refused.

Terms ``field:value`` with an optional comparison, quoted or not, joined by white space
or ``AND``; ``OR`` between terms on ``id``, ``name`` or ``external_id`` only. The real
API ignores what it does not understand, which hides mistakes; this one raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from .errors import NotSimulated
from .identity import UTC, iso, moment_of

Object = dict[str, Any]
Predicate = Callable[[Object], bool]

TERM = re.compile(
    r"""\s*(?:(AND|OR)\b|(\w+):(>=|<=|>|<|)(?:'([^']*)'|"([^"]*)"|(\S+)))"""
)
TIMES = {"updated_at": "updatedAt", "created_at": "createdAt"}
TEXTS = {"name": "name", "sku": "sku", "external_id": "externalId"}

ALTERNATIVES = {"id", "name", "external_id"}
FIELDS = {
    "orders": {"updated_at", "created_at", "id", "name"},
    "customers": {"updated_at", "created_at", "id"},
    "companies": {"updated_at", "created_at", "id", "name", "external_id"},
    "products": {"updated_at", "created_at", "id"},
    "productVariants": {"updated_at", "id", "sku"},
    "locations": {"id", "name"},
}


def parse_search(text: str | None, collection: str) -> Predicate | None:
    """Return a test for one object, or None when everything matches."""
    groups: list[list[tuple[str, Predicate]]] = []
    position, operator = 0, "AND"
    text = (text or "").strip()
    while position < len(text):
        match = TERM.match(text, position)
        if not match:
            raise NotSimulated(f"search term {text[position:]!r} of {collection}")
        position = match.end()
        if match[1]:
            operator = match[1]
            continue
        term = _term(match, collection)
        if operator == "OR" and groups:
            groups[-1].append(term)
        else:
            groups.append([term])
        operator = "AND"
    return _combine(groups, text) if groups else None


def _combine(groups: list[list[tuple[str, Predicate]]], text: str) -> Predicate:
    for group in groups:
        if len(group) > 1 and {name for name, _ in group} - ALTERNATIVES:
            raise NotSimulated(f"OR in {text!r}")
    tests = [[test for _, test in group] for group in groups]
    return lambda row: all(any(test(row) for test in group) for group in tests)


def _term(match: re.Match[str], collection: str) -> tuple[str, Predicate]:
    name, operator = match[2], match[3]
    value = next(part for part in match.group(4, 5, 6) if part is not None)
    if name not in FIELDS.get(collection, ()):
        raise NotSimulated(f"search by {name!r} in {collection}")
    if name in TIMES:
        return name, _time(TIMES[name], operator, value)
    if name == "id":
        return name, _id(operator, value)
    if operator or "*" in value:
        raise NotSimulated(f"search {match[0].strip()!r} in {collection}")
    wanted = value.lower()
    key = TEXTS[name]
    return name, lambda row: (row[key] or "").lower() == wanted


def _id(operator: str, value: str) -> Predicate:
    number = value.rsplit("/", 1)[-1]
    if not number.isdigit():
        raise NotSimulated(f"search by id {value!r}")
    wanted = int(number)
    return _compare(lambda row: int(row["legacyResourceId"]), operator, wanted)


def _time(key: str, operator: str, value: str) -> Predicate:
    """Compare whole seconds as text; a fraction is rounded to keep the sense."""
    try:
        moment = moment_of(value)
    except ValueError:
        raise NotSimulated(f"search by time {value!r}") from None
    if moment.tzinfo is None:
        raise NotSimulated(f"search by time without offset {value!r}")
    moment = moment.astimezone(UTC)
    if moment.microsecond and operator in (">=", "<"):
        moment += timedelta(seconds=1)
    wanted = iso(moment.replace(microsecond=0))
    return _compare(lambda row: row[key], operator, wanted)


def _compare(value: Callable[[Object], Any], operator: str, wanted: Any) -> Predicate:
    if operator == ">=":
        return lambda row: value(row) >= wanted
    if operator == "<=":
        return lambda row: value(row) <= wanted
    if operator == ">":
        return lambda row: value(row) > wanted
    if operator == "<":
        return lambda row: value(row) < wanted
    return lambda row: value(row) == wanted
