# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time
from itertools import product

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed
from .hub_message import DONE_STATES

#: messages looked at in one transaction
BATCH = 2000
#: kinds of rows that hang on a message and go before it: (kind, table, flow's field)
PARTS = (
    ("payload", "hub_payload", "payload_days"),
    ("attempt", "hub_attempt", "attempt_days"),
)
START = ("1970-01-01", 0)
#: what is remembered of a deduplication key
DIGEST = "substring(sha256(convert_to(%s, 'UTF8')) for 16)"


class HubVacuum(models.Model):
    """Deletes what is older than its flow keeps, a little at a time.

    Each batch is a short transaction of its own and is found by an index in the order
    in which messages were settled. For what hangs on messages a mark says how far the
    deletion has come; otherwise the messages it has emptied would be read every time.
    """

    _name = "hub.vacuum"
    _description = "Progress of Deletion"
    _log_access = False

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    kind = fields.Char(required=True)
    state = fields.Char(required=True)
    settled_at = fields.Datetime(required=True)
    message_id = fields.Integer(required=True)

    _mark_uniq = models.Constraint(
        "UNIQUE(flow_id, kind, state)", "A flow has each mark once."
    )

    @api.private
    def run(self, flows, deadline):
        """Delete until nothing is left or time is up.

        :param deadline: of ``time.monotonic()``
        :return: (rows deleted, whether that was all)
        """
        deleted = 0
        for flow in flows:
            for batches in self._work(flow):
                for count in batches:
                    deleted += count
                    if time.monotonic() > deadline:
                        return deleted, False
        return deleted, True

    def _work(self, flow):
        """Yield iterators of batches; each batch is a number of deleted rows."""
        for (kind, table, days), state in product(PARTS, DONE_STATES):
            if flow[days]:
                yield self._parts(flow, kind, table, state, flow[days])
        if flow.message_days:
            for state in DONE_STATES:
                yield self._messages(flow, state)
            yield self._runs(flow)

    # === WHAT HANGS ON MESSAGES ===#

    def _parts(self, flow, kind, table, state, days):
        """Delete the payloads or attempts of settled messages."""
        while True:
            with read_committed(self.env.registry) as cr:
                after = self._mark(cr, flow, kind, state)
                rows = self._settled(cr, flow, state, days, after)
                if not rows:
                    return
                count = self._delete_parts(cr, flow, kind, table, rows)
                self._set_mark(cr, flow, kind, state, rows[-1])
            yield count
            if len(rows) < BATCH:
                return

    def _settled(self, cr, flow, state, days, after):
        """Return the next [(settled at, message id)], oldest first."""
        cr.execute(
            SQL(
                """
                SELECT processed_at, id FROM hub_message
                 WHERE flow_id = %s AND state = %s AND processed_at < %s
                   AND (processed_at, id) > (%s::timestamp, %s)
              ORDER BY processed_at, id LIMIT %s
                """,
                flow.id,
                state,
                self._horizon(days),
                *after,
                BATCH,
            )
        )
        return cr.fetchall()

    def _delete_parts(self, cr, flow, kind, table, rows):
        cr.execute(
            SQL(
                """
                WITH gone AS (
                    DELETE FROM %(table)s WHERE message_id = ANY(%(ids)s)
                 RETURNING message_id
                ), days AS (
                    SELECT m.processed_at::date AS day, count(*) AS count
                      FROM gone JOIN hub_message m ON m.id = gone.message_id
                  GROUP BY 1
                ), total AS (%(total)s)
                SELECT count(*) FROM gone
                """,
                table=SQL.identifier(table),
                ids=[message_id for _moment, message_id in rows],
                total=self._count(flow, kind),
            )
        )
        return cr.fetchone()[0]

    def _mark(self, cr, flow, kind, state):
        cr.execute(
            SQL(
                "SELECT settled_at, message_id FROM hub_vacuum"
                " WHERE flow_id = %s AND kind = %s AND state = %s",
                flow.id,
                kind,
                state,
            )
        )
        return cr.fetchone() or START

    def _set_mark(self, cr, flow, kind, state, mark):
        cr.execute(
            SQL(
                """
                INSERT INTO hub_vacuum (flow_id, kind, state, settled_at, message_id)
                VALUES (%s, %s, %s, %s, %s)
                    ON CONFLICT (flow_id, kind, state) DO UPDATE
                   SET settled_at = excluded.settled_at,
                       message_id = excluded.message_id
                """,
                flow.id,
                kind,
                state,
                *mark,
            )
        )

    # === MESSAGES AND RUNS ===#

    def _messages(self, flow, state):
        """Delete settled messages, except those of a problem that is still open."""
        after = START
        while after:
            with read_committed(self.env.registry) as cr:
                count, after = self._delete_messages(cr, flow, state, after)
            if count:
                yield count

    def _delete_messages(self, cr, flow, state, after):
        """Delete one batch.

        :return: (number deleted, last one looked at or None when that was all)
        """
        rows = self._settled(cr, flow, state, flow.message_days, after)
        if not rows:
            return 0, None
        cr.execute(
            SQL(
                """
                WITH old AS (
                    SELECT m.id FROM hub_message m
                     WHERE m.id = ANY(%(ids)s) AND m.state = %(state)s
                       AND NOT EXISTS (
                           SELECT 1 FROM hub_exception e
                            WHERE e.id = m.exception_id AND e.state IN ('open', 'ack'))
                       FOR UPDATE OF m SKIP LOCKED
                ), gone AS (
                    DELETE FROM hub_message m USING old WHERE m.id = old.id
                 RETURNING m.dedup_key, m.processed_at::date AS day
                ), seen AS (%(seen)s),
                days AS (
                    SELECT day, count(*) AS count FROM gone GROUP BY 1
                ), total AS (%(total)s)
                SELECT count(*) FROM gone
                """,
                ids=[message_id for _moment, message_id in rows],
                state=state,
                seen=self._remember(flow),
                total=self._count(flow, state),
            )
        )
        return cr.fetchone()[0], rows[-1] if len(rows) == BATCH else None

    def _remember(self, flow):
        """Return the statement that notes the deleted messages of events."""
        if not flow._has_events():
            return SQL("SELECT 1")
        return SQL(
            "INSERT INTO hub_seen (flow_id, digest)"
            " SELECT %s, %s FROM gone ON CONFLICT DO NOTHING",
            flow.id,
            digest_of(SQL("dedup_key")),
        )

    def _runs(self, flow):
        """Delete runs of which no message is left."""
        count = BATCH
        while count == BATCH:
            with read_committed(self.env.registry) as cr:
                cr.execute(
                    SQL(
                        """
                        WITH gone AS (
                            DELETE FROM hub_run WHERE id IN (
                                SELECT r.id FROM hub_run r
                                 WHERE r.flow_id = %(flow)s
                                   AND r.ended_at < %(horizon)s AND NOT EXISTS (
                                       SELECT 1 FROM hub_message m
                                        WHERE m.run_id = r.id)
                                 LIMIT %(batch)s FOR UPDATE OF r SKIP LOCKED)
                         RETURNING ended_at::date AS day
                        ), days AS (
                            SELECT day, count(*) AS count FROM gone GROUP BY 1
                        ), total AS (%(total)s)
                        SELECT count(*) FROM gone
                        """,
                        flow=flow.id,
                        horizon=self._horizon(flow.message_days),
                        batch=BATCH,
                        total=self._count(flow, "run"),
                    )
                )
                count = cr.fetchone()[0]
            if count:
                yield count

    # === PARTS OF STATEMENTS ===#

    def _horizon(self, days):
        return SQL("%s - make_interval(days => %s)", self.env["hub.lane"]._now(), days)

    def _count(self, flow, kind):
        """Return the statement that adds ``days`` (day, count) to the totals."""
        return SQL(
            """
            INSERT INTO hub_total (flow_id, backend_id, company_id, day, kind, count)
            SELECT %s, %s, %s, day, %s, count FROM days
                ON CONFLICT (flow_id, day, kind) DO UPDATE
               SET count = hub_total.count + excluded.count
            """,
            flow.id,
            flow.backend_id.id,
            flow.company_id.id,
            kind,
        )


def digest_of(key):
    """Return the SQL of what is remembered of a deduplication key."""
    return SQL(DIGEST, key)
