# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random
import time

import psycopg2
from psycopg2 import errorcodes

from odoo import fields, models

from ..exceptions import AuthError, Conflict, SchemaDrift, TransientError

APPLY_TRIES = 5
CONCURRENCY_ERRORS = (
    errorcodes.SERIALIZATION_FAILURE,
    errorcodes.DEADLOCK_DETECTED,
    errorcodes.LOCK_NOT_AVAILABLE,
)


class HubFlow(models.Model):
    """The last step of a drain: effects and outcomes in one transaction."""

    _inherit = "hub.flow"

    def _apply(self, lease, tasks):
        """Apply a batch in one transaction, restarted when it lost a race.

        :return: ids of exceptions that may be settled now
        """
        for attempt in range(1, APPLY_TRIES + 1):
            before = [(task.state, task.error) for task in tasks]
            try:
                return self._apply_once(lease, tasks, last=attempt == APPLY_TRIES)
            except (psycopg2.OperationalError, psycopg2.IntegrityError) as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if not _is_race(error):
                    raise
                for task, (state, cause) in zip(tasks, before, strict=True):
                    task.reopen()
                    task.state, task.error = state, cause
                time.sleep(random.uniform(0, 0.1 * 2**attempt))
        raise Conflict(self.env._("Other work kept changing the same records."))

    def _apply_once(self, lease, tasks, last=False):
        todo = [task for task in tasks if task.is_open]
        # a unique key that is violated again and again is no race but bad data
        importer = self._importer().with_context(hub_isolate_unique=last)
        present = [task for task in todo if not task.is_gone]
        with self._shared_records(importer.shared_keys(self.backend_id, present)):
            # ends the transaction that found the keys: the next statement takes a
            # snapshot in which everything the lock waited for is visible
            self._commit()
            self.env["hub.lane"].fence(*lease)
            importer.run(self, todo)
            covered = self._store_outcomes(tasks)
            self.env.flush_all()
            self._commit()
            return covered

    def _importer(self):
        bot = self.backend_id._as_bot()
        return bot.env[f"hub.importer.{self.document}"]

    def _shared_records(self, keys):
        """Hold advisory locks on records that other lanes may need as well.

        They live in a transaction of their own, so that they are taken before the
        working transaction begins and vanish with this process.
        """
        return self.env["hub.importer.base"].locked(keys)

    def _fail_all(self, lease, tasks, error):
        """Note a failure of the whole batch for all that had no outcome yet."""
        if isinstance(error, AuthError):
            self.backend_id._pause_at_once(error.message)
            self.env["hub.exception"].file_flow_failure(self, error)
        elif isinstance(error, SchemaDrift):
            self._pause_for_drift(error)
        for task in tasks:
            if task.is_open or task.state == "done" or _is_undecided(task, error):
                task.reopen()
                task.error = error
        self.env["hub.lane"].fence(*lease)
        self._store_outcomes(tasks)
        self._commit()

    # === OUTCOMES ===#

    def _store_outcomes(self, tasks):
        """Write all outcomes in one statement, in the transaction of the effects.

        :return: ids of exceptions whose messages a newer one has made pointless
        """
        self.env.flush_all()
        _share_records(tasks)
        rows = [self._outcome(task) for task in tasks]
        columns = [list(column) for column in zip(*rows, strict=True)]
        self.env["hub.message"].write_outcomes(columns)
        self.env["hub.attempt"].note_failed([task for task in tasks if task.error])
        self.env["hub.payload"].store(
            [
                (task.message_id, self.backend_id.mapper(self.document).dump(task))
                for task in tasks
                if task.fetched and task.payload is not None
            ],
            kind="fetched",
        )
        if self._has_events():
            return []
        return self.env["hub.message"].supersede_failed(
            self.id,
            [task for task in tasks if task.state in ("done", "unchanged")],
        )

    def _outcome(self, task):
        error, state, due = task.error, task.state or "pending", None
        attempts = task.attempts
        if isinstance(error, TransientError | AuthError):
            seconds, counts = self._pause_after(error, attempts)
            attempts -= not counts
            if counts and attempts >= self.max_attempts:
                state, error = "failed", self._given_up(error, attempts)
            else:
                due = fields.Datetime.add(fields.Datetime.now(), seconds=seconds)
        elif isinstance(error, SchemaDrift):
            # waits for the flow to be resumed
            attempts -= 1
        elif error:
            state = "failed"
        return (
            task.message_id,
            state,
            attempts,
            due,
            task.version or None,
            task.name.replace("\0", "") or None,
            task.content_hash or None,
            task.res_model,
            task.res_id,
            *_described(error),
            self.env["hub.exception"]._fingerprint(self, error) if error else None,
        )


def _is_undecided(task, error):
    """Return whether a record fails for what is wrong with all of them."""
    return isinstance(error, SchemaDrift) and bool(task.error)


def _share_records(tasks):
    """Point messages a newer one superseded at the record it led to."""
    records = {
        task.external_id: (task.res_model, task.res_id) for task in tasks if task.res_id
    }
    for task in tasks:
        if task.state == "superseded" and not task.res_id:
            task.res_model, task.res_id = records.get(task.external_id, (None, None))


def _described(error):
    """Return class, category, code, field, value, title, message, remedy."""
    if error is None:
        return (None,) * 8
    return (
        type(error).__name__,
        error.category,
        error.code or None,
        error.field or None,
        error.value or None,
        error.title or None,
        error.message.replace("\0", ""),
        error.remedy or None,
    )


def _is_race(error):
    return error.pgcode in CONCURRENCY_ERRORS or isinstance(
        error, psycopg2.errors.UniqueViolation
    )
