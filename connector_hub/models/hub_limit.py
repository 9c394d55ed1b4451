# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_time

from .hub_limit_gate import GateSettings, LimitGate, forget

LIMIT_STATES = [
    ("closed", "Free"),
    ("paused", "Pausing"),
    ("open", "Not Answering"),
    ("half_open", "Being Tried"),
]


class HubLimit(models.Model):
    """Rate limit and circuit breaker of one ``limit_key``, shared by all workers.

    No row means that nothing ever went wrong. A row is written by the gates (see
    ``hub_limit_gate``) in short transactions of their own; whatever state it is in,
    of all workers exactly one makes the next call once ``retry_at`` has come.
    """

    _name = "hub.limit"
    _description = "Rate Limit and Circuit Breaker"
    _rec_name = "limit_key"

    limit_key = fields.Char(required=True)
    state = fields.Selection(LIMIT_STATES, required=True, default="closed")
    failures = fields.Integer(default=0, help="Failed calls in a row.")
    openings = fields.Integer(
        default=0, help="How often in a row the breaker opened; pauses grow with it."
    )
    opened_at = fields.Datetime(help="When calls were stopped.")
    retry_at = fields.Datetime(
        help="When the next call may be made; while one is being made, when it counts"
        " as lost."
    )
    probe_token = fields.Char(help="Whose call finds out whether it works again.")
    reason = fields.Text()
    tokens = fields.Float(digits=False, help="Calls that may be made at once.")
    tokens_at = fields.Datetime(help="When that was so.")

    _limit_key_uniq = models.Constraint(
        "UNIQUE(limit_key)", "A limit key has one limiter."
    )

    # === BUSINESS METHODS ===#

    @api.private
    def gate(self, backend):
        """Return the gate through which calls of a backend pass."""
        settings = GateSettings(
            failures=backend.breaker_failures,
            seconds=backend.breaker_seconds,
            rate=backend.call_rate,
            burst=backend.call_burst,
        )
        return LimitGate(self.env.registry, backend._limit_key(), settings)

    @api.private
    def seconds_held(self, *keys):
        """Return for how many seconds nobody may call; 0.0 when calls are free."""
        return max(self._held(keys).values(), default=0.0)

    def _held(self, keys):
        """Return {key: seconds} of those under which nobody may call now."""
        left = SQL("extract(epoch FROM retry_at - %s)::float8", self._now())
        return dict(
            self.env.execute_query(
                SQL(
                    "SELECT limit_key, %(left)s FROM hub_limit"
                    " WHERE limit_key = ANY(%(keys)s) AND state <> 'closed'"
                    " AND %(left)s > 0",
                    left=left,
                    keys=list(keys),
                )
            )
        )

    @api.private
    def try_now(self, keys):
        """Let the next call find out at once; return whether any was held back."""
        tried = self.env.execute_query(
            SQL(
                "UPDATE hub_limit SET retry_at = %s WHERE limit_key = ANY(%s)"
                " AND state IN ('paused', 'open') RETURNING id",
                self._now(),
                list(keys),
            )
        )
        self.invalidate_model()
        return bool(tried)

    @api.private
    def text(self):
        """Return in one sentence what this state means; empty when all is well."""
        self.ensure_one()
        left = self.retry_at and (self.retry_at - fields.Datetime.now()).total_seconds()
        if self.state == "half_open":
            return self.env._("One call tries whether it works again.")
        if self.state == "paused" and left > 0:
            return self.env._(
                "Pauses until %(time)s: %(reason)s",
                time=self._clock(self.retry_at),
                reason=self.reason,
            )
        if self.state == "open" and left > 0:
            return self.env._(
                "Closed after %(count)s failures, next try in %(seconds)s s:"
                " %(reason)s",
                count=self.failures,
                seconds=int(left),
                reason=self.reason,
            )
        if self.state != "closed":
            return self.env._("The next call tries whether it works again.")
        return ""

    def _clock(self, moment):
        zone = self.env.user.tz or "UTC"
        return format_time(self.env, moment, tz=zone, time_format="HH:mm:ss")

    def _now(self):
        return self.env["hub.lane"]._now()

    def write(self, vals):
        forget()
        return super().write(vals)
