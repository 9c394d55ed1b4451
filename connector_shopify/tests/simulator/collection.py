# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rows of one root connection, filtered and sorted, kept until a change."""

from __future__ import annotations

from typing import Any

from .errors import NotSimulated
from .identity import number_of
from .paging import Key
from .search import parse_search

Object = dict[str, Any]

SORT_KEYS = {
    "ID": None,
    "CREATED_AT": "createdAt",
    "UPDATED_AT": "updatedAt",
    "PROCESSED_AT": "processedAt",
    "ORDER_NUMBER": "number",
    "NAME": "name",
    "TITLE": "title",
}
KEPT = 20


class Collection:
    """`objects` by gid. Call `changed` after any change to them."""

    def __init__(self, name: str, objects: dict[str, Object]) -> None:
        self.name = name
        self.objects = objects
        self._cache: dict[tuple[str | None, str], tuple[list[Key], list[Object]]] = {}

    def changed(self) -> None:
        self._cache.clear()

    def rows(self, query: str | None, sort_key: str) -> tuple[list[Key], list[Object]]:
        """Return the matching rows in ascending order, and their keys."""
        found = self._cache.get((query, sort_key))
        if found is None:
            found = self._sorted(query, sort_key)
            # Watermarks make every query new: do not keep them all.
            if len(self._cache) >= KEPT:
                self._cache.clear()
            self._cache[query, sort_key] = found
        return found

    def _sorted(
        self, query: str | None, sort_key: str
    ) -> tuple[list[Key], list[Object]]:
        column = self._column(sort_key)
        matches = parse_search(query, self.name)
        rows = [row for row in self.objects.values() if matches is None or matches(row)]
        keyed = sorted(
            (((row[column] if column else 0), number_of(row["id"])), index)
            for index, row in enumerate(rows)
        )
        return [key for key, _ in keyed], [rows[index] for _, index in keyed]

    def _column(self, sort_key: str) -> str | None:
        if sort_key not in SORT_KEYS:
            raise NotSimulated(f"sort key {sort_key} of {self.name}")
        column = SORT_KEYS[sort_key]
        if column and self.objects and column not in next(iter(self.objects.values())):
            raise NotSimulated(f"sort key {sort_key} of {self.name}")
        return column
