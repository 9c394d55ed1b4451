# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import UserError

from ..exceptions import Conflict, HubError
from ..importers.task import Task
from .hub_flow import CHANNELS

_logger = logging.getLogger(__name__)

#: records a preview tries: unless somebody says so, and at most
PREVIEW, PREVIEW_MOST = 100, 500
#: seconds after which a preview tries no further record: it keeps rows locked
PREVIEW_SECONDS = 30
PREVIEW_TRIES = 3


class HubFlow(models.Model):
    """The preview: what a backfill of a window would do, without doing it."""

    _inherit = "hub.flow"

    @api.private
    def start_preview(self, window_from=False, window_to=False, limit=PREVIEW):
        """Enqueue a dry run of the first records of a window, per flow.

        :return: the runs, whose ``change_ids`` will tell
        """
        self.check_operator()
        for flow in self:
            if flow.backend_id.state == "draft" and not flow.backend_id.verdict_ok:
                raise UserError(
                    self.env._("Test the connection of %s first.", flow.backend_id.name)
                )
            if flow.direction != "in":
                raise UserError(
                    self.env._("%s has no preview: it changes nothing here.", flow.name)
                )
        values = {"kind": "preview", "window_from": window_from, "window_to": window_to}
        values["limit"] = max(1, min(limit or PREVIEW, PREVIEW_MOST))
        runs = (
            self.env["hub.run"]
            .sudo()
            .create([{**values, "flow_id": flow.id} for flow in self])
        )
        for run in runs:
            run.flow_id.with_user(SUPERUSER_ID).with_delay(
                channel=CHANNELS["default"],
                identity_key=f"hub.preview.{run.id}",
                max_retries=0,
                description=self.env._("Preview: %s", run.flow_id.display_name),
            )._preview(run.id)
        return runs

    @api.private
    def _preview(self, run_id):
        """Job: read the first records, try them, and store what would happen."""
        self.ensure_one()
        run = self.env["hub.run"].browse(run_id)
        try:
            tasks = self._preview_tasks(run)
            changes = self._try(tasks)
            names = {task.external_id: task.name for task in tasks}
            self.env["hub.change"].store(self, changes, names, run=run)
            run._finish("received", run._capped(len(changes)))
        except HubError as error:
            self.env.cr.rollback()
            run._finish("failed", error.text)
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Preview %s failed", run_id, exc_info=True)
            run._finish("failed", self._defect(error).text)
        self._commit()
        return run.state

    def _preview_tasks(self, run):
        """Return tasks with documents of the first records of the run's window."""
        since, until = run._window()
        adapter = self.backend_id.adapter()
        adapter.prepare()
        self._commit()
        run._note_total(adapter.count(self.document, since, until))
        limit = run.limit
        self._commit()
        events = {}
        for page in adapter.iter_changes(self.document, since, until):
            self._commit()
            for event in page.events:
                events[event.external_id] = event
            if len(events) >= limit:
                break
        tasks = self._tasks_of(list(events.values())[:limit])
        run.seen_count = len(tasks)
        self._commit()
        return tasks

    def _tasks_of(self, events):
        mapper = self.backend_id.mapper(self.document)
        tasks = [
            Task(
                0,
                event.external_id,
                is_hint=not event.complete,
                name=event.name,
                operation=event.operation,
                survivor=event.survivor,
            )
            for event in events
        ]
        for task, event in zip(tasks, events, strict=True):
            if event.complete and not task.is_gone:
                mapper.load(task, event.body)
        hints = [task for task in tasks if task.is_hint]
        if hints:
            self._fetch(hints)
        self._translate(tasks)
        return tasks

    def _try(self, tasks):
        """Run the trial; again when it met work of others."""
        for attempt in range(1, PREVIEW_TRIES + 1):
            # the values before are read after: with a fresh view of the database
            self._commit()
            self.env.invalidate_all()
            before = [(task.state, task.error) for task in tasks]
            try:
                return self.env["hub.trial"].run(self, tasks, PREVIEW_SECONDS)
            except Conflict:
                if attempt == PREVIEW_TRIES:
                    raise
                for task, (state, error) in zip(tasks, before, strict=True):
                    task.reopen()
                    task.state, task.error = state, error
        return {}
