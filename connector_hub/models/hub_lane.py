# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import socket
import uuid

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed

#: the lane that only a flow's poll leases
POLL_LANE = -1
#: the lane that only the reading of a flow's backfills leases
BACKFILL_LANE = -2
#: seconds; longer than the longest remote call plus the longest batch
LEASE_SECONDS = 900


class LeaseLost(Exception):
    """Somebody else owns the lane now: what this worker holds must not be written."""


class HubLane(models.Model):
    """The lease of one lane of a flow.

    Ownership is a committed lease, not a row lock: it outlives the many short
    transactions of a drain. It ends by expiring, and at once when the database session
    of its holder is gone: a killed worker stalls nobody. Where a pooler hides sessions
    only expiry remains; a holder wrongly taken for dead loses nothing, because what it
    writes is fenced by its token. The row is locked only while a batch is applied,
    which keeps an overdue holder exclusive.
    """

    _name = "hub.lane"
    _description = "Lane of an Integration Flow"
    _order = "flow_id, number"
    _rec_name = "number"

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    number = fields.Integer(required=True)
    token = fields.Char()
    leased_until = fields.Datetime()
    worker = fields.Char()
    holder_pid = fields.Integer(help="Database session of the holder.")
    holder_start = fields.Char(help="When that session began.")

    _flow_number_uniq = models.Constraint(
        "UNIQUE(flow_id, number)", "A flow has each lane once."
    )

    @api.private
    def lease(self, flow_id, number):
        """Try to become the owner of a lane, for as long as this cursor lives.

        :return: (lane id, token), or None when somebody else owns it
        """
        token = uuid.uuid4().hex
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    UPDATE hub_lane
                       SET token = %(token)s, worker = %(worker)s,
                           leased_until = %(until)s, holder_pid = %(pid)s,
                           holder_start = (SELECT backend_start::text
                                             FROM pg_stat_activity WHERE pid = %(pid)s)
                     WHERE id = (
                        SELECT l.id FROM hub_lane l
                         WHERE l.flow_id = %(flow)s AND l.number = %(number)s
                           AND %(free)s
                           FOR NO KEY UPDATE SKIP LOCKED
                     )
                 RETURNING id
                    """,
                    token=token,
                    worker=f"{socket.gethostname()}:{os.getpid()}",
                    until=self._until(),
                    pid=self.env.cr.connection.get_backend_pid(),
                    free=self._is_free(),
                    flow=flow_id,
                    number=number,
                )
            )
            row = cr.fetchone()
        return (row[0], token) if row else None

    @api.private
    def fence(self, lane_id, token):
        """Extend the lease inside the caller's transaction, and lock it until its end.

        :raises LeaseLost: the lane has another owner
        """
        self.env.cr.execute(
            SQL(
                "UPDATE hub_lane SET leased_until = %s"
                " WHERE id = %s AND token = %s RETURNING id",
                self._until(),
                lane_id,
                token,
            )
        )
        if not self.env.cr.fetchone():
            raise LeaseLost

    @api.private
    def release(self, lane_id, token):
        """Give the lane back; harmless when it has another owner by now."""
        with read_committed(self.env.registry) as cr:
            cr.execute("SET LOCAL lock_timeout = '10s'")
            cr.execute(
                SQL(
                    "UPDATE hub_lane SET token = NULL, leased_until = NULL"
                    " WHERE id = %s AND token = %s",
                    lane_id,
                    token,
                )
            )

    def _count_busy(self, flow_id):
        """Return how many lanes of a flow are drained at this moment."""
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM hub_lane l"
                " WHERE l.flow_id = %s AND l.number >= 0 AND NOT %s",
                flow_id,
                self._is_free(),
            )
        )
        return self.env.cr.fetchone()[0]

    @classmethod
    def _is_free(cls):
        """Return the condition under which the lane ``l`` may be leased."""
        return SQL(
            """
            (l.leased_until IS NULL OR l.leased_until < %s OR NOT EXISTS (
                SELECT 1 FROM pg_stat_activity a
                 WHERE a.pid = l.holder_pid
                   AND a.backend_start::text = l.holder_start))
            """,
            cls._now(),
        )

    @staticmethod
    def _now():
        # the clock of the database, the only one all workers share; it moves on
        # inside a transaction, unlike now()
        return SQL("(clock_timestamp() AT TIME ZONE 'UTC')")

    @classmethod
    def _until(cls):
        return SQL("%s + make_interval(secs => %s)", cls._now(), LEASE_SECONDS)
