# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents as flat texts, so that two states of a record can be compared by field.

A path names one value: ``title``, ``default_address.city``, ``variants[V1].price``.
Values are texts in one spelling (``1.0`` and ``1.00`` are the same amount), or None.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from .base import Document, Part, version_key

#: what says which record and when, not what
UNSAID = frozenset({"external_id", "version", "source"})
#: what only the two systems need to understand each other, wherever it stands
ENVELOPE = frozenset(
    "image_id origin other_shipment_ids parent_id remote_type shipment_ids stock_id"
    " stock_ids".split()
)
KEY = re.compile(r"\[[^\]]*\]")

Flat = dict[str, "str | None"]


def flat(document: Document, only_set: bool = False) -> Flat:
    """Return what a document says, as {path: text}.

    :param only_set: leave out what its author did not say; a default is no statement
    """
    found: Flat = {}
    _collect(document, "", only_set, found)
    return found


def field_of(path: str) -> str:
    """Return the field a path belongs to: ``variants.price`` of any variant."""
    return KEY.sub("", path)


def changes(
    base: Mapping[str, str | None], new: Mapping[str, str | None]
) -> dict[str, tuple[str | None, str | None]]:
    """Return {path: (old, new)} of what ``new`` says and ``base`` does not.

    What ``new`` is silent about has not changed; unknown and empty are the same.
    """
    return {
        path: (base.get(path), value)
        for path, value in new.items()
        if (base.get(path) or "") != (value or "")
    }


def left_out(document: Document, base: Mapping[str, str | None]) -> set[str]:
    """Return the paths of ``base`` that are in parts a list has no more.

    Only of lists that the document says something of: ``variants[V2].price`` when it
    lists variants, and V2 is none of them.
    """
    found = set()
    for name in document.model_fields_set:
        value = getattr(document, name)
        if name in document.partial_lists:
            continue
        if not isinstance(value, tuple) or (value and not isinstance(value[0], Part)):
            continue
        keys = {key for key, _part in _keyed(value)}
        for path in base:
            inside = path.startswith(f"{name}[")
            if inside and path[len(name) + 1 :].partition("]")[0] not in keys:
                found.add(path)
    return found


def _collect(part: Part, prefix: str, only_set: bool, found: Flat) -> None:
    for name in type(part).model_fields:
        if only_set and name not in part.model_fields_set:
            continue
        if name in ENVELOPE or (not prefix and name in UNSAID):
            continue
        value = getattr(part, name)
        path = f"{prefix}{name}"
        if isinstance(value, Part):
            _collect(value, f"{path}.", only_set, found)
        elif isinstance(value, tuple) and value and isinstance(value[0], Part):
            for key, item in _keyed(value):
                _collect(item, f"{path}[{key}].", only_set, found)
        else:
            found[path] = _text(value)


def _keyed(parts: tuple[Part, ...]) -> Iterator[tuple[str, Part]]:
    """Yield (key, part); parts with the same name are told apart by their place."""
    seen = set()
    for place, part in enumerate(parts):
        key = _key(part, place)
        if key in seen:
            key = f"{key}#{place}"
        seen.add(key)
        yield key, part


def _key(part: Part, place: int) -> str:
    """Return what tells a part of a list from its neighbours."""
    for name in ("external_id", "location_id", "sku", "name"):
        if key := getattr(part, name, ""):
            return str(key).replace("]", "")
    return str(place)


def _text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}" if value else "0"
    if isinstance(value, datetime):
        return version_key(value)
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, tuple | list | dict):
        return json.dumps(_plain(value), sort_keys=True) if value else None
    return str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value if isinstance(value, str) else _text(value)
