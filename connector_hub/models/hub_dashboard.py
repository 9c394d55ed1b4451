# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from .hub_message import OPEN_STATES
from .hub_metric import FAILED, FINE, SETTLED, percentile

#: spans that may be looked at, in hours, each with the number of its intervals
SPANS = {1: 12, 24: 24, 168: 28, 720: 30}
#: problems told on the first screen; the list has the others
FIRST = 8
#: minutes whose speed tells how long a backlog will take
RECENT = 15


class HubDashboard(models.AbstractModel):
    """What the first screen shows: is all well, must I act, what exactly?

    Everything comes from a handful of grouped queries over small tables and partial
    indexes, whatever the queue holds, and only of what the caller may read.
    """

    _name = "hub.dashboard"
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
            "choice": self._choice(choice),
            "act": self._to_do(backends),
            "heals": self._healing(backends),
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

    def _healing(self, backends):
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
        return [
            {
                "id": backend.id,
                "name": backend.name,
                "text": backend.limit_text or "",
                "retrying": retrying.get(backend, 0),
            }
            for backend in backends
            if backend.limit_state != "closed" or backend in retrying
        ]

    def _flow_rows(self, flows, settled, count):
        waiting = self._waiting(flows)
        recent = self._recent(flows)
        states = dict(flows._fields["freshness"]._description_selection(self.env))
        rows = []
        for flow in flows:
            backlog, oldest = waiting.get(flow.id, (0, None))
            row = settled.get(flow.id) or _empty(count)
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
                    "failed": row["failed"],
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

    # === QUERIES ===#

    def _waiting(self, flows):
        """Return {flow id: (number waiting, when the oldest came)}."""
        self.env["hub.message"].flush_model(["state", "received_at"])
        rows = self.env.execute_query(
            SQL(
                "SELECT flow_id, count(*), min(received_at) FROM hub_message"
                " WHERE flow_id = ANY(%s) AND state = ANY(%s) GROUP BY flow_id",
                flows.ids,
                list(OPEN_STATES),
            )
        )
        return {flow_id: (count, oldest) for flow_id, count, oldest in rows}

    def _recent(self, flows):
        """Return {flow id: settled within the last minutes}."""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT flow_id, sum(count)::int FROM hub_metric
                 WHERE flow_id = ANY(%s) AND seconds = %s AND outcome = ANY(%s)
                   AND started_at >= now() AT TIME ZONE 'UTC' - %s
              GROUP BY flow_id
                """,
                flows.ids,
                FINE,
                list(SETTLED),
                timedelta(minutes=RECENT),
            )
        )
        return dict(rows)

    def _settled(self, flows, since, hours):
        """Return {flow id: {done, failed, lags, trend, failures}} of a span."""
        count = SPANS[hours]
        found = {}
        for flow_id, index, outcome, lag_class, number in self.env.execute_query(
            SQL(
                """
                SELECT flow_id, least(%(last)s, greatest(0, floor(extract(
                       epoch FROM started_at - %(since)s) / %(step)s)))::int,
                       outcome, lag_class, sum(count)::int
                  FROM hub_metric
                 WHERE flow_id = ANY(%(flows)s)
                   AND started_at + make_interval(secs => seconds) > %(since)s
              GROUP BY 1, 2, 3, 4
                """,
                last=count - 1,
                since=since,
                step=hours * 3600 / count,
                flows=flows.ids,
            )
        ):
            row = found.setdefault(flow_id, _empty(count))
            is_failed = outcome in FAILED
            row["failed" if is_failed else "done"] += number
            row["failures" if is_failed else "trend"][index] += number
            if lag_class >= 0 and outcome in ("done", "unchanged"):
                row["lags"][lag_class] = row["lags"].get(lag_class, 0) + number
        return found


def _empty(count):
    return {
        "done": 0,
        "failed": 0,
        "lags": {},
        "trend": [0] * count,
        "failures": [0] * count,
    }
