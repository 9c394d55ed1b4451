# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..exceptions import InvalidData
from ..http_guard import check_url

#: kinds that are about a whole backend; the others are about one flow
ABOUT_BACKENDS = ("breaker", "problems")


class HubAlertRule(models.Model):
    """When to tell whom that something is wrong, and that it is over.

    Checked once a minute on the figures the dashboard shows. What holds for one flow
    or backend is one alert until it is over, however often it is found.
    """

    _name = "hub.alert.rule"
    _inherit = ["hub.operable"]
    _description = "Integration Alert Rule"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    kind = fields.Selection(
        [
            ("late", "A Flow Misses Its SLA"),
            ("backlog", "A Flow's Backlog Is Longer Than"),
            ("failures", "A Flow Fails in More Than (%)"),
            ("silence", "A Flow Has Done Nothing for (hours)"),
            ("differences", "A Comparison Leaves More Differences Than"),
            ("breaker", "Calls Are Held for More Than (minutes)"),
            ("problems", "A System Has More Open Problems Than"),
        ],
        required=True,
        default="late",
    )
    threshold = fields.Float(
        default=0.0, help="What must be exceeded; nothing for missed SLAs."
    )
    window_minutes = fields.Integer(
        "Within (min)", default=60, help="The time that failures are counted in."
    )
    backend_ids = fields.Many2many(
        "hub.backend", string="Only Systems", check_company=True
    )
    flow_ids = fields.Many2many("hub.flow", string="Only Flows", check_company=True)

    user_ids = fields.Many2many(
        "res.users", string="Activity for", help="Each gets an activity on the alert."
    )
    email = fields.Char("E-mail to", help="Addresses, with commas between them.")
    channel_id = fields.Many2one("discuss.channel", "Message in")
    webhook_url = fields.Char("Web Address", help="Is sent a signed message.")
    webhook_secret = fields.Char(
        groups="base.group_system",
        copy=False,
        default=lambda self: secrets.token_urlsafe(32),
        help="With it the receiver verifies X-Hub-Signature-256: the HMAC-SHA256 over"
        " the timestamp, a point and the body.",
    )
    quiet_minutes = fields.Integer(
        "Quiet for (min)",
        default=60,
        help="What comes back within this time is not told again.",
    )
    repeat_hours = fields.Float(
        "Repeat after (hours)", default=24.0, help="While it lasts; 0: never."
    )
    tell_recovery = fields.Boolean("Tell When It Is Over", default=True)
    alert_ids = fields.One2many("hub.alert", "rule_id", "Alerts")
    firing_count = fields.Integer("Now", compute="_compute_firing_count")

    _check_company_auto = True
    _positive = models.Constraint(
        "CHECK(threshold >= 0 AND window_minutes > 0 AND quiet_minutes >= 0"
        " AND repeat_hours >= 0)",
        "Thresholds and times are not negative.",
    )

    @api.depends("alert_ids.state")
    def _compute_firing_count(self):
        counts = dict(
            self.env["hub.alert"]._read_group(
                [("rule_id", "in", self.ids), ("state", "=", "firing")],
                ["rule_id"],
                ["__count"],
            )
        )
        for rule in self:
            rule.firing_count = counts.get(rule, 0)

    @api.constrains("webhook_url")
    def _check_webhook_url(self):
        for rule in self.filtered("webhook_url"):
            try:
                check_url(rule.webhook_url, allow_loopback=rule._allows_loopback())
            except InvalidData as error:
                raise ValidationError(error.text) from error

    # === ACTIONS ===#

    def action_open_alerts(self):
        """Open what these rules have found."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_alert_action"
        )
        return {**action, "domain": [("rule_id", "in", self.ids)]}

    # === BUSINESS METHODS ===#

    @api.model
    def _cron_check(self):
        """Every minute: find what is wrong, tell it, and tell what is over."""
        for rule in self.search([]):
            rule.with_company(rule.company_id)._check()

    def _check(self):
        self.ensure_one()
        self.env["hub.alert"]._hold_against(self, self._found())

    def _found(self):
        """Return {flow or backend: (figure, sentence)} of what this rule is about."""
        if self.kind in ABOUT_BACKENDS:
            return getattr(self, f"_find_{self.kind}")(self._backends())
        flows = self.env["hub.flow"].search(
            [("backend_id", "in", self._backends().ids), ("state", "=", "running")]
        )
        if self.flow_ids:
            flows &= self.flow_ids
        return getattr(self, f"_find_{self.kind}")(flows)

    def _backends(self):
        """Return the systems this rule is about; paused ones are known to be so."""
        backends = self.backend_ids or self.env["hub.backend"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return backends.filtered(lambda backend: backend.state == "connected")

    def _allows_loopback(self):
        """Return whether its messages may go to this machine: nothing is real here."""
        backends = self.backend_ids or self.env["hub.backend"].search(
            [("company_id", "=", self.company_id.id)]
        )
        return bool(backends) and all(b._allows_loopback() for b in backends)

    def _quiet_since(self):
        return fields.Datetime.now() - timedelta(minutes=self.quiet_minutes)
