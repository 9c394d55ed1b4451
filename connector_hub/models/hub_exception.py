# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .hub_message import OPEN_STATES, STUCK_STATES


class HubException(models.Model):
    """A problem that needs a person: one row, however many messages it holds up."""

    _name = "hub.exception"
    _inherit = ["mail.thread", "mail.activity.mixin", "hub.operable"]
    _description = "Integration Exception"
    _order = "severity, last_seen desc, id desc"

    name = fields.Char("Problem", required=True, readonly=True)
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    flow_id = fields.Many2one("hub.flow", ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    category = fields.Selection(
        [
            ("auth", "Credentials"),
            ("mapping", "Missing Mapping"),
            ("business", "Business Rule"),
            ("data", "Incomplete Data"),
            ("rejected", "Refused"),
            ("schema", "Schema Change"),
            ("not_found", "Not Found"),
            ("poison", "Worker Died"),
            ("in_doubt", "Outcome Unknown"),
            ("unavailable", "Not Reachable"),
            ("rate_limit", "Rate Limit"),
            ("conflict", "Conflict"),
            ("transient", "Temporary"),
            ("error", "Program Error"),
        ],
        required=True,
        readonly=True,
    )
    severity = fields.Selection(
        [("critical", "Critical"), ("normal", "Normal")],
        required=True,
        default="normal",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("ack", "Acknowledged"),
            ("resolved", "Resolved"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="open",
        tracking=True,
        readonly=True,
        group_expand=True,
    )
    user_id = fields.Many2one("res.users", "Owner", tracking=True)
    explanation = fields.Text("What Happened", readonly=True)
    remedy = fields.Text("What to Do", readonly=True)
    mapping_kind = fields.Char(readonly=True)
    mapping_value = fields.Char("Value Without Mapping", readonly=True)
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)
    message_ids_stuck = fields.One2many(
        "hub.message",
        "exception_id",
        "Affected Messages",
        domain=[("state", "in", STUCK_STATES)],
    )
    message_count = fields.Integer("Affected", compute="_compute_message_count")
    retrying_count = fields.Integer(
        "Being Processed Again", compute="_compute_message_count"
    )

    _backend_fingerprint_uniq = models.Constraint(
        "UNIQUE(backend_id, fingerprint)", "This problem is already on file."
    )

    def _compute_message_count(self):
        states = {}
        for exception, state, count in self.env["hub.message"]._read_group(
            [
                ("exception_id", "in", self.ids),
                ("state", "in", (*STUCK_STATES, *OPEN_STATES)),
            ],
            ["exception_id", "state"],
            ["__count"],
        ):
            states.setdefault(exception, {})[state] = count
        for exception in self:
            found = states.get(exception, {})
            exception.message_count = sum(found.get(s, 0) for s in STUCK_STATES)
            exception.retrying_count = sum(found.get(s, 0) for s in OPEN_STATES)

    # === ACTIONS ===#

    def action_retry(self):
        """Process everything this problem held up again."""
        self.check_operator()
        # those with messages are resolved when these have succeeded
        flow_level = self.filtered(lambda e: not e.message_ids_stuck)
        self.sudo().message_ids_stuck.action_retry()
        flow_level.sudo().write({"state": "resolved"})
        return True

    def action_acknowledge(self):
        """Say that somebody is at it."""
        self.check_operator()
        self.sudo().write({"state": "ack", "user_id": self.env.uid})

    def action_ignore(self):
        """Leave it out of every count; it stays on file."""
        self.check_operator()
        self.sudo().write({"state": "ignored"})

    def action_open_messages(self):
        """Open the messages this problem holds up."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {
            **action,
            "domain": [("exception_id", "in", self.ids)],
            "context": {"search_default_stuck": 1},
        }
