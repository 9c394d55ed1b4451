# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import logging
import time
from dataclasses import replace

import psycopg2

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..documents import version_key
from ..exceptions import AuthError, HubError, SchemaDrift, TransientError
from ..importers.task import Task
from .hub_flow_apply import CONCURRENCY_ERRORS
from .hub_flow_drain import TIME_BUDGET
from .hub_lane import BACKFILL_LANE, LeaseLost

_logger = logging.getLogger(__name__)

#: added to a flow's priority: claimed when no fresh change of the lane waits
BACKFILL_PRIORITY = 1000


class HubFlow(models.Model):
    """The backfill: the job that reads a window of a flow's history.

    What it stores are messages of the run's own, so that it neither delays nor absorbs
    a fresh change of the same record, and can be cancelled without losing one.
    """

    _inherit = "hub.flow"

    # === START ===#

    @api.private
    def start_backfill(self, window_from=False, window_to=False, force=False, **values):
        """Plan a backfill of each flow, and start those that wait for nothing.

        :param window_from: naive UTC; False for everything
        :param force: apply also what did not change
        :param values: further values of the runs; ``state`` "waiting" only plans
        :return: the runs
        """
        self.check_operator()
        for flow in self:
            if flow.backend_id.state != "connected":
                raise UserError(
                    self.env._(
                        "%s is not connected. Connect the backend first.",
                        flow.backend_id.name,
                    )
                )
        runs = (
            self.env["hub.run"]
            .sudo()
            .create(
                [
                    {
                        "flow_id": flow.id,
                        "kind": "backfill",
                        "window_from": window_from,
                        "window_to": window_to,
                        "force": force,
                        **values,
                    }
                    for flow in self
                ]
            )
        )
        runs.filtered(lambda run: run.state == "receiving")._begin()
        return runs

    def _may_read_backfill(self):
        """Return whether nobody reads a backfill of this flow at present."""
        return bool(
            self.env.execute_query(
                SQL(
                    "SELECT 1 FROM hub_lane l"
                    " WHERE l.flow_id = %s AND l.number = %s AND %s",
                    self.id,
                    BACKFILL_LANE,
                    self.env["hub.lane"]._is_free(),
                )
            )
        )

    # === READ ===#

    @api.private
    def _backfill(self, run_id):
        """Job: read on, page by page, and enqueue itself again when time is up."""
        self.ensure_one()
        run = self.env["hub.run"].browse(run_id)
        lease = self.env["hub.lane"].lease(self.id, BACKFILL_LANE)
        if not lease:
            return "Another backfill of this flow is read at present."
        try:
            result = self._backfill_pages(lease, run)
        except LeaseLost:
            self.env.cr.rollback()
            result = "Another worker took over."
        except HubError as error:
            self.env.cr.rollback()
            result = self._backfill_failed(run, error)
        except psycopg2.OperationalError as error:
            self.env.cr.rollback()
            if error.pgcode not in CONCURRENCY_ERRORS:
                raise
            # somebody paused or cancelled it at this very moment: look again
            result = "Lost a race."
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Backfill %s failed", run_id, exc_info=True)
            result = self._backfill_failed(run, self._defect(error))
        finally:
            self.env["hub.lane"].release(*lease)
        self._commit()
        self.env.invalidate_all()
        run._read_on(self)
        self._commit()
        return result

    def _backfill_pages(self, lease, run):
        if run.state != "receiving" or not self._is_open():
            return "Nothing is to be read now."
        if self.direction == "out":
            return self._backfill_out(lease, run)
        start, began = run.cursor, time.monotonic()
        turned = began
        for page in self._pages_left(run):
            self.env["hub.lane"].fence(*lease)
            lanes = self._store_backfill(page, run)
            now = time.monotonic()
            run.active_seconds += now - turned
            turned = now
            self.env.flush_all()
            self._commit()
            self._wake(lanes)
            self._commit()
            # memory: nothing of this page is needed for the next one
            self.env.invalidate_all()
            if run.state != "receiving" or not self._is_open():
                return "Stopped."
            is_time_up = now - began > TIME_BUDGET or self._passed_on_to()
            if is_time_up and (run.position or run.cursor != start):
                return "Others have their turn."
            self._commit()
        run._finish("received")
        run.write({"next_attempt_at": False, "tries": 0, "position": False})
        self.env["hub.exception"].settle_flow_failures(self)
        return f"{run.seen_count} records"

    def _pages_left(self, run):
        """Return the pages still to be read; count their records when it begins."""
        since, until = run._window()
        adapter = self.backend_id.adapter()
        adapter.prepare()
        self._commit()
        if not run.total_known:
            run._note_total(adapter.count(self.document, since, until))
        self._commit()
        return adapter.iter_history(self.document, since, until, run.position or "")

    def _store_backfill(self, page, run):
        """Store a page and move the run's cursor, in one transaction."""
        events = [
            replace(event, topic="backfill", delivery_id=_own_key(run, event))
            for event in self._not_current(page.events, run)
        ]
        lanes = self.env["hub.message"].receive(
            self,
            events,
            run_id=run.id,
            priority=self.priority + BACKFILL_PRIORITY,
            forced=run.force,
        )
        self._keep_unreadable(page)
        run.seen_count += len(page.events)
        run._moved_to(page.read_up_to)
        run._placed(page.position)
        if run.tries:
            run.write({"tries": 0, "next_attempt_at": False, "message": False})
        self.env.flush_all()
        return lanes

    def _not_current(self, events, run):
        """Leave out what Odoo has already: in a newer state, or in the very same one.

        Nothing is stored for those, however many there are.
        """
        if run.force or not events:
            return events
        states = self.backend_id.binder(self.document).states_many(
            event.external_id for event in events
        )
        mapper = self.backend_id.mapper(self.document)
        return [
            event
            for event in events
            if not self._is_current(mapper, event, states.get(event.external_id))
        ]

    def _is_current(self, mapper, event, state):
        if not state or not event.version:
            return False
        version = version_key(event.version)
        if version != state.version:
            return version < state.version
        if not event.complete:
            return False
        # two edits of one second have the same version: the content decides
        task = Task(0, event.external_id)
        mapper.load(task, event.body)
        if task.is_open:
            mapper.translate(task, self.revision)
        return task.content_hash == state.content_hash

    def _backfill_failed(self, run, error):
        """Try again later what may heal; else wait for a person to resume it."""
        if isinstance(error, AuthError):
            self.backend_id._pause_at_once(error.message)
        elif isinstance(error, SchemaDrift):
            self._pause_at_once(error.title or error.message)
        if isinstance(error, TransientError | AuthError) and (
            run.tries + 1 < self.max_attempts
        ):
            run._postpone(error)
        else:
            run._finish("failed", error.text)
        self.env["hub.exception"].file_flow_failure(self, error)
        return error.text

    @api.model
    def _cron_sweep(self):
        self.env["hub.run"]._sweep()
        return super()._cron_sweep()


def _own_key(run, event):
    """Return what identifies this state of a record within the run."""
    digest = hashlib.sha256(event.body).hexdigest()[:32]
    return f"{run.id}:{event.external_id}:{digest}"
