# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import format_datetime

from .hub_message import OPEN_STATES


class HubRun(models.Model):
    """One execution of a flow: what came in, what became of it."""

    _name = "hub.run"
    _inherit = ["hub.operable"]
    _description = "Integration Run"
    _order = "id desc"

    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", index=True, readonly=True
    )
    backend_id = fields.Many2one(related="flow_id.backend_id", store=True)
    company_id = fields.Many2one(related="flow_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("manual", "Manual"),
            ("scheduled", "Scheduled"),
            ("backfill", "Backfill"),
            ("preview", "Preview"),
        ],
        required=True,
        default="manual",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("waiting", "Planned"),
            ("receiving", "Receiving"),
            ("paused", "Paused"),
            ("received", "Received"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="receiving",
        readonly=True,
        help="Whether the remote system was read to the end.",
    )
    status = fields.Selection(
        [
            ("waiting", "Planned"),
            ("receiving", "Receiving"),
            ("paused", "Paused"),
            ("processing", "Processing"),
            ("done", "Done"),
            ("attention", "Needs Attention"),
            ("failed", "Failed"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_progress",
    )
    started_at = fields.Datetime(default=fields.Datetime.now, readonly=True)
    ended_at = fields.Datetime("Received On", readonly=True)
    message = fields.Text("Note", readonly=True)
    seen_count = fields.Integer(
        "Seen", readonly=True, help="Changes read, including those already known."
    )
    received_count = fields.Integer("Received", compute="_compute_progress")
    open_count = fields.Integer("Waiting", compute="_compute_progress")
    done_count = fields.Integer("Done", compute="_compute_progress")
    failed_count = fields.Integer("Failed", compute="_compute_progress")
    progress = fields.Integer(compute="_compute_progress", help="Percent settled.")

    @api.depends("flow_id", "started_at")
    def _compute_display_name(self):
        for run in self:
            started = run.started_at and format_datetime(
                self.env, run.started_at, dt_format="short"
            )
            run.display_name = f"{run.flow_id.display_name}, {started or ''}"

    @api.depends("state")
    def _compute_progress(self):
        figures = self._figures()
        for run in self:
            row = figures.get(run.id, {})
            received = sum(row.values())
            run.received_count = received
            run.open_count = sum(row.get(state, 0) for state in OPEN_STATES)
            run.failed_count = sum(
                row.get(state, 0) for state in ("failed", "quarantined", "in_doubt")
            )
            run.done_count = received - run.open_count - run.failed_count
            run.progress = run._percent(received)
            run.status = run._status()

    def _percent(self, received):
        if received:
            return 100 * (received - self.open_count) // received
        return 0 if self.state == "receiving" else 100

    def _status(self):
        if self.state != "received":
            return self.state
        if self.open_count:
            return "processing"
        return "attention" if self.failed_count else "done"

    def _figures(self):
        """Return {run id: {message state: count}} in one query."""
        figures = {}
        if not self.ids:
            return figures
        self.env["hub.message"].flush_model(["run_id", "state"])
        for run_id, state, count in self.env.execute_query(
            SQL(
                "SELECT run_id, state, count(*) FROM hub_message"
                " WHERE run_id = ANY(%s) GROUP BY run_id, state",
                self.ids,
            )
        ):
            figures.setdefault(run_id, {})[state] = count
        return figures

    def action_cancel(self):
        """Stop reading; what was received is still processed."""
        self.check_operator()
        self.sudo().filtered(lambda run: run.state == "receiving").write(
            {"state": "cancelled", "ended_at": fields.Datetime.now()}
        )

    def action_open_messages(self):
        """Open the messages of this run."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {**action, "domain": [("run_id", "in", self.ids)], "context": {}}

    def _action_open(self):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_run_action"
        )
        if len(self) == 1:
            action.update(res_id=self.id, views=[(False, "form")])
        return action

    def _finish(self, state, message=False):
        self.sudo().write(
            {"state": state, "ended_at": fields.Datetime.now(), "message": message}
        )
