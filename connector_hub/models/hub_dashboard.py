# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models

from .hub_dashboard_query import RECENT, SPANS, empty
from .hub_metric import SETTLED, percentile

#: problems told on the first screen; the list has the others
FIRST = 8


class HubDashboard(models.AbstractModel):
    """What the first screen shows: is all well, must I act, what exactly?

    Everything comes from a handful of grouped queries over small tables and partial
    indexes: what was settled, however much, costs nothing, what waits is counted. Only
    of what the caller may read.
    """

    _name = "hub.dashboard"
    _inherit = ["hub.dashboard.query"]
    _description = "Integration Dashboard"

    # === RPC ===#

    @api.model
    def figures(self, hours=24, backend_ids=None, environment=None):
        """Return all figures of the dashboard.

        :param hours: one of ``SPANS``
        :param backend_ids: only these; None: all that the caller may see
        :param environment: only backends of this environment
        :return: JSON-able; moments as UTC strings as Odoo's clients expect them,
            durations in seconds
        """
        self.env["hub.flow"].check_access("read")
        hours = hours if hours in SPANS else 24
        choice = self.env["hub.backend"].search([])
        backends = choice.filtered(
            lambda backend: (
                (not backend_ids or backend.id in backend_ids)
                and (not environment or backend.environment == environment)
            )
        )
        flows = self.env["hub.flow"].search(
            [("backend_id", "in", backends.ids), ("chosen", "=", True)]
        )
        since = fields.Datetime.now() - timedelta(hours=hours)
        settled = self._settled(flows, since, hours)
        return {
            "now": fields.Datetime.to_string(fields.Datetime.now()),
            "since": fields.Datetime.to_string(since),
            "hours": hours,
            "settled_states": list(SETTLED),
            "choice": self._choice(choice),
            "act": self._to_do(backends),
            "heals": self._healing(backends, flows),
            "flows": self._flow_rows(flows, settled, SPANS[hours]),
            "chart": self._chart(settled, since, hours),
            "reconciliations": self._reconciliations(flows),
            "categories": self._categories(backends),
        }

    # === PARTS ===#

    def _choice(self, backends):
        environments = dict(
            backends._fields["environment"]._description_selection(self.env)
        )
        return {
            "backends": [{"id": b.id, "name": b.name} for b in backends],
            "environments": [
                {"id": code, "name": environments[code]}
                for code in dict.fromkeys(backends.mapped("environment"))
                if code
            ],
        }

    def _to_do(self, backends):
        """Return what does not end without a person: problems, then stopped flows."""
        opened = [
            ("backend_id", "in", backends.ids),
            ("state", "in", ("open", "ack")),
        ]
        exceptions = self.env["hub.exception"]
        first = exceptions.search(opened, limit=FIRST)
        rows = [
            {
                "id": problem.id,
                "title": problem.name,
                "backend": problem.backend_id.name,
                "count": problem.message_count,
                "since": fields.Datetime.to_string(problem.first_seen),
                "critical": problem.severity == "critical",
                "owner": problem.user_id.name or "",
                "acknowledged": problem.state == "ack",
            }
            for problem in first
        ]
        paused = backends.filtered(lambda backend: backend.state == "paused")
        return {
            "rows": rows,
            "count": exceptions.search_count(opened),
            "paused": [
                {"id": b.id, "name": b.name, "reason": b.state_reason or ""}
                for b in paused
            ],
        }

    def _healing(self, backends, flows):
        """Return what goes on without anybody: pauses of calls, and planned retries."""
        retrying = {
            backend: count
            for backend, count in self.env["hub.message"]._read_group(
                [
                    ("backend_id", "in", backends.ids),
                    ("state", "=", "pending"),
                    ("attempts", ">", 0),
                    ("next_attempt_at", ">", fields.Datetime.now()),
                ],
                ["backend_id"],
                ["__count"],
            )
        }
        held = [
            {
                "model": "hub.backend",
                "id": backend.id,
                "name": backend.name,
                "text": backend.limit_text or "",
                "retrying": retrying.get(backend, 0),
            }
            for backend in backends
            if backend.limit_state != "closed" or backend in retrying
        ]
        return held + self._held_flows(flows)

    def _held_flows(self, flows):
        """Return flows that wait for themselves alone, such as for a free place."""
        keys = {flow._limit_key(): flow for flow in flows}
        limits = self.env["hub.limit"].sudo()
        limits = limits.search(
            [("limit_key", "in", list(keys)), ("state", "!=", "closed")]
        )
        return [
            {
                "model": "hub.flow",
                "id": keys[limit.limit_key].id,
                "name": keys[limit.limit_key].display_name,
                "text": limit.text(),
                "retrying": 0,
            }
            for limit in limits
        ]

    def _flow_rows(self, flows, settled, count):
        waiting, stuck = self._waiting(flows), self._stuck(flows)
        recent = self._recent(flows)
        states = dict(flows._fields["freshness"]._description_selection(self.env))
        rows = []
        for flow in flows:
            backlog, oldest = waiting.get(flow.id, (0, None))
            row = settled.get(flow.id) or empty(count)
            speed = recent.get(flow.id, 0) / (RECENT * 60)
            rows.append(
                {
                    "id": flow.id,
                    "name": flow.name,
                    "backend": flow.backend_id.name,
                    "direction": flow.direction,
                    "freshness": flow.freshness,
                    "freshness_text": states[flow.freshness],
                    "reason": flow.state_reason or "",
                    "sla": flow.sla_minutes * 60,
                    "oldest": oldest and fields.Datetime.to_string(oldest),
                    "backlog": backlog,
                    "drained_in": backlog / speed if backlog and speed else None,
                    "done": row["done"],
                    "failed": stuck.get(flow, 0),
                    "lag_p50": percentile(row["lags"], 0.5),
                    "lag_p95": percentile(row["lags"], 0.95),
                    "trend": row["trend"],
                }
            )
        return rows

    def _chart(self, settled, since, hours):
        """Return the sums of all flows per interval."""
        count = SPANS[hours]
        step = timedelta(hours=hours) / count
        return {
            "moments": [
                fields.Datetime.to_string(since + step * index)
                for index in range(count)
            ],
            "done": [
                sum(row["trend"][index] for row in settled.values())
                for index in range(count)
            ],
            "failed": [
                sum(row["failures"][index] for row in settled.values())
                for index in range(count)
            ],
        }

    def _reconciliations(self, flows):
        """Return the newest comparison of each flow."""
        newest = self.env["hub.reconciliation"]._read_group(
            [("flow_id", "in", flows.ids)], ["flow_id"], ["id:max"]
        )
        found = self.env["hub.reconciliation"].browse(
            number for _flow, number in newest
        )
        return [
            {
                "id": row.id,
                "flow": row.flow_id.display_name,
                "started": fields.Datetime.to_string(row.started_at),
                "status": row.status,
                "differences": row.difference_count,
                "repaired": row.repaired_count,
            }
            for row in found
        ]

    def _categories(self, backends):
        """Return how many problems of each kind are open."""
        names = dict(
            self.env["hub.exception"]
            ._fields["category"]
            ._description_selection(self.env)
        )
        groups = self.env["hub.exception"]._read_group(
            [("backend_id", "in", backends.ids), ("state", "in", ("open", "ack"))],
            ["category"],
            ["__count"],
        )
        return [
            {"category": category, "name": names[category], "count": count}
            for category, count in sorted(groups, key=lambda group: -group[1])
        ]
