# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import fields, models


class HubAlert(models.Model):
    """Something that a rule has found, from when on and until when."""

    _name = "hub.alert"
    _inherit = ["mail.thread", "mail.activity.mixin", "hub.operable"]
    _description = "Integration Alert"
    _order = "state, id desc"

    name = fields.Char("What", required=True, readonly=True)
    rule_id = fields.Many2one(
        "hub.alert.rule", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="rule_id.company_id", store=True)
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    flow_id = fields.Many2one("hub.flow", ondelete="cascade", readonly=True)
    state = fields.Selection(
        [("firing", "Now"), ("over", "Over")],
        required=True,
        default="firing",
        readonly=True,
        tracking=True,
    )
    value = fields.Float("Figure", readonly=True)
    started_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    ended_at = fields.Datetime(readonly=True)
    told_at = fields.Datetime(
        "Told On", readonly=True, help="Empty: it came back within the quiet time."
    )

    _firing_uniq = models.UniqueIndex(
        "(rule_id, backend_id, coalesce(flow_id, 0)) WHERE state = 'firing'"
    )

    # === BUSINESS METHODS ===#

    def _hold_against(self, rule, found):
        """Begin, go on with and end the alerts of a rule.

        :param found: {flow or backend: (figure, sentence)}
        """
        alerts = self.sudo()
        firing = {
            alert._subject(): alert
            for alert in alerts.search(
                [("rule_id", "=", rule.id), ("state", "=", "firing")]
            )
        }
        for subject, (value, text) in found.items():
            if subject in firing:
                firing[subject]._go_on(value, text)
            else:
                alerts._begin(rule, subject, value, text)
        for subject, alert in firing.items():
            if subject not in found:
                alert._end()

    def _subject(self):
        return self.flow_id or self.backend_id

    def _begin(self, rule, subject, value, text):
        is_flow = subject._name == "hub.flow"
        backend = subject.backend_id if is_flow else subject
        flow = subject if is_flow else self.env["hub.flow"]
        is_known = self.search_count(
            [
                ("rule_id", "=", rule.id),
                ("backend_id", "=", backend.id),
                ("flow_id", "=", flow.id),
                ("ended_at", ">", rule._quiet_since()),
            ],
            limit=1,
        )
        alert = self.create(
            {
                "name": text,
                "value": value,
                "rule_id": rule.id,
                "backend_id": backend.id,
                "flow_id": flow.id,
            }
        )
        if not is_known:
            alert._tell("firing")

    def _go_on(self, value, text):
        if (self.value, self.name) != (value, text):
            self.write({"value": value, "name": text})
        hours = self.rule_id.repeat_hours
        if self.told_at and hours:
            due = self.told_at + timedelta(hours=hours)
            if due <= fields.Datetime.now():
                self._tell("firing")
        elif not self.told_at and self.started_at < self.rule_id._quiet_since():
            # it came back, and this time it stays
            self._tell("firing")

    def _end(self):
        self.write({"state": "over", "ended_at": fields.Datetime.now()})
        self.activity_unlink(["mail.mail_activity_data_warning"])
        if self.told_at and self.rule_id.tell_recovery:
            self._tell("over")
