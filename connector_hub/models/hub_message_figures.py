# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL


class HubMessage(models.Model):
    """What screens and the sweeper ask of the queue."""

    _inherit = "hub.message"

    @api.model
    def _is_due(self):
        """Return the condition under which an open message may be claimed."""
        return SQL(
            """
            ((next_attempt_at IS NULL OR next_attempt_at <= %s)
             AND (run_id IS NULL OR run_id <> ALL (ARRAY(
                    SELECT id FROM hub_run WHERE is_held))))
            """,
            self.env["hub.lane"]._now(),
        )

    @api.model
    def _due_lanes(self, flow_ids):
        """Return {flow id: [lanes with something due]}.

        Also messages whose worker died: their lane must be taken up again.
        """
        lanes = {}
        if not flow_ids:
            return lanes
        for flow_id, lane in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT flow_id, lane FROM hub_message
                 WHERE flow_id = ANY(%s) AND state IN ('pending', 'processing')
                   AND %s
                """,
                list(flow_ids),
                self._is_due(),
            )
        ):
            lanes.setdefault(flow_id, []).append(lane)
        return lanes

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
