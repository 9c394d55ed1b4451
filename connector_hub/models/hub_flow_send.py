# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time
import uuid

import psycopg2

from odoo import models

from ..components.push import Pushed, Safety
from ..documents import Gone
from ..exceptions import HubError, NoPlace, NotFound, Rejected, Unavailable
from ..exporters.comparison import compare, push_of, take
from .hub_flow_drain import TIME_BUDGET
from .hub_lane import LeaseLost

_logger = logging.getLogger(__name__)

#: seconds after which an intent is not carried out any more
STALE_INTENT = 10
#: departures first: what comes may need the name or number of what goes
ACTIONS = ("delete", "archive", "update", "create")


class HubFlow(models.Model):
    """The drain of an outbound flow: say, compare, intend, push, note.

    What was said is compared with what the remote is known to hold, which also keeps
    what it told us from being told back. Before anything is sent the intent is
    committed: what has no outcome then may have happened, see ``hub_flow_doubt``.
    """

    _inherit = "hub.flow"

    def _process_out(self, lease, tasks):
        """Bring claimed outbound messages to their outcome."""
        deadline = time.monotonic() + TIME_BUDGET
        try:
            adapter = self.backend_id.adapter()
            adapter.prepare()
            operations = adapter.operations(self.document)
            self._commit()
            resumed = [task for task in tasks if task.resumes]
            self._resume(lease, adapter, operations, resumed, deadline)
            fresh = [task for task in tasks if not task.resumes]
            self._keep_last(fresh)
            self._say([task for task in fresh if task.is_open])
            self._skip_unoffered(operations, fresh)
            self._finish_out(lease, [task for task in fresh if not task.is_open])
            self._send(
                lease, adapter, operations, [t for t in fresh if t.is_open], deadline
            )
        except LeaseLost:
            raise
        except HubError as error:
            self.env.cr.rollback()
            rest = [task for task in tasks if not task.stored]
            for task in rest:
                if task.resumes:
                    # what was unknown before is as unknown now
                    task.settle("in_doubt")
                task.error = error
            self._finish_out(lease, rest)

    def _keep_last(self, tasks):
        """Of several changes of one record the last one says it all."""
        last = {}
        for task in tasks:
            if task.operation == "delete":
                continue
            earlier = last.get(task.external_id)
            if earlier:
                task.forced |= earlier.forced
                earlier.settle("superseded")
            last[task.external_id] = task

    def _skip_unoffered(self, operations, tasks):
        for task in tasks:
            if task.is_open and task.action not in operations:
                task.settle("skipped")

    # === SAYING ===#

    def _say(self, tasks):
        """Find out what Odoo says of the records, and what of it is news."""
        if not tasks:
            return
        try:
            with self.env.cr.savepoint():
                self._say_together(tasks)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if len(tasks) > 1:
                for task in tasks:
                    task.reopen()
                    self._say([task])
                return
            if not isinstance(error, HubError):
                _logger.warning(
                    "Message %s cannot be exported", tasks[0].message_id, exc_info=True
                )
                error = self._defect(error)
            tasks[0].error = error

    def _say_together(self, tasks):
        exporter = self._exporter()
        changed = [task for task in tasks if task.operation != "delete"]
        documents = {}
        if changed:
            ids = [task.res_id for task in changed]
            documents = exporter.to_documents(self, ids)
        for task in tasks:
            deleted = task.operation == "delete"
            said = self._departed(task) if deleted else documents.get(task.res_id)
            take(task, self._by_policy(said))
        spoken = [task for task in tasks if task.is_open]
        known = self.env["hub.snapshot"].read_many(
            self.backend_id, self.document, [task.subject for task in spoken]
        )
        self._withhold(spoken, known)
        mapper = self.backend_id.mapper(self.document)
        for task in spoken:
            compare(task, known.get(task.subject))
            if task.is_open and task.document and not isinstance(task.document, Gone):
                task.payload = mapper.to_payload(task.document, **mapper.options())

    # === SENDING ===#

    def _send(self, lease, adapter, operations, tasks, deadline):
        """Send in as few calls as the remote allows; stop when it is time."""
        for action in ACTIONS:
            wanted = [task for task in tasks if task.action == action]
            size = 1
            if wanted:
                size = operations[action].for_count(len(wanted)).batch_size
            for start in range(0, len(wanted), size):
                chunk = wanted[start : start + size]
                if time.monotonic() > deadline or not self._still_open():
                    return self._give_back(lease, [t for t in tasks if not t.stored])
                self._send_chunk(lease, adapter, operations[action], chunk, deadline)
        return None

    def _send_chunk(self, lease, adapter, operation, tasks, deadline):
        intended = time.monotonic()
        pushes = self._intend(lease, operation.for_count(len(tasks)), tasks)
        results = self._push(adapter, tasks[0].action, pushes, intended)
        if len(tasks) > 1 and _refused_together(results):
            return self._send_apart(lease, adapter, operation, tasks, deadline)
        for task in tasks:
            self._judge_push(task, results.get(task.key_in_call))
        self._finish_out(lease, tasks)
        return None

    def _send_apart(self, lease, adapter, operation, tasks, deadline):
        """One of them spoils the call for the others: send them one by one.

        The refused call is closed first: nothing of it happened, so none of them is
        in doubt because of it, whatever happens to this process.
        """
        self.env["hub.lane"].fence(*lease)
        self.env["hub.attempt"].close([(t.attempt_id, "failed", None) for t in tasks])
        self.env["hub.message"].note_sent([(t.message_id, None, None) for t in tasks])
        self._commit()
        for task in tasks:
            task.attempt_id, task.idempotency_key = None, ""
        for place, task in enumerate(tasks):
            if time.monotonic() > deadline or not self._still_open():
                return self._give_back(lease, tasks[place:])
            self._send_chunk(lease, adapter, operation, [task], deadline)
        return None

    def _intend(self, lease, operation, tasks, keys=None):
        """Commit what is about to be sent; from now on it may have happened.

        :param keys: {message id: idempotency key} of an earlier try that is repeated
        :return: the pushes
        """
        self.env["hub.lane"].fence(*lease)
        fresh = _keys_of(operation, len(tasks))
        for task, key in zip(tasks, fresh, strict=True):
            task.idempotency_key = keys[task.message_id] if keys else key
            task.safety = operation.safety
        if not operation.numbered:
            self._read_files(tasks)
        self.env["hub.message"].note_sent(
            [(t.message_id, t.idempotency_key, t.remote_id or None) for t in tasks]
        )
        self.env["hub.attempt"].open(operation, tasks)
        self._commit()
        return [push_of(task) for task in tasks]

    def _push(self, adapter, action, pushes, intended=None):
        """Call the remote system, with no transaction open.

        :param intended: when the intent was made (monotonic seconds)
        :return: {record: Pushed}; an error of the whole call stands for each
        """
        document = self.document
        # reading it has opened a transaction again
        self._commit()
        try:
            if intended and time.monotonic() - intended > STALE_INTENT:
                # this process was held up: others may have found it dead by now, and
                # wait only so long for what it might still send
                raise Unavailable("Held up.", code="held_up", sent=False)
            results = adapter.push(document, action, pushes)
        except HubError as error:
            if isinstance(error, NoPlace):
                self._hold(error)
            return {push.record: Pushed(error=error) for push in pushes}
        except Exception as error:
            _logger.warning("Sending for flow %s failed", self.id, exc_info=True)
            # where it broke is not known, so neither is whether it was sent
            unknown = Unavailable(self._defect(error).message, code="defect")
            return {push.record: Pushed(error=unknown) for push in pushes}
        # links of what it made are then newer than whatever was read before that
        self._commit()
        return results

    def _judge_push(self, task, result):
        """Settle a task by what came back; no answer means that nobody knows."""
        if result is None:
            result = Pushed(error=Unavailable("No answer for this record.", code="gap"))
        error = result.error
        if error is None or _is_gone_already(task, error):
            task.settle("done")
            task.pushed = result
            task.remote_id = result.remote_id.replace("\0", "") or task.remote_id
            task.version = result.version
        elif isinstance(error, Unavailable) and error.sent:
            task.settle("in_doubt")
            task.error = error
            if task.safety is Safety.MANUAL:
                self._ask_person([task])
        else:
            task.error = error

    def _give_back(self, lease, tasks):
        """Leave what was claimed but not begun to the next drain."""
        for task in tasks:
            task.reopen()
            task.attempts -= 1
            task.settle("pending")
        self._finish_out(lease, tasks)


def _keys_of(operation, count):
    """Return new idempotency keys for the records of a call."""
    call = uuid.uuid4().hex
    if operation.numbered:
        return [f"{call}.{place}" for place in range(count)]
    if operation.key_per_call:
        return [call] * count
    return [uuid.uuid4().hex for _record in range(count)]


def _is_gone_already(task, error):
    """Return whether a deletion found nothing to delete, which is what it wanted."""
    return (
        task.action == "delete"
        and isinstance(error, NotFound)
        and not error.code.startswith("http_")
    )


def _refused_together(results):
    """Return whether the call as a whole was refused for what it said."""
    errors = {id(result.error) for result in results.values()}
    first = next(iter(results.values()), Pushed()).error
    return len(errors) == 1 and isinstance(first, Rejected)
