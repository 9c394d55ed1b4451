# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed

#: upper bounds of the classes of lag, in seconds; what is above all is in one more
LAG_BOUNDS = (1, 2, 5, 10, 30, 60, 120, 300, 900, 1800, 3600, 14400, 86400)
#: seconds of an interval as it is counted
FINE = 300
#: (seconds of intervals, after how long they are merged, seconds, unit of the merged)
MERGED = (
    (FINE, timedelta(days=2), 3600, "hour"),
    (3600, timedelta(days=60), 86400, "day"),
)
#: an interval is counted again for so long after its end: a batch may commit late
AGAIN = timedelta(minutes=15)
#: the first time, what of the past is counted
PAST = timedelta(days=7)
#: what screens call done
SETTLED = ("done", "unchanged", "superseded", "skipped")
FAILED = ("failed", "quarantined", "in_doubt")


class HubMetric(models.Model):
    """How many messages were settled in an interval, how, and how long that took.

    Counted once a minute from the messages settled lately, so that a screen over
    months reads some thousand rows, not the queue, and neither drains nor webhooks
    write to a shared counter. Lags are a histogram: percentiles of several flows and
    intervals can be had from it, which percentiles themselves do not allow.
    """

    _name = "hub.metric"
    _description = "Integration Figures"
    _order = "started_at desc, flow_id"
    _log_access = False

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    backend_id = fields.Many2one("hub.backend", required=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True)
    started_at = fields.Datetime("Interval", required=True)
    seconds = fields.Integer("Length (s)", required=True)
    outcome = fields.Selection(
        [
            ("done", "Done"),
            ("unchanged", "Nothing Changed"),
            ("superseded", "Superseded"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
            ("quarantined", "Quarantined"),
            ("in_doubt", "Outcome Unknown"),
        ],
        required=True,
    )
    lag_class = fields.Integer(
        "Class of Lag",
        required=True,
        help="How many of the bounds its lag has reached; -1 for history, whose age is"
        " no lag.",
    )
    lag_seconds = fields.Float("Sum of Lags (s)", digits=False, required=True)
    count = fields.Integer("Messages", required=True)

    _interval_uniq = models.UniqueIndex(
        "(flow_id, seconds, started_at, outcome, lag_class)"
    )
    _started_idx = models.Index("(started_at)")

    # === COUNT ===#

    @api.model
    def _cron_collect(self):
        """Count what was settled since the last time."""
        with read_committed(self.env.registry) as cr:
            cr.execute("SELECT pg_try_advisory_xact_lock(hashtext('hub_metric'))")
            if not cr.fetchone()[0]:
                return
            self._collect(cr)
            for step in MERGED:
                self._merge(cr, *step)
        self.invalidate_model()

    def _collect(self, cr):
        """Count the intervals again that may not have been complete.

        How far they are is noted: what lies before the mark, less ``AGAIN``, never
        changes any more.
        """
        cr.execute(
            SQL(
                "SELECT now() AT TIME ZONE 'UTC', %s",
                _interval(SQL("coalesce(%s - %s, %s)", self._mark(), AGAIN, _past())),
            )
        )
        now, start = cr.fetchone()
        # what is as it was is not written: numbers of rows are not without end
        cr.execute(self._counted(start))
        cr.execute(SQL("DELETE FROM hub_metric_mark"))
        cr.execute(SQL("INSERT INTO hub_metric_mark (counted_to) VALUES (%s)", now))

    @staticmethod
    def _mark():
        return SQL("(SELECT max(counted_to) FROM hub_metric_mark)")

    @api.model
    def _complete_before(self):
        """Return the moment, as SQL, before which no interval changes any more."""
        return SQL("%s - %s", self._mark(), AGAIN)

    def _counted(self, start):
        """Return the statement that counts what was settled from ``start`` on."""
        return SQL(
            """
            WITH fresh AS (%(fresh)s), gone AS (
                DELETE FROM hub_metric o
                 WHERE seconds = %(fine)s AND started_at >= %(start)s
                   AND NOT EXISTS (SELECT FROM fresh f WHERE %(same)s)
            ), changed AS (
                UPDATE hub_metric o SET count = f.count, lag_seconds = f.lag
                  FROM fresh f
                 WHERE o.seconds = %(fine)s AND %(same)s AND o.count <> f.count
            )
            INSERT INTO hub_metric (flow_id, backend_id, company_id, started_at,
                                    seconds, outcome, lag_class, lag_seconds, count)
            SELECT f.flow_id, f.backend_id, f.company_id, f.at, %(fine)s, f.state,
                   f.class, f.lag, f.count
              FROM fresh f
             WHERE NOT EXISTS (SELECT FROM hub_metric o
                                WHERE o.seconds = %(fine)s AND %(same)s)
            """,
            fresh=self._fresh(start),
            fine=FINE,
            start=start,
            same=SQL(
                "o.flow_id = f.flow_id AND o.started_at = f.at"
                " AND o.outcome = f.state AND o.lag_class = f.class"
            ),
        )

    @staticmethod
    def _fresh(start):
        """Return the query of what the messages say now.

        By flow and state, as the index of settled messages is. What is in doubt and
        settles itself later has not come to an end.
        """
        return SQL(
            """
            SELECT f.id AS flow_id, f.backend_id, f.company_id, m.*
              FROM hub_flow f JOIN hub_backend b ON b.id = f.backend_id
                   CROSS JOIN unnest(%(states)s) AS s(wanted),
                   LATERAL (
                SELECT %(at)s AS at, state,
                       CASE WHEN topic = 'backfill' THEN -1
                            ELSE width_bucket(age, %(bounds)s::float8[]) END AS class,
                       sum(CASE WHEN topic = 'backfill' THEN 0 ELSE age END) AS lag,
                       count(*) AS count
                  FROM hub_message m, LATERAL (SELECT greatest(0, extract(
                       epoch FROM processed_at - received_at))::float8 AS age) AS a
                 WHERE m.flow_id = f.id AND m.state = s.wanted
                   AND m.processed_at >= %(start)s
                   AND (m.state <> 'in_doubt' OR m.next_attempt_at IS NULL)
              GROUP BY 1, 2, 3) AS m
               -- somebody may be deleting them at this moment
               FOR KEY SHARE OF b, f
            """,
            at=_interval(SQL("processed_at")),
            states=[*SETTLED, *FAILED],
            bounds=list(LAG_BOUNDS),
            start=start,
        )

    @staticmethod
    def _merge(cr, seconds, after, merged, unit):
        """Merge intervals of some time ago into longer ones."""
        cr.execute(
            SQL(
                """
                WITH old AS (
                    DELETE FROM hub_metric
                     WHERE seconds = %(seconds)s AND started_at < date_trunc(
                           %(unit)s, now() AT TIME ZONE 'UTC' - %(after)s)
                 RETURNING *
                )
                INSERT INTO hub_metric (flow_id, backend_id, company_id, started_at,
                                        seconds, outcome, lag_class, lag_seconds, count)
                SELECT flow_id, min(backend_id), min(company_id),
                       date_trunc(%(unit)s, started_at) AS at, %(merged)s, outcome,
                       lag_class, sum(lag_seconds), sum(count)
                  FROM old GROUP BY flow_id, at, outcome, lag_class
                """,
                seconds=seconds,
                unit=unit,
                after=after,
                merged=merged,
            )
        )


class HubMetricMark(models.Model):
    """Up to when messages were counted: one row."""

    _name = "hub.metric.mark"
    _description = "Counted Up To"
    _log_access = False

    counted_to = fields.Datetime(required=True)


def _past():
    return SQL("now() AT TIME ZONE 'UTC' - %s", PAST)


def _interval(moment):
    """Return the beginning of the fine interval that a moment is in."""
    return SQL(
        "timestamp 'epoch' + make_interval(secs => %(fine)s"
        " * floor(extract(epoch FROM %(moment)s) / %(fine)s))",
        fine=FINE,
        moment=moment,
    )


def percentile(classes, share):
    """Return the lag that ``share`` of the messages did not exceed, in seconds.

    Within a class lags are taken as evenly spread, as Prometheus does; above the last
    bound it is the last bound. None where nothing was counted.

    :param classes: {class of lag: messages}
    """
    total = sum(classes.values())
    if not total:
        return None
    wanted, seen = total * share, 0
    for number in sorted(classes):
        count = classes[number]
        if seen + count >= wanted and count:
            low = LAG_BOUNDS[number - 1] if number else 0
            high = LAG_BOUNDS[min(number, len(LAG_BOUNDS) - 1)]
            return low + (max(high, low) - low) * (wanted - seen) / count
        seen += count
    return float(LAG_BOUNDS[-1])
