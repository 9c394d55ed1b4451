# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time

import psycopg2

from odoo import api, models

from ..components.event import Group
from ..exceptions import (
    AuthError,
    HubError,
    NotFound,
    PermanentError,
    SchemaDrift,
    TransientError,
    Unavailable,
)
from .hub_lane import LeaseLost

_logger = logging.getLogger(__name__)

#: seconds a drain works before it makes room for others and enqueues itself again
#: well within Odoo's default limits (60 s of CPU, 120 s altogether)
TIME_BUDGET = 30


class HubFlow(models.Model):
    """The drain: the job that turns messages into records.

    It commits, by design (its job function has ``allow_commit``): a claim must be
    durable before remote calls, and each batch is its own transaction. Ownership is
    the lease of the lane, see ``hub.lane``.
    """

    _inherit = "hub.flow"

    @api.private
    def _drain(self, number):
        """Job: process what is due in one lane, until it is empty or others wait.

        :return: what was done, for the job's result
        """
        self.ensure_one()
        # a snapshot from before the lease would not show that it is ours
        self._commit()
        if not self._may_start():
            return "Other lanes go first."
        self._commit()
        lease = self.env["hub.lane"].lease(self.id, number)
        if not lease:
            return "The lane is in other hands."
        behind, result = None, ""
        try:
            self._recover(lease, number)
            behind, result = self._drain_batches(lease, number)
        except LeaseLost:
            self.env.cr.rollback()
            result = "The lane has another owner now."
        except BaseException:
            # the fenced lane's row is locked by this very transaction: releasing it
            # from another one would wait for ever
            self.env.cr.rollback()
            raise
        finally:
            self.env["hub.lane"].release(*lease)
        # committed first: the look at what is due must not use an old snapshot
        self._commit()
        self._await_arrivals(number)
        if self._still_open():
            self._wake_due(behind)
            self._commit()
        return result

    def _drain_batches(self, lease, number):
        """Work until the lane is empty, time is up, or others wait.

        :return: (priority of the jobs that go first or None, what was done)
        """
        processed, behind = 0, None
        deadline = time.monotonic() + TIME_BUDGET
        while time.monotonic() < deadline and self._still_open():
            tasks = self._claim(lease, number)
            if not tasks:
                break
            self._process(lease, tasks)
            processed += len(tasks)
            behind = self._passed_on_to()
            if behind or self._takes_turns():
                break
        return behind, f"{processed} messages"

    def _still_open(self):
        """Return whether work may go on; people may have paused it meanwhile."""
        self._commit()
        self.invalidate_recordset(["state"])
        self.backend_id.invalidate_recordset(["state"])
        return self._is_open() and not self._seconds_held()

    def _commit(self):
        """End one step of the drain protocol; the only commit of the suite's jobs."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    # === PROCESS ===#

    def _process(self, lease, tasks):
        """Bring claimed messages to their outcome, whatever happens on the way."""
        if self.direction == "out":
            return self._process_out(lease, tasks)
        covered = ()
        try:
            current = self._keep_newest(tasks)
            self._load(current)
            self._regroup(current)
            self._translate(current)
            self._watch_schema(current)
            self._await_creations(current)
            self._await_updates(current)
            self._get_pictures(current)
            covered = self._apply(lease, tasks)
        except LeaseLost:
            raise
        except HubError as error:
            self.env.cr.rollback()
            self._fail_all(lease, tasks, error)
        except psycopg2.OperationalError:
            raise
        except Exception as error:
            self.env.cr.rollback()
            return self._process_alone(lease, tasks, error)
        self.env["hub.exception"]._file(tasks, covered)
        if any(task.fetched for task in tasks):
            self.env["hub.exception"].settle_flow_failures(self)
        self._commit()

    def _process_alone(self, lease, tasks, error):
        """Find the message a program error is about; the others are processed."""
        if len(tasks) > 1:
            for task in tasks:
                task.restart()
                self._process(lease, [task])
            return
        _logger.warning("Message %s failed", tasks[0].message_id, exc_info=True)
        self.env.invalidate_all(flush=False)
        tasks[0].restart()
        self._fail_all(lease, tasks, self._defect(error))
        self.env["hub.exception"]._file(tasks)
        self._commit()

    def _defect(self, error):
        """Return a program error as people see it."""
        return HubError(
            f"{type(error).__name__}: {error}".replace("\0", ""),
            remedy=self.env._("This is a defect; see the server log."),
            code=type(error).__name__,
        )

    def _keep_newest(self, tasks):
        """Of several messages of one record only the newest has to be applied.

        :return: the tasks still to be processed
        """
        if self._has_events():
            return self._in_order(tasks)
        newest = {}
        for task in tasks:
            other = newest.get(task.external_id)
            if other:
                task.forced = other.forced = task.forced or other.forced
                if task.operation != other.operation:
                    # gone, or back again? the remote knows
                    task.is_hint = other.is_hint = True
            if other and other.order > task.order:
                task.settle("superseded")
                continue
            if other:
                other.settle("superseded")
            newest[task.external_id] = task
        states = self.backend_id.binder(self.document).states_many(list(newest))
        for task in newest.values():
            known = states.get(task.external_id)
            # two edits of one second: which of them Odoo has cannot be told
            task.outrun = bool(
                known and task.attempts > 1 and task.version == known.version
            )
            if known and task.version and task.version < known.version:
                if not task.forced or task.resubmit:
                    task.settle("superseded", known.record)
        return [task for task in tasks if task.is_open]

    def _in_order(self, tasks):
        """Every event counts; the claim took one of each record, the oldest."""
        for task in tasks:
            task.is_event = True
        return tasks

    def _load(self, tasks):
        """Read stored payloads; fetch the newest state of what was only announced.

        No transaction is open during the remote calls.
        """
        hints = [task for task in tasks if task.must_fetch]
        stored = [t for t in tasks if not t.must_fetch and not t.is_gone]
        bodies = self.env["hub.payload"].newest([task.message_id for task in stored])
        mapper = self.backend_id.mapper(self.document)
        for task in stored:
            mapper.load(task, bodies.get(task.message_id))
        self._commit()
        if hints:
            self._fetch(hints)

    def _fetch(self, tasks):
        document, adapter = self.document, self.backend_id.adapter()
        adapter.prepare()
        asked_at = self.env.cr.now()
        self._commit()
        try:
            found = adapter.fetch(
                document,
                [task.external_id for task in tasks],
                {task.external_id: task.version for task in tasks if task.version},
            )
        except (TransientError, AuthError, SchemaDrift):
            raise
        except PermanentError as error:
            return self._fetch_apart(tasks, error)
        for task in tasks:
            task.asked_at = asked_at
            _take_answer(task, found.get(task.external_id))

    def _fetch_apart(self, tasks, error):
        """One record made the others' call fail: find it."""
        if error.code.startswith("http_"):
            # the address as a whole does not answer as it should: nobody's fault here
            raise Unavailable(error.message, remedy=error.remedy, code=error.code)
        if len(tasks) == 1:
            return _take_answer(tasks[0], error)
        middle = len(tasks) // 2
        self._fetch(tasks[:middle])
        self._fetch(tasks[middle:])

    def _translate(self, tasks):
        mapper = self.backend_id.mapper(self.document)
        for task in tasks:
            if task.is_open and not task.is_gone:
                mapper.translate(task, self.revision)


def _take_answer(task, result):
    """Note what a remote answered about one record."""
    if isinstance(result, NotFound):
        task.missing = result
        task.survivor = getattr(result, "survivor", task.survivor)
    elif isinstance(result, HubError):
        task.error = result
    elif isinstance(result, Group):
        task.group = result
    else:
        task.payload, task.fetched = result, True
