# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import api, fields, models

from ..documents import version_key
from ..exceptions import AuthError, CircuitOpen, HubError, RateLimited, SchemaDrift
from .hub_flow_apply import APPLY_TRIES, CONCURRENCY_ERRORS
from .hub_lane import POLL_LANE, LeaseLost

_logger = logging.getLogger(__name__)


class HubFlow(models.Model):
    """The poll: the job that asks the remote system what changed."""

    _inherit = "hub.flow"

    @api.private
    def _poll(self, run_id=None):
        """Job: receive all changes since the cursor, page by page.

        Each page and the cursor move in one transaction, so the cursor is never ahead
        of what is stored. The poll lane's lease keeps two polls apart.
        """
        self.ensure_one()
        lease = self.env["hub.lane"].lease(self.id, POLL_LANE)
        run = self.env["hub.run"].browse(run_id)
        if not lease:
            run._finish("received", self.env._("Another run was reading already."))
            return "Another poll is running."
        behind = None
        try:
            result, run, behind = self._poll_pages(lease, run)
            self._commit()
            return result
        except Exception as error:
            self.env.cr.rollback()
            _logger.error("Poll of flow %s failed", self.id, exc_info=True)
            result = self._poll_failed(run, self._defect(error))
            self._commit()
            return result
        finally:
            self.env["hub.lane"].release(*lease)
            if behind:
                self._enqueue_poll(run.id, behind=behind)
                self._commit()

    def _poll_pages(self, lease, run):
        """Receive pages until all is there, or others wait.

        :return: (what to say, the run, priority of the jobs that go first or None)
        """
        if not self._is_open():
            # paused since the job was enqueued
            run._finish("cancelled", self.env._("The flow is paused or stopped."))
            return "Not open.", run, None
        if seconds := self._seconds_held():
            return self._put_off_poll(run, seconds), run, None
        return self._read_pages(lease, run)

    def _read_pages(self, lease, run):
        started = fields.Datetime.now()
        document, adapter = self.document, self.backend_id.adapter()
        adapter.prepare()
        since = self._poll_from()
        self._commit()
        seen = 0
        try:
            for page in adapter.iter_changes(document, since):
                run, lanes = self._keep_page(lease, page, run)
                seen += len(page.events)
                self._wake(lanes)
                self._commit()
                if self._poll_stopped(run):
                    return f"Stopped after {seen} changes.", run, None
                if behind := self._poll_gives_way(since):
                    # the sweeper's poll would get ahead, and take the rest as its own
                    self._plan_poll(fields.Datetime.now())
                    return f"{seen} changes so far; others go first.", run, behind
            # nothing stays open while the next page is fetched
            self._commit()
        except HubError as error:
            self.env.cr.rollback()
            return self._poll_failed(run, error), run, None
        except LeaseLost:
            self.env.cr.rollback()
            run._finish("failed", self.env._("Another worker took over."))
            return "Lost the lease.", run, None
        self._poll_done(run, started)
        self.backend_id.note_api_versions(adapter)
        return f"{seen} changes", run, None

    def _poll_gives_way(self, since):
        """Return the priority of what waits for a worker, or None to go on.

        Only where the next job begins later than this one did: else it would read the
        same pages again, and never come further.
        """
        start = self._poll_from()
        if not start or (since and start <= since):
            return None
        return self._passed_on_to()

    def _keep_page(self, lease, page, run):
        """Store one page and commit; again when somebody changed the flow meanwhile.

        :return: (run, lanes to wake)
        """
        for attempt in range(1, APPLY_TRIES + 1):
            try:
                self.env["hub.lane"].fence(*lease)
                result = self._store_page(page, run)
                self._commit()
                return result
            except psycopg2.OperationalError as error:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                if error.pgcode not in CONCURRENCY_ERRORS or attempt == APPLY_TRIES:
                    raise
        raise AssertionError("unreachable")

    def _store_page(self, page, run):
        """Store one page, and the run it belongs to once there is something new."""
        messages = self.env["hub.message"]
        lanes = messages.receive(self, page.events, run_id=run.id or None)
        self._keep_unreadable(page)
        if lanes and not run:
            run = run.create({"flow_id": self.id, "kind": "scheduled"})
            messages.adopt(self, page.events, run.id)
        if run:
            run.seen_count += len(page.events)
        if page.read_up_to:
            # a clock that is ahead must not make us pass over what comes later
            now = datetime.now(timezone.utc)
            cursor = version_key(min(page.read_up_to, now))
            if cursor > (self.cursor or ""):
                self.cursor = cursor
        self.env.flush_all()
        return run, lanes

    def _poll_from(self):
        """Return where to start (aware UTC), or None for everything."""
        if self.cursor:
            newest = datetime.strptime(self.cursor, "%Y-%m-%dT%H:%M:%S.%fZ")
            newest = newest.replace(tzinfo=timezone.utc)
            return newest - timedelta(seconds=self.overlap_seconds)
        return self.since.replace(tzinfo=timezone.utc) if self.since else None

    def _poll_stopped(self, run):
        self.env.invalidate_all()
        if run and run.state != "receiving":
            return True
        if self._is_open():
            return False
        if run:
            run._finish("cancelled", self.env._("The flow was stopped."))
        return True

    def _poll_done(self, run, started):
        if run:
            run._finish("received")
        self._plan_poll(started)
        self.env["hub.exception"].settle_flow_failures(self)

    def _plan_poll(self, since):
        self.next_poll_at = self.poll_minutes and fields.Datetime.add(
            since, minutes=self.poll_minutes
        )

    def _poll_failed(self, run, error):
        """Note what went wrong where people look; try again when it may heal."""
        if run and isinstance(error, RateLimited | CircuitOpen):
            return self._put_off_poll(run, error.seconds)
        minutes = max(self.poll_minutes, 1)
        seconds = getattr(error, "seconds", 0) or minutes * 60
        if self.poll_minutes:
            self.next_poll_at = fields.Datetime.add(
                fields.Datetime.now(), seconds=seconds
            )
        if isinstance(error, AuthError):
            self.backend_id._pause_at_once(error.message)
        elif isinstance(error, SchemaDrift):
            self._pause_at_once(error.title or error.message)
        (run or self._failed_run(error.text))._finish("failed", error.text)
        self.env["hub.exception"].file_flow_failure(self, error)
        return error.text

    def _failed_run(self, text):
        """Return a scheduled run; during an outage it is one, not one per try."""
        last = self.env["hub.run"].search([("flow_id", "=", self.id)], limit=1)
        if last.kind == "scheduled" and (last.state, last.message) == ("failed", text):
            return last
        return last.create({"flow_id": self.id, "kind": "scheduled"})
