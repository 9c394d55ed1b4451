# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed
from .hub_flow_drain import TIME_BUDGET

#: messages handed over in one transaction
CHUNK = 1000
#: messages of one replay that wait in their lanes at the same time
MOST_WAITING = 3000
#: seconds until the work looks again whether the lanes have caught up
LOOK_AGAIN = 3
#: added to the priority: fresh changes go first
REPLAY_PRIORITY = 50
FEW = 100
#: mode: (what may be replayed, what it becomes)
STUCK = SQL("m.state IN ('failed', 'quarantined', 'in_doubt')")
LATER = SQL(
    "(m.state = 'pending' AND m.next_attempt_at > now() AT TIME ZONE 'UTC')"
    " OR (m.state = 'in_doubt' AND m.next_attempt_at IS NOT NULL)"
)
SETTLED = SQL("m.state IN ('done', 'unchanged', 'superseded', 'skipped')")
HAS_PAYLOAD = SQL(
    "m.direction = 'in' AND EXISTS (SELECT 1 FROM hub_payload p"
    " WHERE p.message_id = m.id AND (NOT m.is_hint OR p.kind <> 'received'))"
)


class HubReplay(models.Model):
    """The work of a replay: a job, in short transactions that move its place along."""

    _inherit = "hub.replay"

    def _start(self):
        total, last = self._count()
        self.write(
            {
                "state": "running",
                "user_id": self.env.uid,
                "started_at": fields.Datetime.now(),
                "total_count": total,
                "until_id": last,
            }
        )
        self.env["hub.audit"].note(
            "replay",
            self.env._(
                "Replay of %(total)s messages of %(backend)s started",
                total=f"{total:,}",
                backend=self.backend_id.name,
            ),
            self,
            mode=self.mode,
            which=self.which,
            flows=self.flow_ids.mapped("code"),
            error=self.error_text or "",
            received=[self.received_from or "", self.received_to or ""],
        )
        self._enqueue()

    def _enqueue(self, eta=None):
        replay = self.with_user(SUPERUSER_ID)
        replay.with_delay(
            channel="root.hub.batch",
            identity_key=f"hub.replay.{self.id}",
            eta=eta,
            max_retries=0,
            description=self.env._("Replay: %s", self.display_name),
        )._work()

    @api.private
    def _work(self):
        """Job: hand chunks to their lanes until all, or enough for now, are there."""
        deadline = time.monotonic() + TIME_BUDGET
        flows = self.env["hub.flow"]
        while True:
            flows._commit()
            if self._waiting() >= MOST_WAITING:
                return self._enqueue(eta=LOOK_AGAIN)
            lanes = self._next_chunk()
            if lanes is None:
                return None
            for flow_id, numbers in lanes.items():
                flows.browse(flow_id)._wake(numbers)
            if time.monotonic() > deadline:
                return self._enqueue()

    @api.model
    def _revive(self):
        """Go on with what a dead worker left; for the sweeper."""
        for replay in self.search([("state", "=", "running")]):
            replay._enqueue()

    def _waiting(self):
        self.env.cr.execute(
            SQL(
                "SELECT count(*) FROM hub_message WHERE replay_id = %s"
                " AND state IN ('pending', 'processing')",
                self.id,
            )
        )
        return self.env.cr.fetchone()[0]

    def _next_chunk(self):
        """Hand the next messages over, and move on, in one short transaction.

        :return: {flow id: lanes}, or None when there is nothing left to do
        """
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL("SELECT state FROM hub_replay WHERE id = %s FOR UPDATE", self.id)
            )
            if cr.fetchone() != ("running",):
                return None
            cr.execute(self._chunk_statement())
            seen, last, moved, lanes = cr.fetchone()
            cr.execute(
                SQL(
                    """
                    UPDATE hub_replay
                       SET seen_count = seen_count + %(moved)s, last_id = %(last)s,
                           skipped_count = skipped_count + %(seen)s - %(moved)s,
                           state = CASE WHEN %(ends)s THEN 'done' ELSE state END,
                           ended_at = CASE WHEN %(ends)s THEN
                                      clock_timestamp() AT TIME ZONE 'UTC' END
                     WHERE id = %(id)s
                    """,
                    moved=moved,
                    seen=seen,
                    last=last or self.until_id,
                    ends=seen < CHUNK,
                    id=self.id,
                )
            )
        self.invalidate_recordset()
        by_flow = {}
        for flow_id, lane in lanes or ():
            by_flow.setdefault(flow_id, set()).add(lane)
        return by_flow if seen == CHUNK or by_flow else None

    def _chunk_statement(self):
        priority = REPLAY_PRIORITY if self.total_count > FEW else 0
        return SQL(
            """
            WITH here AS (
                SELECT last_id FROM hub_replay WHERE id = %(id)s
            ), batch AS (
                SELECT m.id FROM hub_message m, here
                 WHERE m.id > here.last_id AND m.id <= %(until)s AND %(which)s
              ORDER BY m.id LIMIT %(limit)s
            ), moved AS (
                UPDATE hub_message m
                   SET state = CASE WHEN m.state = 'in_doubt' THEN m.state
                               ELSE 'pending' END,
                       next_attempt_at = CASE WHEN m.state = 'in_doubt'
                           THEN now() AT TIME ZONE 'UTC' END,
                       attempts = 0, deaths = 0, dead_letter = false,
                       forced = m.forced OR %(force)s, resubmit = %(stored)s,
                       priority = f.priority + %(priority)s, replay_id = %(id)s
                  FROM batch, hub_flow f
                 WHERE m.id = batch.id AND f.id = m.flow_id AND (%(may)s)
             RETURNING m.id, m.flow_id, m.lane
            )
            SELECT (SELECT count(*) FROM batch), (SELECT max(id) FROM batch),
                   (SELECT count(*) FROM moved),
                   (SELECT json_agg(DISTINCT jsonb_build_array(flow_id, lane))
                      FROM moved)
            """,
            id=self.id,
            until=self.until_id,
            limit=CHUNK,
            which=self._condition(),
            may=self._may_replay(),
            force=self.mode != "resume",
            stored=self.mode == "resubmit",
            priority=priority,
        )

    # === WHICH ===#

    def _count(self):
        """Return (how many messages match, the largest id of them)."""
        self.env["hub.message"].flush_model()
        query = "SELECT count(*), coalesce(max(m.id), 0) FROM hub_message m WHERE %s"
        (row,) = self.env.execute_query(SQL(query, self._condition()))
        return row

    def _condition(self):
        """Return the condition of the filter on ``hub_message m``."""
        parts = [SQL("m.backend_id = %s", self.backend_id._origin.id), self._which()]
        if self.flow_ids:
            parts.append(SQL("m.flow_id = ANY(%s)", self.flow_ids._origin.ids))
        if self.exception_ids:
            ids = self.exception_ids._origin.ids
            parts.append(SQL("m.exception_id = ANY(%s)", ids))
        if self.chosen_ids is not None and self.chosen_ids is not False:
            parts.append(SQL("m.id = ANY(%s)", self.chosen_ids))
        if self.error_text:
            texts = "concat_ws(' ', m.error_code, m.error_title, m.error_message)"
            parts.append(SQL(f"strpos(lower({texts}), lower(%s)) > 0", self.error_text))
        if self.external_ids:
            wanted = [line.strip() for line in self.external_ids.splitlines()]
            parts.append(SQL("m.external_id = ANY(%s)", [*filter(None, wanted)]))
        if self.received_from:
            parts.append(SQL("m.received_at >= %s", self.received_from))
        if self.received_to:
            parts.append(SQL("m.received_at < %s", self.received_to))
        return SQL(" AND ").join(parts)

    def _which(self):
        return {
            "stuck": STUCK,
            "dead": SQL("m.dead_letter"),
            "settled": SETTLED,
            "waiting": SQL("(%s)", LATER),
            "all": SQL("m.state <> 'processing'"),
        }[self.which]

    def _may_replay(self):
        """Return the condition under which a message is replayed at this moment.

        What is due anyway, or in progress, is left alone.
        """
        # what nobody but a person can decide stays with that person
        undecided = SQL("m.state = 'in_doubt' AND m.next_attempt_at IS NULL")
        if self.mode == "resume":
            return SQL("(%s OR %s) AND NOT (%s)", STUCK, LATER, undecided)
        may = SQL("(%s OR %s OR %s) AND NOT (%s)", STUCK, LATER, SETTLED, undecided)
        return SQL("%s AND %s", may, HAS_PAYLOAD) if self.mode == "resubmit" else may

    def _figures(self):
        """Return {replay id: {message state: count}} in one query."""
        figures = {}
        if not self.ids:
            return figures
        rows = self.env.execute_query(
            SQL(
                "SELECT replay_id, state, count(*) FROM hub_message"
                " WHERE replay_id = ANY(%s) GROUP BY replay_id, state",
                self.ids,
            )
        )
        for replay_id, state, count in rows:
            figures.setdefault(replay_id, {})[state] = count
        return figures
