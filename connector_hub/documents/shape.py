# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a payload consists of: its fields and their types, without its values."""

from __future__ import annotations

from typing import Any

#: entries of a list that are looked at
LIST_SAMPLE = 3
#: deepest level
DEPTH = 12
KINDS = {
    str: "text",
    bool: "boolean",
    int: "number",
    float: "number",
    dict: "object",
    list: "list",
}

Shape = set[tuple[str, str]]


def shape_of(payload: dict[str, Any]) -> Shape:
    """Return {(path, kind)}: ``("lines.price", "text")``. What is null has no kind.

    Keys that are data, such as ids, count as one: ``prices.*.amount``.
    """
    found: Shape = set()
    _object(payload, "", found, DEPTH)
    return found


def _object(value: dict[str, Any], prefix: str, found: Shape, depth: int) -> None:
    for key, item in value.items():
        kind = KINDS.get(type(item))
        if kind is None:
            continue
        path = prefix + (key if not key[:1].isdigit() else "*")
        found.add((path, kind))
        if depth and kind == "object":
            _object(item, path + ".", found, depth - 1)
        elif depth and kind == "list":
            for entry in item[:LIST_SAMPLE]:
                if type(entry) is dict:
                    _object(entry, path + ".", found, depth - 1)
