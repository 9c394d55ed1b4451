# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import models

from ..components.push import Probed, Safety
from ..exceptions import HubError, OutcomeUnknown
from ..exporters.comparison import push_of
from .hub_flow_send import _refused_together

#: part of the time a remote remembers a key in which it is relied on
KEY_MARGIN = 0.9
#: until the remote is asked again for what it is at work on
UNDER_WAY_SECONDS = 20.0


class HubFlow(models.Model):
    """Messages of which nobody knows whether the remote system got them.

    Keyed: sent again as it was, with the same key. Probed: looked up first, once the
    remote must show it. Manual: left to a person. Never sent blindly.
    """

    _inherit = "hub.flow"

    def _resume(self, lease, adapter, operations, tasks, deadline):
        """Settle what earlier tries left open, as far as there is time."""
        if not tasks:
            return
        self.env["hub.attempt"].recall(tasks)
        by_way = {}
        for task in tasks:
            operation = operations.get(task.action)
            safety = task.safety if operation else Safety.MANUAL
            operation = operation and operation.tried_as(task.idempotency_key)
            if safety is Safety.KEYED and self._is_forgotten(operation, task):
                safety = Safety.MANUAL
            by_way.setdefault((safety, task.action, operation), []).append(task)
        for (safety, action, operation), found in by_way.items():
            if safety is Safety.KEYED:
                self._repeat(lease, adapter, operation, found, deadline)
            elif safety is Safety.PROBED:
                self._probe(adapter, operation, action, found, deadline)
            else:
                self._ask_person(found)
        self._finish_out(lease, [task for task in tasks if not task.stored])

    def _is_forgotten(self, operation, task):
        """Return whether the remote may not remember the key any more."""
        if not operation.key_lifetime:
            return False
        # the way there takes time, and clocks differ
        return float(task.age) > KEY_MARGIN * operation.key_lifetime

    # === KEYED ===#

    def _repeat(self, lease, adapter, operation, tasks, deadline):
        """Send exactly what was sent, with the same key."""
        for chunk in _calls(operation, tasks):
            if self._is_over(deadline):
                _put_off(chunk)
                continue
            intended = time.monotonic()
            keys = {task.message_id: task.idempotency_key for task in chunk}
            pushes = self._intend(lease, operation, chunk, keys)
            if operation.key_per_call:
                # the key stands for all that was in the call
                key = chunk[0].idempotency_key
                pushes = self.env["hub.attempt"].pushes_of(key)
            results = self._push(adapter, chunk[0].action, pushes, intended)
            if len(pushes) > 1 and _refused_together(results):
                # so it was the first time: nothing happened, and one spoils it
                for task in chunk:
                    task.settle("pending")
                self._finish_out(lease, chunk)
                continue
            self._take_results(lease, chunk, results)

    def _is_over(self, deadline):
        return time.monotonic() > deadline or not self._still_open()

    def _take_results(self, lease, tasks, results):
        for task in tasks:
            self._judge_push(task, results.get(task.key_in_call))
            if task.error and task.state != "in_doubt" and not _is_final(task.error):
                # nothing was done this time; the first time is as unknown as before
                task.state = "in_doubt"
            self._give_up(task)
        self._finish_out(lease, tasks)

    def _give_up(self, task):
        """Leave to a person what has been tried in vain for long enough."""
        if task.state == "in_doubt" and task.attempts >= self.max_attempts:
            self._ask_person([task])

    # === PROBED ===#

    def _probe(self, adapter, operation, action, tasks, deadline):
        """Ask the remote whether it happened, once it is bound to show it."""
        ready = []
        for task in tasks:
            if task.settles_in and task.settles_in > 0:
                task.settle("in_doubt")
                task.pause = float(task.settles_in) + 1
            else:
                ready.append(task)
        for start in range(0, len(ready), operation.batch_size):
            chunk = ready[start : start + operation.batch_size]
            if self._is_over(deadline):
                _put_off(chunk)
            else:
                self._probe_some(adapter, action, chunk)

    def _probe_some(self, adapter, action, tasks):
        self._commit()
        try:
            found = adapter.probe(self.document, action, [push_of(t) for t in tasks])
        except HubError as error:
            for task in tasks:
                task.settle("in_doubt")
                task.error = error
                self._give_up(task)
            return
        taken = self._taken_ids(tasks, found)
        for task in tasks:
            probed = found.get(task.key_in_call)
            if probed and probed.happened and taken & _ids_of(task, probed):
                # it is what another record became: nobody knows what became of this
                probed = Probed(False)
            self._judge_probe(task, probed)

    def _taken_ids(self, tasks, found):
        """Return {(remote id, Odoo id)} of finds that are linked with other records."""
        entity = self._exporter()._entity
        made = [task for task in tasks if task.action == "create"]
        wanted = {}
        for task in made:
            probed = found.get(task.key_in_call)
            for remote_id, res_id in _ids_of(task, probed) if probed else ():
                wanted.setdefault(remote_id, set()).add(res_id)
        if not wanted or entity not in self.backend_id._binding_models():
            return set()
        states = self.backend_id.binder(entity).states_many(wanted)
        return {
            (remote_id, res_id)
            for remote_id, state in states.items()
            for res_id in wanted[remote_id] - {state.record.id}
        }

    def _judge_probe(self, task, probed):
        if probed and probed.under_way:
            _put_off([task])
            task.pause = UNDER_WAY_SECONDS
        elif probed and probed.result:
            self._judge_push(task, probed.result)
            self._give_up(task)
        elif probed is None or probed.happened is None:
            task.settle("in_doubt")
            self._give_up(task)
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


def _ids_of(task, probed):
    """Return {(remote id, Odoo id)} of what a probe takes a record to have become."""
    found = {(probed.remote_id, task.res_id)} if probed.remote_id else set()
    for (_entity, res_id), ids in probed.links.items():
        if res_id == task.res_id:
            several = ids if isinstance(ids, tuple) else (ids,)
            found |= {(remote_id, res_id) for remote_id in several}
    return found


def _calls(operation, tasks):
    """Return the tasks as they share a call: by key, or as many as it takes."""
    if operation.key_per_call:
        groups = {}
        for task in tasks:
            groups.setdefault(task.idempotency_key, []).append(task)
        return list(groups.values())
    size = operation.batch_size
    return [tasks[start : start + size] for start in range(0, len(tasks), size)]


def _put_off(tasks):
    """Leave as unknown what there was no time for; it was no try."""
    for task in tasks:
        task.settle("in_doubt")
        task.attempts -= 1
        task.pause = 0.0


def _is_final(error):
    """Return whether an answer to a repetition says that nothing was done at all.

    A refusal for what it says is one: the first call said the same. Being told to
    wait, or refused credentials, tells nothing about the first one.
    """
    return error.category in ("rejected", "data", "mapping", "business", "not_found")
