# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

LIVE = ("running", "paused")


class HubLaunch(models.Model):
    """The first synchronisation of a backend: its flows, one after the other.

    Each step is a backfill that begins when those it depends on have been processed to
    the end. The sweeper moves it on, so that it survives whatever stops.
    """

    _name = "hub.launch"
    _inherit = ["hub.operable"]
    _description = "First Synchronisation"
    _order = "id desc"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    state = fields.Selection(
        [
            ("draft", "To Review"),
            ("running", "Running"),
            ("paused", "Paused"),
            ("done", "Done"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
    )
    scope = fields.Selection(
        [("all", "Everything"), ("window", "What Changed in a Period")],
        required=True,
        default="all",
    )
    window_from = fields.Datetime("Changed From")
    window_to = fields.Datetime("Changed Until")
    started_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    step_ids = fields.One2many("hub.launch.step", "launch_id", "Steps")
    progress = fields.Integer(compute="_compute_progress")
    can_resume = fields.Boolean(compute="_compute_progress")

    @api.depends("backend_id")
    def _compute_display_name(self):
        for launch in self:
            launch.display_name = self.env._(
                "First Synchronisation of %s", launch.backend_id.name
            )

    @api.depends("step_ids.progress")
    def _compute_progress(self):
        for launch in self:
            steps = launch.step_ids.filtered("chosen")
            total = sum(step.progress for step in steps)
            launch.progress = total // len(steps) if steps else 0
            stopped = {"paused", "failed"} & set(steps.mapped("status"))
            launch.can_resume = launch.state in LIVE and (
                launch.state == "paused" or bool(stopped)
            )

    # === ACTIONS ===#

    def action_preview(self):
        """Try the first records of each chosen flow; the steps show the result."""
        self.check_operator()
        steps = self.step_ids.filtered(
            lambda step: step.chosen and step.flow_id.direction == "in"
        )
        for step in steps:
            step.sudo().preview_id = step.flow_id.start_preview(**self._window())

    def action_start(self):
        """Connect the backend if need be, and begin with what depends on nothing."""
        self.check_operator()
        self.ensure_one()
        if self.state != "draft":
            raise UserError(self.env._("It was started already."))
        steps = self.step_ids.filtered("chosen")
        if not steps:
            raise UserError(self.env._("Choose at least one flow."))
        told = self._connect()
        if told:
            return told
        for step in steps:
            step.sudo().run_id = step.flow_id.start_backfill(
                **self._window(), state="waiting"
            )
        self.sudo().write({"state": "running", "started_at": fields.Datetime.now()})
        self.sudo()._advance()
        return True

    def action_pause(self):
        """Stop reading and processing of all steps."""
        self.check_operator()
        self.step_ids.run_id.action_pause()
        self.sudo().filtered(lambda launch: launch.state == "running").state = "paused"

    def action_resume(self):
        """Go on with what was paused, and with what could not be read."""
        self.check_operator()
        self.step_ids.run_id.action_resume()
        running = self.sudo().filtered(lambda launch: launch.state in LIVE)
        running.state = "running"
        running._advance()

    def action_cancel(self):
        """Give up; what is in Odoo stays."""
        self.check_operator()
        self.step_ids.run_id.action_cancel()
        self.sudo().write({"state": "cancelled", "ended_at": fields.Datetime.now()})

    # === BUSINESS METHODS ===#

    def _connect(self):
        """Connect without starting the flows: each starts with its step.

        :return: the notification that says why it cannot be connected
        """
        backend = self.backend_id
        if backend.state == "connected":
            return None
        if backend.state != "draft":
            raise UserError(
                self.env._("%s is paused. Resume the backend first.", backend.name)
            )
        if not backend.action_test_connection():
            return backend._tell_verdict()
        backend.sudo().write({"state": "connected", "state_reason": False})
        backend._subscribe()
        return None

    def _window(self):
        if self.scope == "all":
            return {"window_from": False, "window_to": False}
        return {"window_from": self.window_from, "window_to": self.window_to}

    @api.private
    def add_steps(self):
        """Add a step per flow, in an order in which dependencies come first."""
        for launch in self:
            flows = launch.backend_id.flow_ids.sorted("sequence")
            self.env["hub.launch.step"].create(
                [
                    {
                        "launch_id": launch.id,
                        "flow_id": flow.id,
                        "sequence": place,
                        "chosen": flow.chosen,
                    }
                    for place, flow in enumerate(flows._dependencies_first())
                ]
            )

    def _advance(self):
        """Begin the steps whose turn has come; note the end of the last one."""
        for launch in self.filtered(lambda launch: launch.state == "running"):
            steps = launch.step_ids.filtered("run_id")
            for step in steps:
                if step.run_id.state == "waiting" and not step._waits_for():
                    step.run_id._begin()
            if all(step.is_over for step in steps):
                launch.write({"state": "done", "ended_at": fields.Datetime.now()})
