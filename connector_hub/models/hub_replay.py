# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from .hub_message import OPEN_STATES, STUCK_STATES

#: what a person chooses; the rest is the work's own
CHOICES = {
    "backend_id",
    "flow_ids",
    "exception_ids",
    "mode",
    "which",
    "error_text",
    "external_ids",
    "received_from",
    "received_to",
}


class HubReplay(models.Model):
    """Many messages processed again: chosen by a filter, in the background.

    A job hands them to their lanes, chunk by chunk in the order of their ids, and
    never more at a time than the lanes soon finish: fresh changes wait behind few, and
    a cancel is felt. It goes on where it was when a worker dies.
    """

    _name = "hub.replay"
    _inherit = ["hub.operable"]
    _description = "Replay of Integration Messages"
    _order = "id desc"

    backend_id = fields.Many2one("hub.backend", required=True, ondelete="cascade")
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    flow_ids = fields.Many2many(
        "hub.flow",
        string="Flows",
        domain="[('backend_id', '=', backend_id)]",
        help="None: all of the backend.",
    )
    exception_ids = fields.Many2many("hub.exception", string="Of These Problems")
    mode = fields.Selection(
        [
            ("refetch", "Read Newest State, Apply Again"),
            ("resubmit", "Apply Stored Payload Again"),
            ("resume", "Go On Where It Stopped"),
        ],
        required=True,
        default="refetch",
        help="The newest state is asked of its source. A stored payload is applied"
        " without asking, unless something newer was applied since. Going on makes"
        " what failed or waits due at once, and forces nothing.",
    )
    which = fields.Selection(
        [
            ("stuck", "Failed"),
            ("dead", "Dead Letters"),
            ("settled", "Done"),
            ("waiting", "Waiting for Another Try"),
            ("all", "All"),
        ],
        "Messages",
        required=True,
        default="stuck",
    )
    error_text = fields.Char("Error Contains")
    external_ids = fields.Text("Records", help="Ids of the remote system, one a line.")
    received_from = fields.Datetime()
    received_to = fields.Datetime("Received Before")
    chosen_ids = fields.Json(help="Messages that were chosen one by one.")
    match_count = fields.Integer("Matching", compute="_compute_match_count")

    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Running"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    user_id = fields.Many2one("res.users", "Started By", readonly=True, copy=False)
    started_at = fields.Datetime(readonly=True, copy=False)
    ended_at = fields.Datetime("Handed Over On", readonly=True, copy=False)
    total_count = fields.Integer("Messages", default=0, readonly=True, copy=False)
    seen_count = fields.Integer("Handed Over", default=0, readonly=True, copy=False)
    skipped_count = fields.Integer(
        "Left Out",
        default=0,
        readonly=True,
        copy=False,
        help="In progress just then, or without a payload to apply.",
    )
    last_id = fields.Integer("Got To", default=0, readonly=True, copy=False)
    until_id = fields.Integer("Up To", default=0, readonly=True, copy=False)
    open_count = fields.Integer("Waiting", compute="_compute_progress")
    done_count = fields.Integer("Done", compute="_compute_progress")
    failed_count = fields.Integer("Failed", compute="_compute_progress")
    progress = fields.Integer(compute="_compute_progress", help="Percent settled.")
    rate = fields.Float("Per Second", compute="_compute_progress", digits=(12, 1))
    remaining_seconds = fields.Integer("Remaining (s)", compute="_compute_progress")
    is_busy = fields.Boolean(compute="_compute_progress")

    @api.depends("backend_id", "mode")
    def _compute_display_name(self):
        modes = dict(self._fields["mode"]._description_selection(self.env))
        for replay in self:
            replay.display_name = (
                f"{replay.backend_id.name or ''}: {modes.get(replay.mode)}"
            )

    @api.depends(*sorted(CHOICES))
    def _compute_match_count(self):
        for replay in self:
            replay.match_count = replay._count()[0] if replay.backend_id else 0

    @api.depends("state", "seen_count")
    def _compute_progress(self):
        figures = self._figures()
        for replay in self:
            row = figures.get(replay.id, {})
            replay.open_count = sum(row.get(state, 0) for state in OPEN_STATES)
            replay.failed_count = sum(row.get(state, 0) for state in STUCK_STATES)
            replay.done_count = (
                sum(row.values()) - replay.open_count - replay.failed_count
            )
            replay._estimate()

    def _estimate(self):
        settled = self.done_count + self.failed_count
        left = self.total_count - self.skipped_count - settled
        if self.state == "cancelled":
            left = self.open_count
        self.is_busy = self.state == "running" or self.open_count > 0
        total = settled + left
        self.progress = 100 * settled // total if total else 100
        self.rate = 0.0
        if self.started_at and self.is_busy:
            spent = (fields.Datetime.now() - self.started_at).total_seconds()
            self.rate = settled / max(spent, 1)
        self.remaining_seconds = left / self.rate if self.rate else 0

    # === CRUD ===#

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            chosen = [{n: vals[n] for n in CHOICES & vals.keys()} for vals in vals_list]
            vals_list = chosen
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - CHOICES or any(r.state != "draft" for r in self):
                raise UserError(
                    self.env._("A replay cannot be changed once it was started.")
                )
        return super().write(vals)

    # === ACTIONS ===#

    def action_start(self):
        """Begin; what arrives from now on is not part of it."""
        self.check_operator()
        for replay in self.sudo().filtered(lambda r: r.state == "draft"):
            replay._start()
        return True

    def action_cancel(self):
        """Hand over nothing more; what the lanes have already is still processed."""
        self.check_operator()
        for replay in self.sudo().filtered(lambda r: r.state == "running"):
            replay.write({"state": "cancelled", "ended_at": fields.Datetime.now()})
            self.env["hub.audit"].note(
                "replay",
                self.env._(
                    "Replay of %(backend)s cancelled after %(count)s of %(total)s"
                    " messages",
                    backend=replay.backend_id.name,
                    count=replay.seen_count,
                    total=replay.total_count,
                ),
                replay,
            )
        return True

    def action_open_messages(self):
        """Open the messages of this replay; the caller's filters apply."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {**action, "domain": [("replay_id", "in", self.ids)], "context": {}}

    @api.private
    def open_form(self):
        """Return the action that shows this replay."""
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }
