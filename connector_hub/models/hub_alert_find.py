# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from .hub_metric import FAILED, FINE

#: fewer than these say nothing about a share of failures
ENOUGH = 10


class HubAlertRule(models.Model):
    """What each kind of rule looks for: (figure, sentence) by flow or backend."""

    _inherit = "hub.alert.rule"

    def _find_late(self, flows):
        now = fields.Datetime.now()
        found = {}
        for flow in flows.filtered(lambda flow: flow.freshness == "late"):
            oldest = flow.oldest_waiting_at or flow.next_poll_at or now
            minutes = int((now - oldest).total_seconds() / 60)
            text = self.env._(
                "%(flow)s is late: the oldest change has waited %(minutes)s minutes,"
                " the SLA is %(sla)s.",
                flow=flow.display_name,
                minutes=minutes,
                sla=flow.sla_minutes,
            )
            found[flow] = (minutes, text)
        return found

    def _find_backlog(self, flows):
        waiting = self.env["hub.dashboard"]._waiting(flows)
        found = {}
        for flow in flows:
            count, _oldest = waiting.get(flow.id, (0, None))
            if count > self.threshold:
                text = self.env._(
                    "%(count)s messages of %(flow)s wait.",
                    count=count,
                    flow=flow.display_name,
                )
                found[flow] = (count, text)
        return found

    def _find_failures(self, flows):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT flow_id, sum(count)::int, sum(CASE WHEN outcome = ANY(%(bad)s)
                       THEN count ELSE 0 END)::int
                  FROM hub_metric
                 WHERE flow_id = ANY(%(flows)s) AND seconds = %(fine)s
                   AND started_at >= now() AT TIME ZONE 'UTC' - %(window)s
              GROUP BY flow_id
                """,
                bad=list(FAILED),
                flows=flows.ids,
                fine=FINE,
                window=timedelta(minutes=self.window_minutes),
            )
        )
        found = {}
        for flow_id, count, failed in rows:
            share = 100 * failed / count
            if count >= ENOUGH and share > self.threshold:
                flow = flows.browse(flow_id)
                text = self.env._(
                    "%(failed)s of %(count)s messages of %(flow)s failed within"
                    " %(minutes)s minutes.",
                    failed=failed,
                    count=count,
                    flow=flow.display_name,
                    minutes=self.window_minutes,
                )
                found[flow] = (share, text)
        return found

    def _find_silence(self, flows):
        """A flow that never did anything is not silent: it waits for its first time."""
        rows = self.env.execute_query(
            SQL(
                "SELECT flow_id, max(started_at + make_interval(secs => seconds))"
                " FROM hub_metric WHERE flow_id = ANY(%s) GROUP BY flow_id",
                flows.ids,
            )
        )
        now, found = fields.Datetime.now(), {}
        for flow_id, last in rows:
            hours = (now - last).total_seconds() / 3600
            if hours > self.threshold:
                flow = flows.browse(flow_id)
                text = self.env._(
                    "%(flow)s has done nothing for %(hours)s hours.",
                    flow=flow.display_name,
                    hours=int(hours),
                )
                found[flow] = (hours, text)
        return found

    def _find_differences(self, flows):
        newest = self.env["hub.reconciliation"]._read_group(
            [("flow_id", "in", flows.ids), ("run_id.state", "=", "received")],
            ["flow_id"],
            ["id:max"],
        )
        rows = self.env["hub.reconciliation"].browse(number for _f, number in newest)
        found = {}
        for row in rows:
            left = row.difference_count - row.repaired_count
            if left > self.threshold:
                text = self.env._(
                    "%(count)s differences of %(flow)s were not repaired.",
                    count=left,
                    flow=row.flow_id.display_name,
                )
                found[row.flow_id] = (left, text)
        return found

    def _find_breaker(self, backends):
        keys = {backend: backend._limit_key() for backend in backends}
        limits = self.env["hub.limit"].sudo()
        limits = limits.search(
            [("limit_key", "in", [*keys.values()]), ("state", "!=", "closed")]
        )
        since = {limit.limit_key: limit.opened_at for limit in limits}
        now, found = fields.Datetime.now(), {}
        for backend, key in keys.items():
            if not since.get(key):
                continue
            minutes = (now - since[key]).total_seconds() / 60
            if minutes > self.threshold:
                text = self.env._(
                    "Nobody has called %(backend)s for %(minutes)s minutes: %(why)s",
                    backend=backend.display_name,
                    minutes=int(minutes),
                    why=backend.limit_text or "",
                )
                found[backend] = (minutes, text)
        return found

    def _find_problems(self, backends):
        groups = self.env["hub.exception"]._read_group(
            [("backend_id", "in", backends.ids), ("state", "in", ("open", "ack"))],
            ["backend_id"],
            ["__count"],
        )
        return {
            backend: (
                count,
                self.env._(
                    "%(backend)s has %(count)s open problems.",
                    backend=backend.display_name,
                    count=count,
                ),
            )
            for backend, count in groups
            if count > self.threshold
        }
