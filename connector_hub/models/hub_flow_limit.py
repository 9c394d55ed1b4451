# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import random

from odoo import SUPERUSER_ID, api, fields, models

from ..exceptions import AuthError, CircuitOpen, NotYet, RateLimited
from .hub_limit_gate import PATIENCE, LimitGate

#: seconds after which work refused for its credentials is due again
AUTH_PAUSE = 60


class HubFlow(models.Model):
    """When to try again: one schedule for messages, one pause for everybody."""

    _inherit = "hub.flow"

    backoff_first = fields.Integer(
        "First Pause (s)",
        default=10,
        help="Before a failed message is tried the second time; doubled each time.",
    )
    backoff_longest = fields.Integer("Longest Pause (s)", default=3600)

    _backoff_range = models.Constraint(
        "CHECK(backoff_first >= 1 AND backoff_longest >= backoff_first"
        " AND max_attempts >= 1)",
        "Pauses last at least a second, the longest at least as long as the first.",
    )

    def _pause_after(self, error, attempts):
        """Return (seconds until the next try, whether this one counts).

        One that was not the message's fault does not: the remote asked for a pause,
        nobody may call, or the credentials are refused.
        """
        if isinstance(error, RateLimited | CircuitOpen | NotYet):
            return error.seconds, False
        if isinstance(error, AuthError):
            return AUTH_PAUSE, False
        longest = min(self.backoff_longest, self.backoff_first * 2 ** (attempts - 1))
        asked = getattr(error, "seconds", 0)
        return max(asked, random.uniform(longest / 2, longest)), True

    # === WHILE NOBODY MAY CALL ===#

    def _seconds_held(self):
        """Return for how long the connected system must not be called, in seconds.

        0.0 also for a pause so short that calls wait for its end.
        """
        self.ensure_one()
        keys = (self.backend_id._limit_key(), self._limit_key())
        seconds = self.env["hub.limit"].seconds_held(*keys)
        return seconds if seconds > PATIENCE else 0.0

    def _limit_key(self):
        """Return what a pause of this flow alone is noted under."""
        return f"flow.{self.id}"

    def _hold(self, error):
        """Have all lanes of this flow wait; others go on.

        What waits is not claimed: two hundred thousand records would be read, to be
        refused, once a minute.
        """
        LimitGate(self.env.registry, self._limit_key(), None).after(error)

    def _put_off_poll(self, run, seconds):
        """Receive later, when the pause is over; the same run goes on then."""
        seconds = int(seconds) + 1
        if self.poll_minutes:
            now = fields.Datetime.now()
            self.next_poll_at = fields.Datetime.add(now, seconds=seconds)
        if run:
            self._enqueue_poll(run_id=run.id, eta=seconds)
        return f"Put off for {seconds} seconds."

    @api.model
    def _watch_at(self, key, seconds):
        """Enqueue a sweep in ``seconds``; one per limit key and moment."""
        due = fields.Datetime.add(fields.Datetime.now(), seconds=int(seconds + 1))
        self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub",
            identity_key=f"hub.resume.{key}.{due:%Y%m%d%H%M%S}",
            eta=due if seconds else None,
            max_retries=0,
            description=self.env._("Go on after a pause"),
        )._cron_sweep()
