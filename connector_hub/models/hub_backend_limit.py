# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .hub_limit import LIMIT_STATES


class HubBackend(models.Model):
    """How often and how long a backend's system may be called."""

    _inherit = "hub.backend"

    breaker_failures = fields.Integer(
        "Failures before a Pause",
        default=5,
        help="After so many failed calls in a row nobody calls the system any more for"
        " some time. Then one call finds out whether it works again.",
    )
    breaker_seconds = fields.Integer(
        "First Pause (s)",
        default=30,
        help="Doubled each time that one call fails as well, up to 15 minutes.",
    )
    call_rate = fields.Float(
        "Calls per Second",
        help="0: no limit of ours, the system's own answers are obeyed anyway. Set the"
        " same on all backends that share a quota.",
    )
    call_burst = fields.Integer(
        "Calls at Once", default=10, help="How many calls may be made in one moment."
    )
    limit_state = fields.Selection(
        LIMIT_STATES, "Calls", compute="_compute_limit", compute_sudo=True
    )
    limit_text = fields.Char(
        "State of Calls", compute="_compute_limit", compute_sudo=True
    )
    health = fields.Selection(
        selection_add=[("held", "Heals by Itself"), ("paused",)],
    )

    def _compute_limit(self):
        keys = {backend: backend._limit_key() for backend in self}
        limits = self.env["hub.limit"].search([("limit_key", "in", [*keys.values()])])
        by_key = {limit.limit_key: limit for limit in limits}
        for backend, key in keys.items():
            limit = by_key.get(key)
            backend.limit_state = limit.state if limit else "closed"
            backend.limit_text = limit.text() if limit else ""

    def _health(self):
        health = super()._health()
        held = self.limit_state != "closed"
        return "held" if held and health in ("ok", "working") else health

    # === ACTIONS ===#

    def action_test_connection(self):
        """Test at once, even while nobody calls because calls failed lately."""
        for backend in self.filtered(lambda b: b.limit_state == "open"):
            backend._try_now()
        return super().action_test_connection()

    def action_try_now(self):
        """Do not wait for the end of the pause: let one call find out."""
        self.check_operator()
        for backend in self:
            text = self.env._("%s: pause of calls ended early", backend.name)
            self.env["hub.audit"].note("operation", text, backend)
        self._try_now()
        flows = self.sudo()._sharing_limit().flow_ids
        waiting = flows.filtered(lambda f: f.state == "running" and f.poll_minutes)
        waiting.write({"next_poll_at": fields.Datetime.now()})
        for flow in waiting.filtered(lambda f: f._is_open()):
            flow._enqueue_poll()
        flows._wake_due()
        return True

    # === BUSINESS METHODS ===#

    def _try_now(self):
        flows = self.flow_ids
        keys = [record._limit_key() for record in (*self, *flows)]
        self.env["hub.limit"].try_now(keys)

    def _sharing_limit(self):
        """Return the backends of all companies that share these limits."""
        keys = [backend._limit_key() for backend in self]
        return self | self.search([("limit_key", "in", keys)])

    def _limit_key(self):
        self.ensure_one()
        return self.limit_key or f"hub.backend:{self.id}"
