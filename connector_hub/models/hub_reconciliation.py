# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools.misc import format_datetime


class HubReconciliation(models.Model):
    """A comparison of both sides: what the connected system has, and what Odoo knows.

    It compares which records there are and how new they are, set by set, and has what
    is missing or outdated received again: from there on it is an ordinary change.
    """

    _name = "hub.reconciliation"
    _inherit = ["hub.operable"]
    _description = "Comparison with a Connected System"
    _order = "id desc"

    run_id = fields.Many2one(
        "hub.run", required=True, ondelete="cascade", index=True, readonly=True
    )
    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", index=True, readonly=True
    )
    backend_id = fields.Many2one(related="flow_id.backend_id", store=True)
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    window_from = fields.Datetime(
        "Changed From", readonly=True, help="Empty: everything there is."
    )
    repair = fields.Boolean(
        readonly=True, help="Receive again what is missing or outdated here."
    )
    started_at = fields.Datetime(related="run_id.started_at", store=True)
    ended_at = fields.Datetime(related="run_id.ended_at")
    status = fields.Selection(related="run_id.status")
    message = fields.Text(related="run_id.message")
    remote_count = fields.Integer("There", readonly=True)
    same_count = fields.Integer("Up to Date", readonly=True)
    waiting_count = fields.Integer(
        "In Progress",
        readonly=True,
        help="Known here in this state, and not processed to the end: still waiting, or"
        " for a person.",
    )
    missing_count = fields.Integer(
        "Missing", readonly=True, help="Never brought into Odoo."
    )
    outdated_count = fields.Integer(
        "Outdated", readonly=True, help="Older in Odoo than in the connected system."
    )
    extra_count = fields.Integer(
        "Extra",
        readonly=True,
        help="Linked in Odoo, and not told by the connected system any more.",
    )
    difference_count = fields.Integer(
        "Differences", compute="_compute_difference_count", store=True
    )
    repaired_count = fields.Integer("Received Again", readonly=True)
    tries = fields.Integer(readonly=True)
    line_ids = fields.One2many(
        "hub.reconciliation.line", "reconciliation_id", "Differences Found"
    )

    @api.depends("flow_id", "run_id.started_at")
    def _compute_display_name(self):
        for record in self:
            moment = record.run_id.started_at
            day = moment and format_datetime(self.env, moment, dt_format="short")
            record.display_name = f"{record.flow_id.display_name}, {day or ''}"

    @api.depends("missing_count", "outdated_count", "extra_count")
    def _compute_difference_count(self):
        for record in self:
            record.difference_count = (
                record.missing_count + record.outdated_count + record.extra_count
            )

    # === ACTIONS ===#

    def action_cancel(self):
        """Stop comparing; what was received again is still processed."""
        self.check_operator()
        self.run_id.action_cancel()

    def action_open_messages(self):
        """Open what was received again."""
        return self.run_id.action_open_messages()
