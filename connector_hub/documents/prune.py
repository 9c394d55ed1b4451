# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents that say less."""

from __future__ import annotations

from collections.abc import Set
from typing import Any, TypeVar, cast

from .base import Part
from .diff import _keyed

#: what tells a part from its neighbours is not what it says
IDENTITY = frozenset({"external_id", "location_id"})

P = TypeVar("P", bound=Part)


def without(part: P, paths: Set[str], prefix: str = "") -> P:
    """Return a copy that does not say ``paths``, as ``flat`` names them.

    The values stay, so that whoever translates it can read all of it; what counts as
    said are the fields in ``model_fields_set``.
    """
    said, values = set(), dict(part)
    for name in part.model_fields_set:
        path, value = f"{prefix}{name}", values[name]
        if isinstance(value, Part):
            value = without(value, paths, f"{path}.")
        elif _is_list(value):
            value = tuple(
                without(item, paths, f"{path}[{key}].") for key, item in _keyed(value)
            )
        elif path in paths and name not in IDENTITY:
            continue
        if not _is_silent(value):
            said.add(name)
        values[name] = value
    return cast(P, type(part).model_construct(_fields_set=said, **values))


def _is_list(value: Any) -> bool:
    return isinstance(value, tuple) and bool(value) and isinstance(value[0], Part)


def _is_silent(value: Any) -> bool:
    """Return whether a part, or every part of a list, says nothing any more."""
    if isinstance(value, Part):
        return not value.model_fields_set
    if _is_list(value):
        return all(item.model_fields_set <= IDENTITY for item in value)
    return False
