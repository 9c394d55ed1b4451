# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2

from odoo import fields, models

from ..components.push import Safety
from ..cursor import read_committed
from ..exceptions import AuthError, OutcomeUnknown
from .hub_flow_apply import APPLY_TRIES, _is_race
from .hub_lane import LeaseLost


class HubFlow(models.Model):
    """What is noted once it is known, or unknown, what became of sent messages."""

    _inherit = "hub.flow"

    def _finish_out(self, lease, tasks):
        """Note what became of messages, whatever else goes on in the database."""
        if not tasks:
            return
        for attempt in range(1, APPLY_TRIES + 1):
            try:
                covered = self._store_sent(lease, tasks)
                break
            except LeaseLost:
                self.env.cr.rollback()
                self._tell_tries(tasks)
                raise
            except (psycopg2.OperationalError, psycopg2.IntegrityError) as error:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if not _is_race(error) or attempt == APPLY_TRIES:
                    raise
        for task in tasks:
            task.stored = True
        done = any(task.state == "done" for task in tasks)
        self._raise_alarm(tasks, covered, answered=done)

    def _tell_tries(self, tasks):
        """Write down what came back though the messages are in other hands by now.

        A person who has to decide on them sees it.
        """
        with read_committed(self.env.registry) as cr:
            attempts = self.env(cr=cr)["hub.attempt"]
            attempts.close([_closing(task) for task in tasks if task.attempt_id])

    def _store_sent(self, lease, tasks):
        """Store outcomes, links and the remote's new state in one transaction.

        :return: ids of exceptions whose messages these have made pointless
        """
        self.env["hub.lane"].fence(*lease)
        done = [task for task in tasks if task.state == "done"]
        self._link(done)
        self._remember(done)
        messages = self.env["hub.message"]
        rows = [self._outcome_out(task) for task in tasks]
        messages.write_outcomes([list(column) for column in zip(*rows, strict=True)])
        messages.note_sent([_mark(task) for task in tasks])
        self.env["hub.attempt"].close([_closing(t) for t in tasks if t.attempt_id])
        covered = messages.supersede_failed(
            self.id, [t for t in tasks if t.state in ("done", "unchanged")]
        )
        self._commit()
        return covered

    def _raise_alarm(self, tasks, covered, answered):
        refused = next((t.error for t in tasks if isinstance(t.error, AuthError)), None)
        exceptions = self.env["hub.exception"]
        if refused:
            self.backend_id._pause_at_once(refused.message)
            exceptions.file_flow_failure(self, refused)
        exceptions._file(tasks, covered)
        if answered:
            exceptions.settle_flow_failures(self)
        self._commit()

    def _link(self, tasks):
        """Link the records that a creation made, as far as the system links them."""
        models_of = self.backend_id._binding_models()
        entity = self._exporter()._entity
        wanted = {}
        for task in tasks:
            links = dict(task.pushed.links) if task.pushed else {}
            if task.remote_id and task.action == "create":
                links[entity, task.res_id] = task.remote_id
            for (name, res_id), remote_id in links.items():
                if name in models_of:
                    wanted.setdefault(name, {})[remote_id] = (res_id, task)
        for name, rows in wanted.items():
            self._link_many(self.backend_id.binder(name), rows)

    def _link_many(self, binder, rows):
        known = binder.states_many(rows)
        ids = [res_id for res_id, _task in rows.values()]
        odoo = self.env[binder.model._fields["odoo_id"].comodel_name]
        # it may have been deleted here while it was created there
        present = set(odoo.browse(ids).exists().ids)
        binder.bind_many(
            [
                {
                    "external_id": remote_id,
                    "odoo_id": res_id,
                    "version": task.version or False,
                    "sync_date": self.env.cr.now(),
                }
                for remote_id, (res_id, task) in rows.items()
                if remote_id not in known and res_id in present
            ]
        )

    def _remember(self, tasks):
        """Remember what the remote holds now, or that it holds nothing any more."""
        snapshots = self.env["hub.snapshot"]
        gone = [task.subject for task in tasks if task.action == "delete"]
        if gone:
            snapshots.forget(self.backend_id, self.document, gone)
        snapshots.store_many(
            self.backend_id,
            self.document,
            {
                self._subject(task): {**task.says, **(task.pushed.state or {})}
                for task in tasks
                if task.action != "delete" and task.pushed
            },
        )

    def _subject(self, task):
        """Return what later comparisons will look the remote's state up by."""
        if self._exporter()._entity in self.backend_id._binding_models():
            return task.subject
        said = task.document.external_id if task.document else ""
        return said or task.external_id

    def _outcome_out(self, task):
        """Return the row of a message's outcome; see ``hub.message.write_outcomes``."""
        row = list(self._outcome(task))
        if task.state == "in_doubt":
            row[1] = "in_doubt"
            row[3] = self._doubt_ends(task)
            if row[3]:
                row[-1] = None  # it settles itself: nobody needs to act
        return row

    def _doubt_ends(self, task):
        """Return when an unknown outcome can be settled, or None: by a person."""
        if isinstance(task.error, OutcomeUnknown) or task.safety is Safety.MANUAL:
            return None
        pause = task.pause
        if pause is None:
            pause, _counts = self._pause_after(task.error, task.attempts)
        return fields.Datetime.add(fields.Datetime.now(), seconds=pause)


def _mark(task):
    """Keep the key of what is in doubt, and of nothing else."""
    key = task.idempotency_key if task.state == "in_doubt" else None
    return task.message_id, key, task.remote_id or None


def _closing(task):
    if task.state == "in_doubt":
        outcome = "unknown"
    elif task.error:
        outcome = "retry" if task.error.category in TRANSIENT else "failed"
    else:
        outcome = "done" if task.state == "done" else None
    return task.attempt_id, outcome, task.error.text if task.error else None


TRANSIENT = ("transient", "rate_limit", "unavailable", "conflict")
