# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from .hub_message import OPEN_STATES, STUCK_STATES


class HubMessage(models.Model):
    """What screens and the sweeper ask of the queue."""

    _inherit = "hub.message"

    @api.model
    def _due_lanes(self, flow_ids):
        """Return {flow id: [lanes with something due]}.

        Also messages whose worker died: their lane must be taken up again.
        """
        lanes = {}
        if not flow_ids:
            return lanes
        flows = self.env["hub.flow"].browse(flow_ids)
        in_order = flows.filtered(lambda flow: flow._has_events()).ids
        for flow_id, lane in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT flow_id, lane FROM hub_message m
                 WHERE flow_id = ANY(%(flows)s)
                   AND state IN ('pending', 'processing', 'in_doubt')
                   AND (state = 'processing'
                        OR CASE WHEN direction = 'out' THEN %(due_out)s
                           WHEN flow_id = ANY(%(in_order)s) THEN %(due_next)s
                           ELSE %(due_in)s END)
                """,
                flows=list(flow_ids),
                in_order=in_order,
                due_next=self._is_due("in", in_order=True),
                due_in=self._is_due("in"),
                due_out=self._is_due("out"),
            )
        ):
            lanes.setdefault(flow_id, []).append(lane)
        return lanes

    @api.model
    def _is_due(self, direction, in_order=False):
        """Return the condition under which the message ``m`` may be claimed.

        An outbound one waits while an earlier one of its record may have happened.

        :param in_order: an inbound one waits until every earlier one of its record is
            settled: each counts, and none may overtake another
        """
        now = self.env["hub.lane"]._now()
        pending = SQL(
            """
            (m.state = 'pending'
             AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= %s)
             AND (m.run_id IS NULL OR m.run_id <> ALL (ARRAY(
                    SELECT id FROM hub_run WHERE is_held))))
            """,
            now,
        )
        if direction == "in" and in_order:
            return SQL("%s AND %s", pending, self._is_next())
        if direction == "in":
            return pending
        return SQL(
            """
            (%(pending)s OR (m.state = 'in_doubt' AND m.next_attempt_at <= %(now)s))
            AND NOT EXISTS (
                SELECT 1 FROM hub_message e
                 WHERE e.flow_id = m.flow_id AND e.external_id = m.external_id
                   AND e.idempotency_key IS NOT NULL AND e.id <> m.id
                   AND (e.id < m.id OR m.idempotency_key IS NULL)
                   AND e.state IN ('pending', 'processing', 'in_doubt'))
            """,
            pending=pending,
            now=now,
        )

    @staticmethod
    def _is_next():
        """Return the condition that nothing older of the record is unsettled."""
        return SQL(
            """
            NOT EXISTS (
                SELECT 1 FROM hub_message e
                 WHERE e.flow_id = m.flow_id AND e.external_id = m.external_id
                   AND e.state = ANY(%s)
                   AND (coalesce(e.version, ''), e.id)
                       < (coalesce(m.version, ''), m.id))
            """,
            [*OPEN_STATES, *STUCK_STATES],
        )

    @api.model
    def _figures_by_backend(self, ids):
        return self._figures(SQL.identifier("backend_id"), ids)

    @api.model
    def _figures_by_flow(self, ids):
        return self._figures(SQL.identifier("flow_id"), ids)

    def _figures(self, column, ids):
        """Return {id: {waiting, failed, done (24 h), last_success}}.

        Three index-only counts instead of one scan over the whole history.
        """
        figures = {}
        if not ids:
            return figures
        self.flush_model(["state", "processed_at"])
        query = SQL(
            """
            SELECT %(by)s, 'waiting', count(*), NULL::timestamp FROM hub_message
             WHERE %(by)s = ANY(%(ids)s) AND state IN ('pending', 'processing')
          GROUP BY 1
             UNION ALL
            SELECT %(by)s, 'failed', count(*), NULL::timestamp FROM hub_message
             WHERE %(by)s = ANY(%(ids)s)
               AND state IN ('failed', 'quarantined', 'in_doubt')
          GROUP BY 1
             UNION ALL
            SELECT %(by)s, 'done', count(*), max(processed_at) FROM hub_message
             WHERE %(by)s = ANY(%(ids)s) AND state = 'done'
               AND processed_at > now() AT TIME ZONE 'UTC' - interval '24 hours'
          GROUP BY 1
            """,
            by=column,
            ids=list(ids),
        )
        for key, name, count, last in self.env.execute_query(query):
            row = figures.setdefault(key, {})
            row[name] = count
            if last:
                row["last_success"] = last
        return figures
