# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.tools import SQL

#: seconds over which the speed of processing is measured
RECENTLY = 60


class HubRun(models.Model):
    """How fast a backfill is, and how long it will take."""

    _inherit = "hub.run"

    total_known = fields.Boolean(readonly=True)
    total_count = fields.Integer(
        "In the Window", readonly=True, help="As the connected system counts them."
    )
    active_seconds = fields.Float(readonly=True, help="Time spent on reading.")
    current_count = fields.Integer(
        "Up to Date",
        compute="_compute_speed",
        help="Records that Odoo had in this very state already.",
    )
    read_rate = fields.Float("Read per Second", compute="_compute_speed")
    rate = fields.Float(
        "Processed per Second",
        compute="_compute_speed",
        help="In the last minute of work.",
    )
    remaining_seconds = fields.Integer(compute="_compute_speed")
    remaining = fields.Char("Remaining Time", compute="_compute_speed")

    def _percent(self, received):
        if self.kind != "backfill":
            return super()._percent(received)
        if self.state == "received":
            return 100 * (received - self.open_count) // received if received else 100
        if not self.total_known:
            return 0
        # what is up to date is settled at once; the rest when it is processed
        settled = self.seen_count - self.open_count
        return max(0, min(99, 100 * settled // max(self.total_count, 1)))

    def _compute_speed(self):
        recent = self._recently_settled()
        for run in self:
            run.current_count = max(run.seen_count - run.received_count, 0)
            run.read_rate = (
                run.seen_count / run.active_seconds if run.active_seconds else 0
            )
            count, seconds = recent.get(run.id, (0, 0))
            run.rate = count / seconds if seconds else 0
            run.remaining_seconds = run._remaining_seconds()
            run.remaining = run._remaining_text()

    def _recently_settled(self):
        """Return {run id: (messages, seconds)} of the last minute of each."""
        if not self.ids:
            return {}
        self.env["hub.message"].flush_model(["run_id", "processed_at"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT r.id, count(*), extract(epoch FROM
                       max(m.processed_at) - greatest(min(m.processed_at),
                                                      min(r.started_at)))
                  FROM hub_run r JOIN hub_message m ON m.run_id = r.id
                 WHERE r.id = ANY(%s) AND m.processed_at >= (
                        SELECT max(processed_at) - make_interval(secs => %s)
                          FROM hub_message WHERE run_id = r.id)
              GROUP BY r.id
                """,
                self.ids,
                RECENTLY,
            )
        )
        return {run_id: (count, float(secs or 0) + 1) for run_id, count, secs in rows}

    def _remaining_seconds(self):
        """Return an estimate; 0 when it is over or cannot be told.

        Reading and processing go on at the same time: the slower one counts.
        """
        reading = processing = 0
        waiting = self.open_count
        if self.state == "receiving":
            if not (self.total_known and self.read_rate):
                return 0
            left = max(self.total_count - self.seen_count, 0)
            reading = left / self.read_rate
            waiting += left * self.received_count / max(self.seen_count, 1)
        elif self.state != "received":
            return 0
        if waiting and not self.rate:
            return 0
        if waiting:
            processing = waiting / self.rate
        return round(max(reading, processing))

    def _remaining_text(self):
        seconds = self.remaining_seconds
        if not seconds:
            return False
        if seconds < 90:
            return self.env._("about %s seconds", seconds)
        minutes = round(seconds / 60)
        if minutes < 90:
            return self.env._("about %s minutes", minutes)
        return self.env._("about %s hours", round(minutes / 60, 1))
