# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import psycopg2

from odoo import fields, models

from ..components.push import Safety
from ..cursor import read_committed
from ..exceptions import AuthError, BusinessRuleError, OutcomeUnknown
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
        self._note_pictures(done)
        self._look_again(done)
        self._follow_matches(done)
        messages = self.env["hub.message"]
        rows = [self._outcome_out(task) for task in tasks]
        messages.write_outcomes([list(column) for column in zip(*rows, strict=True)])
        messages.note_sent([_mark(task) for task in tasks])
        self.env["hub.attempt"].close([_closing(t) for t in tasks if t.attempt_id])
        covered = messages.supersede_failed(
            self.id,
            [
                task
                for task in tasks
                if task.state in ("done", "unchanged") and task.operation != "delete"
            ],
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
                # it may have become several there
                links.setdefault((entity, task.res_id), task.remote_id)
            for (name, res_id), remote_id in links.items():
                several = remote_id if isinstance(remote_id, tuple) else (remote_id,)
                if name in models_of:
                    rows = wanted.setdefault(name, {})
                    rows.update(dict.fromkeys(several, (res_id, task)))
        for name, rows in wanted.items():
            self._link_many(self.backend_id.binder(name), rows)
        self._unlink_parts(tasks, models_of)

    def _unlink_parts(self, tasks, models_of):
        """Note of parts that are gone there that nothing is to be told them."""
        gone = {}
        for task in tasks:
            for entity, remote_id in getattr(task.pushed, "unlinked", ()):
                gone.setdefault(entity, []).append(remote_id)
        for entity, remote_ids in gone.items():
            self.env[models_of[entity]].sudo().search(
                [
                    ("backend_id", "=", self.backend_id.id),
                    ("external_id", "in", remote_ids),
                ]
            ).deleted_at = self.env.cr.now()

    def _link_many(self, binder, rows):
        """Link {remote id: (Odoo id, task)}; what cannot be linked is not done."""
        known = binder.states_many(rows)
        odoo = self.env[binder.model._fields["odoo_id"].comodel_name]
        # it may have been deleted here while it was created there
        present = set(odoo.browse([row[0] for row in rows.values()]).exists().ids)
        values = []
        for remote_id, (res_id, task) in rows.items():
            state = known.get(remote_id)
            if state and state.record.id != res_id:
                task.settle("")
                task.error = self._taken(task, remote_id, state.record)
            elif res_id not in present:
                self._take_back(task, res_id, remote_id)
            elif not state:
                values.append(
                    {
                        "external_id": remote_id,
                        "odoo_id": res_id,
                        "version": task.version or False,
                        "sync_date": self.env.cr.now(),
                    }
                )
        binder.bind_many(values)

    def _taken(self, task, remote_id, other):
        return BusinessRuleError(
            self.env._(
                '%(system)s answered with its record %(id)s for "%(name)s", which is'
                ' linked to "%(other)s" in Odoo.',
                system=self.backend_id.name,
                id=remote_id,
                name=task.name or task.external_id,
                other=other.display_name,
            ),
            remedy=self.env._(
                "Merge the two in Odoo, or make them different, then retry."
            ),
            title=self.env._("%s: remote records that are taken.", self.display_name),
            code="taken",
        )

    def _take_back(self, task, res_id, remote_id):
        """Have a remote record deleted whose Odoo record went while it was made."""
        if res_id != task.res_id:
            return  # a part of it: what Odoo says of the whole leaves it out
        data = {str(self.backend_id.id): [remote_id]}
        row = (self.id, task.res_model, task.res_id, "delete", data)
        self.env["hub.dirty"]._append([row])

    def _look_again(self, tasks):
        """Compare new remote records once more where Odoo's was archived meanwhile.

        Such a change was no news of a record that nobody there knew yet.
        """
        made = [task for task in tasks if task.action == "create" and not task.error]
        if not made or "active" not in self.env[made[0].res_model]._fields:
            return
        model = made[0].res_model
        archived = self.env[model].search(
            [("id", "in", [task.res_id for task in made]), ("active", "=", False)]
        )
        self.env["hub.dirty"].mark_flow(self, model, archived.ids)

    def _follow_matches(self, tasks):
        """Tell records that were there already what differs, and have them reviewed."""
        matched = [
            task
            for task in tasks
            if not task.error and getattr(task.pushed, "matched", False)
        ]
        if not matched:
            return
        model = matched[0].res_model
        self.env["hub.dirty"].mark_flow(self, model, [task.res_id for task in matched])
        reason = self.env._("It was there already, and was linked instead of created.")
        self.env["hub.checkpoint"].flag(
            self.backend_id,
            self.document,
            model,
            [(task.remote_id, task.res_id, reason) for task in matched],
        )

    def _remember(self, tasks):
        """Remember what the remote holds now, or that it holds nothing any more."""
        snapshots = self.env["hub.snapshot"]
        gone = [task.subject for task in tasks if task.action == "delete"]
        if gone:
            snapshots.forget(self.backend_id, self.document, gone)
        # asked once: for each record it takes as long as all the rest
        linked = self._links_records()
        told = {
            task.subject if linked else _said_of(task): task
            for task in tasks
            if task.action != "delete" and task.pushed
        }
        known = snapshots.read_many(self.backend_id, self.document, told)
        states = {
            subject: {**_believed(task, known.get(subject, {})), **_answer(task)}
            for subject, task in told.items()
        }
        snapshots.store_many(self.backend_id, self.document, states, known)

    def _links_records(self):
        """Return whether later comparisons look the remote's state up by the link."""
        # asked of the class: an environment of the bot costs too much
        entity = self.env[f"hub.exporter.{self.document}"]._entity
        return entity in self.backend_id._binding_models()

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


def _believed(task, known):
    """Return what the remote holds of what it was told.

    Where it has told us something else meanwhile, that is newer. Parts of a list it
    answers with are known by their ids there, not by what we called them.
    """
    said = {}
    listed = {path.partition("[")[0] for path in _answer(task) if "[" in path}
    for path, value in task.says.items():
        if "[" in path and path.partition("[")[0] in listed:
            continue
        before = task.changed[path][0] if path in task.changed else value
        if (known.get(path) or "") in (before or "", value or "") or not known:
            said[path] = value
    return said


def _said_of(task):
    """Return what looks up the remote's state of a record that has no link."""
    said = task.document.external_id if task.document else ""
    return said or task.external_id


def _answer(task):
    return task.pushed.state or {}


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
