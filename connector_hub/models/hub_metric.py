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
    _started_idx = models.Index("(seconds, started_at)")

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
        """Count the intervals again that may not have been complete."""
        # what was merged is never counted again
        start = SQL(
            """
            greatest(
                (SELECT max(started_at) - %(again)s FROM hub_metric
                  WHERE seconds = %(fine)s),
                (SELECT max(started_at + make_interval(secs => seconds))
                   FROM hub_metric WHERE seconds > %(fine)s))
            """,
            again=AGAIN,
            fine=FINE,
        )
        past = SQL("now() AT TIME ZONE 'UTC' - %s", PAST)
        cr.execute(SQL("SELECT %s", _interval(SQL("coalesce(%s, %s)", start, past))))
        (start,) = cr.fetchone()
        cr.execute(
            SQL(
                "DELETE FROM hub_metric WHERE seconds = %s AND started_at >= %s",
                FINE,
                start,
            )
        )
        cr.execute(self._counted(start))

    @staticmethod
    def _counted(start):
        """Return the statement that counts what was settled from ``start`` on.

        By flow and state, as the index of settled messages is.
        """
        return SQL(
            """
            INSERT INTO hub_metric (flow_id, backend_id, company_id, started_at,
                                    seconds, outcome, lag_class, lag_seconds, count)
            SELECT f.id, f.backend_id, f.company_id, m.at, %(fine)s, m.state, m.class,
                   m.lag, m.count
              FROM hub_flow f CROSS JOIN unnest(%(states)s) AS s(state),
                   LATERAL (
                SELECT %(at)s AS at, state,
                       CASE WHEN topic = 'backfill' THEN -1
                            ELSE width_bucket(age, %(bounds)s::float8[]) END AS class,
                       sum(CASE WHEN topic = 'backfill' THEN 0 ELSE age END) AS lag,
                       count(*) AS count
                  FROM hub_message m, LATERAL (SELECT greatest(0, extract(
                       epoch FROM processed_at - received_at))::float8 AS age) AS a
                 WHERE m.flow_id = f.id AND m.state = s.state
                   AND m.processed_at >= %(start)s
              GROUP BY 1, 2, 3) AS m
            """,
            fine=FINE,
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
