# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random

import psycopg2

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from .hub_flow import CHANNELS

#: first key of the advisory locks that arrivals and ending drains share; no meaning
ARRIVAL_LOCKS = 0x48554221
#: lane numbers below this are told apart by those locks
MAX_LANES = 128
#: how soon the sweeper looks again while drains are at work
WATCH_SECONDS = 15


class HubFlow(models.Model):
    """Waking lanes: after a commit, and by the sweeper for what was lost."""

    _inherit = "hub.flow"

    @api.private
    def _wake(self, lanes, behind=None):
        """Make sure that ``lanes`` are drained; call it after the commit.

        Nothing is enqueued for a lane that somebody holds (its holder looks again
        after releasing it), for one whose drain already waits, nor while the flow is
        paused.

        :param lanes: lane numbers
        :param behind: priority of jobs that go first
        """
        self.ensure_one()
        idle = self._lanes_to_wake(lanes)
        first = self._count_at_work() if idle else 0
        for place, number in enumerate(idle, start=first):
            self._enqueue_drain(number, self._rank(place, behind))

    def _lanes_to_wake(self, lanes):
        if self._seconds_held():
            return []
        # a resume writes the states just before it wakes
        self.flush_model(["state"])
        self.backend_id.flush_model(["state"])
        prefix = self._drain_key("")
        idle = [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
                    SELECT l.number
                      FROM hub_lane l
                      JOIN hub_flow f ON f.id = l.flow_id AND f.state = 'running'
                      JOIN hub_backend b
                        ON b.id = f.backend_id AND b.state = 'connected'
                     WHERE l.flow_id = %(flow)s AND l.number = ANY(%(lanes)s)
                       AND %(free)s
                       AND NOT EXISTS (
                            SELECT 1 FROM queue_job j
                             WHERE j.identity_key = %(prefix)s || l.number
                               AND j.state IN ('pending', 'enqueued')
                               AND (j.eta IS NULL OR j.eta <= %(now)s))
                    """,
                    flow=self.id,
                    lanes=list(lanes),
                    free=self.env["hub.lane"]._is_free(),
                    now=self.env["hub.lane"]._now(),
                    prefix=prefix,
                )
            )
        ]
        if not self._takes_turns():
            return idle
        # in any order: each lane gets its turn
        return random.sample(idle, self._places_left(len(idle)))

    # === ARRIVALS ===#

    def _await_arrivals(self, lane):
        """Wait until what was stored for a lane that was held is visible.

        For the end of a drain, after the lane was released and before the last look:
        a sender that still saw the lane held has committed, any later one sees it free.
        """
        try:
            self.env.cr.execute("SET LOCAL lock_timeout = '5s'")
            self.env.cr.execute(
                SQL(
                    "SELECT pg_advisory_xact_lock(%s, %s)",
                    ARRIVAL_LOCKS,
                    self._lane_lock(lane),
                ),
                log_exceptions=False,
            )
        except psycopg2.errors.LockNotAvailable:
            # somebody hangs in the middle of storing; the sweeper finds the message
            self.env.cr.rollback()

    def _lane_lock(self, lane):
        return self.id * MAX_LANES + lane

    def _drain_key(self, number):
        return f"hub.drain.{self.id}.{number}"

    def _enqueue_drain(self, number, priority=None):
        flow = self.with_user(SUPERUSER_ID)
        flow.with_delay(
            channel=CHANNELS[self.latency],
            identity_key=self._drain_key(number),
            priority=priority or self.priority,
            max_retries=0,
            description=self.env._(
                "Process: %(flow)s, lane %(lane)s", flow=self.display_name, lane=number
            ),
        )._drain(number)
        self._watch()

    @api.model
    def _watch(self):
        """Have the sweeper look soon whether what works now is still alive.

        By a job: a scheduled action is not started before the next full minute, even
        when it was triggered for earlier.
        """
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub",
            identity_key="hub.watch",
            eta=WATCH_SECONDS,
            max_retries=0,
            description=self.env._("Look after the work in progress"),
        )._cron_sweep()

    def _wake_due(self, behind=None):
        """Wake every lane of these flows that has something due (see :meth:`_wake`)."""
        for flow_id, lanes in self.env["hub.message"]._due_lanes(self.ids).items():
            self.browse(flow_id)._wake(lanes, behind)

    @api.model
    def _cron_sweep(self):
        """Every minute, and soon after a drain began: the net under what wakes.

        Enqueues the polls that are due, wakes lanes with due messages or a dead
        holder, and files failures whose exception was not written.
        """
        running = self.search(
            [("state", "=", "running"), ("backend_id.state", "=", "connected")]
        )
        now = fields.Datetime.now()
        for flow in running:
            due = flow.next_poll_at and flow.next_poll_at <= now
            if due and not flow._seconds_held():
                flow._enqueue_poll()
        running._wake_due()
        running._wake_outbox()
        self.env["hub.exception"]._file_failures()
        if running._has_work_soon():
            self._watch()

    def _has_work_soon(self):
        """Return whether somebody is at work, or something is due before long."""
        if self.env["hub.lane"].search_count([("token", "!=", False)], limit=1):
            return True
        soon = fields.Datetime.add(fields.Datetime.now(), minutes=1)
        due = [
            ("flow_id", "in", self.ids),
            ("state", "=", "pending"),
            ("next_attempt_at", "<=", soon),
        ]
        return bool(self.env["hub.message"].search_count(due, limit=1))
