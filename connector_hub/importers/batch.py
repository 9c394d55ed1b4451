# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo asks for each record of a batch, asked once for all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

#: the attribute in which a cursor carries its batch; not the context: computed fields
#: are computed in whatever environment happens to need them
KEY = "_connector_hub_batch"


class Batch:
    """Answers that stay the same during a batch, and what waits for its end.

    Odoo's own methods are called for every record and ask the database each time. Their
    extensions in ``models`` look here first; outside of :func:`together` there is no
    batch, and nothing differs.
    """

    def __init__(self) -> None:
        self._answers: dict[Any, Any] = {}
        self._environments: dict[tuple[str, Any], Any] = {}
        #: {(model, record id): texts for its chatter}
        self.notes: dict[tuple[str, int], list[Any]] = {}
        #: moves whose reordering rules are asked at the end
        self.move_ids: set[int] = set()
        #: products that this batch moves
        self.product_ids: set[int] = set()
        #: references of transfers that were made in this batch, and have none yet
        self.reference_ids: set[int] = set()
        #: {sequence: numbers that were drawn for this batch}
        self.numbers: dict[int, list[int]] = {}
        #: payments do not tell of changes one by one
        self.holds_payments = False

    def once(self, key: Any, ask: Callable[[], Any]) -> Any:
        """Return what ``ask`` answered the first time."""
        if key not in self._answers:
            self._answers[key] = ask()
        return self._answers[key]

    def environment(self, kind: str, env: Any, make: Callable[[], Any]) -> Any:
        """Return the environment of a kind that was made of another one first.

        Odoo makes it again for each amount it rounds, and compares it with all that
        there are.
        """
        known = self._environments.get((kind, env))
        if known is None:
            known = self._environments[kind, env] = make()
        return known

    def forget(self, kind: str) -> None:
        """Have every question of a kind, the first part of its key, asked again."""
        for key in [key for key in self._answers if key[0] == kind]:
            del self._answers[key]

    def note(self, records: Any, body: Any) -> None:
        """Put a text into the chatter of records at the end of the batch."""
        for record_id in records.ids:
            self.notes.setdefault((records._name, record_id), []).append(body)

    def close(self, env: Any) -> None:
        """Do what has waited; the batch is over already."""
        env["stock.move"].browse(sorted(self.move_ids))._trigger_scheduler_together()
        while self.notes:
            bodies: dict[str, dict[int, Any]] = {}
            for (model, record_id), texts in self.notes.items():
                bodies.setdefault(model, {})[record_id] = texts.pop(0)
            self.notes = {key: texts for key, texts in self.notes.items() if texts}
            for model, by_id in bodies.items():
                env[model].browse(by_id).exists()._message_log_batch(by_id)


def batch_of(cr: Any) -> Batch | None:
    """Return the batch a transaction is working on; None outside of one."""
    # not getattr: for what they lack, cursors ask the driver's cursor
    batch: Batch | None = cr.__dict__.get(KEY)
    return batch


@contextmanager
def together(env: Any) -> Iterator[Batch]:
    """Let Odoo work on many records as on one; raising leaves nothing to be done."""
    known = batch_of(env.cr)
    if known:
        yield known
        return
    batch = Batch()
    env.cr.__dict__[KEY] = batch
    try:
        yield batch
    finally:
        del env.cr.__dict__[KEY]
    batch.close(env)
