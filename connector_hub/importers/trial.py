# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a dry run touches, noted while real importers run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

#: the attribute in which a cursor carries its trial; not its ``cache``, which every
#: rollback to a savepoint empties
KEY = "_connector_hub_trial"


class Trial:
    """Notes which records a transaction that will be undone touched, and for whom.

    Only that a record was touched is noted: what became of it is read at the end, when
    the transaction knows, just before it is rolled back.
    """

    def __init__(self) -> None:
        self.subject: Any = None
        #: {(model, id): (subject, names that were given)}
        self.made: dict[tuple[str, int], tuple[Any, frozenset[str]]] = {}
        #: {(model, id): the first subject}
        self.changed: dict[tuple[str, int], Any] = {}
        self.removed: dict[tuple[str, int], Any] = {}
        self._numbers: dict[tuple[str, int], int] = {}

    def note_made(self, records: Any, vals_list: Iterable[Mapping[str, Any]]) -> None:
        for record, values in zip(records, vals_list, strict=False):
            key = (record._name, record.id)
            self.made.setdefault(key, (self.subject, frozenset(values)))

    def note_changed(self, records: Any) -> None:
        for record_id in records._ids:
            key = (records._name, record_id)
            if key not in self.made:
                self.changed.setdefault(key, self.subject)

    def note_removed(self, records: Any) -> None:
        for record_id in records._ids:
            key = (records._name, record_id)
            if key not in self.made:
                self.removed.setdefault(key, self.subject)

    def next_number(self, sequence: Any, step: int) -> int:
        """Return the number a sequence would give, without using it up."""
        key = (sequence._name, sequence.id)
        number = self._numbers.get(key)
        number = sequence.number_next_actual if number is None else number + step
        self._numbers[key] = number
        return number


def trial_of(cr: Any) -> Trial | None:
    """Return the trial of a cursor; None for all that are not one."""
    # not getattr: for what they lack, cursors ask the driver's cursor
    trial: Trial | None = cr.__dict__.get(KEY)
    return trial
