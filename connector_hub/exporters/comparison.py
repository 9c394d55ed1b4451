# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Odoo says of a record, against what the remote is known to hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..components.push import Push
from ..documents import Departure, Gone, changes, flat, left_out
from ..exceptions import HubError
from .task import OutTask

#: path in a snapshot that says that the remote record was put away
GONE = "#gone"


def take(task: OutTask, document: Any) -> None:
    """Take what the exporter said of a record."""
    if task.external_id != f"{task.res_model},{task.res_id}":
        # merged into another record meanwhile, which has a message of its own
        task.settle("superseded")
    elif document is None:
        task.settle("skipped")
    elif isinstance(document, HubError):
        task.error = document
    else:
        task.document = document
        task.remote_id = document.external_id
        task.name = getattr(document, "name", "") or getattr(document, "title", "")


def compare(task: OutTask, known: Mapping[str, str | None] | None) -> None:
    """Find what of it is news to the remote, and what has to be done there."""
    is_there = bool(task.remote_id) or known is not None
    known = known or {}
    if isinstance(task.document, Gone):
        deleted = task.document.departure is Departure.DELETED
        task.action = "delete" if deleted else "archive"
        task.says = {GONE: task.document.departure.value}
        if not is_there:
            task.settle("skipped")
            return
        if task.action == "archive" and known.get("status") == Departure.ARCHIVED.value:
            # they have put it away themselves
            task.says = {}
    else:
        task.action = "update" if is_there else "create"
        task.says = flat(task.document, only_set=True)
        task.says.update(dict.fromkeys(left_out(task.document, known)))
        if known.get(GONE):
            task.says[GONE] = None
    task.changed = changes(known, task.says)
    if is_there and not task.changed and not task.forced:
        task.settle("unchanged")


def push_of(task: OutTask) -> Push:
    """Return what the adapter is given of a task."""
    return Push(
        record=task.key_in_call,
        action=task.action,
        key=task.idempotency_key,
        payload=task.payload or {},
        remote_id=task.remote_id,
        changed=task.changed,
        files=task.files,
        again=task.attempts > 1,
        age=float(task.age),
    )
