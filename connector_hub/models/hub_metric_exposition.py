# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures in Prometheus' text format: names and labels are a promise."""

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from odoo import api, models
from odoo.tools import SQL

from .hub_message import OPEN_STATES, STUCK_STATES
from .hub_metric import LAG_BOUNDS

BACKEND = ("backend", "backend_id", "environment", "company")
FLOW = ("flow", "document", "direction", *BACKEND)


class HubMetric(models.Model):
    _inherit = "hub.metric"

    @api.model
    def _exposition(self):
        """Return (bytes, content type) of all figures.

        Counters and histograms grow by intervals that are complete, so they are about
        a quarter of an hour behind and never fall; gauges tell the present moment.
        """
        families = [*self._flow_families(), *self._settled_families()]
        families += self._backend_families()

        class Collected:
            def collect(self):
                return families

        return generate_latest(Collected()), CONTENT_TYPE_LATEST

    # === FLOWS ===#

    @api.model
    def _labels(self):
        """Return {flow id: values of the labels ``FLOW``}."""
        return {
            flow.id: (
                flow.code,
                flow.document,
                flow.direction,
                *_of_backend(flow.backend_id),
            )
            for flow in self.env["hub.flow"].search([("chosen", "=", True)])
        }

    def _flow_families(self):
        labels = self._labels()
        flows = self.env["hub.flow"].browse(labels)
        running = _gauge("hub_flow_running", "1 while the flow may process messages.")
        late = _gauge("hub_flow_late", "1 while the flow's freshness SLA is missed.")
        for flow in flows:
            running.add_metric(labels[flow.id], float(flow._is_open()))
            late.add_metric(labels[flow.id], float(flow.freshness == "late"))
        waiting = _gauge("hub_messages_waiting", "Messages that wait or are processed.")
        oldest = _gauge(
            "hub_oldest_waiting_seconds", "How long the oldest of them has waited."
        )
        found = self._waiting_seconds(flows)
        for flow_id, values in labels.items():
            count, seconds = found.get(flow_id, (0, 0.0))
            waiting.add_metric(values, count)
            oldest.add_metric(values, seconds)
        return [running, late, waiting, oldest, self._stuck_family(flows, labels)]

    def _waiting_seconds(self, flows):
        rows = self.env.execute_query(
            SQL(
                "SELECT flow_id, count(*), greatest(0, extract(epoch FROM now()"
                " AT TIME ZONE 'UTC' - min(received_at)))::float8 FROM hub_message"
                " WHERE flow_id = ANY(%s) AND state = ANY(%s) GROUP BY flow_id",
                flows.ids,
                list(OPEN_STATES),
            )
        )
        return {flow_id: (count, seconds) for flow_id, count, seconds in rows}

    def _stuck_family(self, flows, labels):
        stuck = GaugeMetricFamily(
            "hub_messages_stuck",
            "Messages that wait for a person.",
            labels=(*FLOW, "state"),
        )
        counts = {
            (flow.id, state): count
            for flow, state, count in self.env["hub.message"]._read_group(
                [("flow_id", "in", flows.ids), ("state", "in", STUCK_STATES)],
                ["flow_id", "state"],
                ["__count"],
            )
        }
        for flow_id, values in labels.items():
            for state in STUCK_STATES:
                stuck.add_metric((*values, state), counts.get((flow_id, state), 0))
        return stuck

    # === WHAT WAS SETTLED ===#

    def _settled_families(self):
        labels = self._labels()
        settled = CounterMetricFamily(
            "hub_messages_settled",
            "Messages that came to an end.",
            labels=(*FLOW, "outcome"),
        )
        lag = HistogramMetricFamily(
            "hub_message_lag_seconds",
            "From receipt to the end, of messages that were done; no history.",
            labels=FLOW,
        )
        totals, lags = self._complete(list(labels))
        for (flow_id, outcome), count in totals.items():
            settled.add_metric((*labels[flow_id], outcome), count)
        for flow_id, (classes, seconds) in lags.items():
            lag.add_metric(labels[flow_id], _buckets(classes), seconds)
        return [settled, lag]

    def _complete(self, flow_ids):
        """Return what complete intervals sum up to.

        :return: ({(flow id, outcome): count}, {flow id: ({class of lag: count}, sum)})
        """
        totals, lags = {}, {}
        for flow_id, outcome, lag_class, count, seconds in self.env.execute_query(
            SQL(
                """
                SELECT flow_id, outcome, lag_class, sum(count)::bigint,
                       sum(lag_seconds)
                  FROM hub_metric
                 WHERE flow_id = ANY(%s)
                   AND started_at + make_interval(secs => seconds) <= %s
              GROUP BY 1, 2, 3
                """,
                flow_ids,
                self._complete_before(),
            )
        ):
            key = (flow_id, outcome)
            totals[key] = totals.get(key, 0) + count
            if lag_class >= 0 and outcome in ("done", "unchanged"):
                classes, so_far = lags.setdefault(flow_id, ({}, 0.0))
                classes[lag_class] = classes.get(lag_class, 0) + count
                lags[flow_id] = (classes, so_far + seconds)
        return totals, lags

    # === BACKENDS ===#

    def _backend_families(self):
        names = (*BACKEND, "system")
        connected = GaugeMetricFamily(
            "hub_backend_connected", "1 while connected and not paused.", labels=names
        )
        held = GaugeMetricFamily(
            "hub_backend_calls_held",
            "1 while calls are paused: rate limit, or the system does not answer.",
            labels=names,
        )
        problems = GaugeMetricFamily(
            "hub_exceptions_open",
            "Open problems that need a person.",
            labels=(*names, "category"),
        )
        backends = self.env["hub.backend"].search([])
        values = {b: (*_of_backend(b), b.system or "") for b in backends}
        for backend, row in values.items():
            connected.add_metric(row, float(backend.state == "connected"))
            held.add_metric(row, float(backend.limit_state != "closed"))
        for backend, category, count in self.env["hub.exception"]._read_group(
            [("backend_id", "in", backends.ids), ("state", "in", ("open", "ack"))],
            ["backend_id", "category"],
            ["__count"],
        ):
            problems.add_metric((*values[backend], category), count)
        return [connected, held, problems]


def _of_backend(backend):
    """Names need not be unique, series must be."""
    environment = backend.environment or ""
    return backend.name, str(backend.id), environment, backend.company_id.name


def _gauge(name, text):
    return GaugeMetricFamily(name, text, labels=FLOW)


def _buckets(classes):
    """Return [(upper bound, messages up to it)]; a class reaches its lower bound."""
    seen, rows = 0, []
    for number, bound in enumerate((*LAG_BOUNDS, "+Inf")):
        seen += classes.get(number, 0)
        rows.append((str(float(bound)) if bound != "+Inf" else bound, seen))
    return rows
