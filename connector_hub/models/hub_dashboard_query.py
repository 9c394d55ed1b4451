# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import models
from odoo.tools import SQL

from .hub_message import OPEN_STATES, STUCK_STATES
from .hub_metric import FAILED, FINE, SETTLED

#: spans that may be looked at, in hours, each with the number of its intervals
SPANS = {1: 12, 24: 24, 168: 28, 720: 30}
#: minutes whose speed tells how long a backlog will take
RECENT = 15


class HubDashboardQuery(models.AbstractModel):
    """What is asked of messages and their counts, for many flows at once."""

    _name = "hub.dashboard.query"
    _description = "Integration Figures of Flows"

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

    def _stuck(self, flows):
        """Return {flow: number of messages that wait for a person}."""
        return dict(
            self.env["hub.message"]._read_group(
                [("flow_id", "in", flows.ids), ("state", "in", STUCK_STATES)],
                ["flow_id"],
                ["__count"],
            )
        )

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
        """Return {flow id: {done, lags, trend, failures}} of a span."""
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
                   AND started_at > %(since)s - interval '1 day'
                   AND started_at + make_interval(secs => seconds) > %(since)s
              GROUP BY 1, 2, 3, 4
                """,
                last=count - 1,
                since=since,
                step=hours * 3600 / count,
                flows=flows.ids,
            )
        ):
            row = found.setdefault(flow_id, empty(count))
            is_failed = outcome in FAILED
            row["done"] += 0 if is_failed else number
            row["failures" if is_failed else "trend"][index] += number
            if lag_class >= 0 and outcome in ("done", "unchanged"):
                row["lags"][lag_class] = row["lags"].get(lag_class, 0) + number
        return found


def empty(count):
    """Return the figures of a flow that did nothing."""
    return {
        "done": 0,
        "lags": {},
        "trend": [0] * count,
        "failures": [0] * count,
    }
