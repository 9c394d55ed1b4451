# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timedelta, timezone

from odoo import fields, models

from ..components.push import Push, Safety
from ..exceptions import HubError, OutcomeUnknown


class HubFlow(models.Model):
    """Messages of which nobody knows whether the remote system got them.

    Keyed: sent again as it was, with the same key. Probed: looked up first, once the
    remote must show it. Manual: left to a person. Never sent blindly.
    """

    _inherit = "hub.flow"

    def _resume(self, lease, adapter, operations, tasks):
        """Settle what earlier tries left open."""
        if not tasks:
            return
        self.env["hub.attempt"].recall(tasks)
        by_safety = {}
        for task in tasks:
            operation = operations.get(task.action)
            safety = task.safety if operation else Safety.MANUAL
            if safety is Safety.KEYED and self._is_forgotten(operation, task):
                safety = Safety.MANUAL
            by_safety.setdefault((safety, task.action), []).append(task)
        for (safety, action), found in by_safety.items():
            if safety is Safety.KEYED:
                self._repeat(lease, adapter, operations[action], found)
            elif safety is Safety.PROBED:
                self._probe(adapter, operations[action], action, found)
            else:
                self._ask_person(found)
        self._finish_out(lease, [task for task in tasks if not task.stored])

    def _is_forgotten(self, operation, task):
        """Return whether the remote may not remember the key any more."""
        if not operation.key_lifetime:
            return False
        limit = timedelta(seconds=operation.key_lifetime)
        return fields.Datetime.now() > task.first_sent_at + limit

    # === KEYED ===#

    def _repeat(self, lease, adapter, operation, tasks):
        """Send exactly what was sent, with the same key."""
        if operation.key_per_call:
            groups = {}
            for task in tasks:
                groups.setdefault(task.idempotency_key, []).append(task)
            for key, found in groups.items():
                self._repeat_call(lease, adapter, operation, key, found)
            return
        for start in range(0, len(tasks), operation.batch_size):
            chunk = tasks[start : start + operation.batch_size]
            keys = {task.message_id: task.idempotency_key for task in chunk}
            pushes = self._intend(lease, operation, chunk, keys)
            self._take_results(
                lease, chunk, self._push(adapter, chunk[0].action, pushes)
            )

    def _repeat_call(self, lease, adapter, operation, key, tasks):
        """Repeat a whole call: the key stands for all that was in it."""
        keys = {task.message_id: key for task in tasks}
        call = self.env["hub.attempt"].pushes_of(key)
        self._intend(lease, operation, tasks, keys)
        self._take_results(lease, tasks, self._push(adapter, tasks[0].action, call))

    def _take_results(self, lease, tasks, results):
        for task in tasks:
            self._judge(task, results.get(task.key_in_call))
            if task.error and task.state != "in_doubt" and not _is_final(task.error):
                # nothing was done this time; the first time is as unknown as before
                task.state = "in_doubt"
        self._finish_out(lease, tasks)

    # === PROBED ===#

    def _probe(self, adapter, operation, action, tasks):
        """Ask the remote whether it happened, once it is bound to show it."""
        # with fractions, unlike fields.Datetime.now(): moments are compared
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        ready = []
        for task in tasks:
            if task.settle_at and task.settle_at > now:
                task.settle("in_doubt")
                task.pause = (task.settle_at - now).total_seconds() + 1
            else:
                ready.append(task)
        for start in range(0, len(ready), operation.batch_size):
            chunk = ready[start : start + operation.batch_size]
            self._probe_some(adapter, action, chunk)

    def _probe_some(self, adapter, action, tasks):
        self._commit()
        try:
            found = adapter.probe(self.document, action, [_again(t) for t in tasks])
        except HubError as error:
            for task in tasks:
                task.settle("in_doubt")
                task.error = error
            return
        for task in tasks:
            self._judge_probe(task, found.get(task.key_in_call))

    def _judge_probe(self, task, probed):
        if probed is None or probed.happened is None:
            task.settle("in_doubt")
            if task.attempts >= self.max_attempts:
                self._ask_person([task])
        elif probed.happened:
            task.settle("done")
            task.pushed = probed
            task.remote_id = probed.remote_id or task.remote_id
            task.version = probed.version
        else:
            # it never happened: said anew, from what Odoo says now
            task.attempts -= 1
            task.settle("pending")

    # === MANUAL ===#

    def _ask_person(self, tasks):
        for task in tasks:
            task.settle("in_doubt")
            task.error = OutcomeUnknown(
                self.env._(
                    'It is not known whether "%(name)s" reached %(backend)s: the'
                    " connection broke while it was sent.",
                    name=task.name or task.external_id,
                    backend=self.backend_id.name,
                ),
                title=self.env._(
                    "%s: it is not known whether changes arrived.", self.display_name
                ),
                remedy=self.env._(
                    "Look it up there. Then say on the message that it arrived, or have"
                    " it sent again."
                ),
                code="in_doubt",
            )


def _again(task):
    return Push(
        record=task.key_in_call,
        action=task.action,
        key=task.idempotency_key,
        payload=task.payload or {},
        remote_id=task.remote_id,
        changed=task.changed,
    )


def _is_final(error):
    """Return whether an answer to a repetition says that nothing was done at all.

    A refusal for what it says is one: the first call said the same. Being told to
    wait, or refused credentials, tells nothing about the first one.
    """
    return error.category in ("rejected", "data", "mapping", "business", "not_found")
