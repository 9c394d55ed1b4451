# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

OVER = ("done", "attention", "cancelled")


class HubLaunchStep(models.Model):
    """One flow of a first synchronisation."""

    _name = "hub.launch.step"
    _inherit = ["hub.operable"]
    _description = "Step of a First Synchronisation"
    _order = "launch_id desc, sequence, id"
    _rec_name = "flow_id"

    launch_id = fields.Many2one(
        "hub.launch", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="launch_id.company_id", store=True)
    launch_state = fields.Selection(related="launch_id.state", string="Launch")
    sequence = fields.Integer()
    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    chosen = fields.Boolean("Use", default=True)
    run_id = fields.Many2one(
        "hub.run", "Backfill", ondelete="set null", readonly=True, index=True
    )
    preview_id = fields.Many2one(
        "hub.run", ondelete="set null", readonly=True, index=True
    )
    waits_for = fields.Char("After", compute="_compute_run")
    status = fields.Selection(
        [
            ("planned", "Planned"),
            ("unused", "Not Used"),
            ("waiting", "Waits for Others"),
            ("receiving", "Reading"),
            ("paused", "Paused"),
            ("processing", "Processing"),
            ("done", "Done"),
            ("attention", "Needs Attention"),
            ("failed", "Could Not Read"),
            ("cancelled", "Cancelled"),
        ],
        compute="_compute_run",
    )
    total_count = fields.Integer("There", compute="_compute_run")
    seen_count = fields.Integer("Read", compute="_compute_run")
    open_count = fields.Integer("To Do", compute="_compute_run")
    done_count = fields.Integer("Done", compute="_compute_run")
    failed_count = fields.Integer("Failed", compute="_compute_run")
    exception_count = fields.Integer("Exceptions", compute="_compute_run")
    progress = fields.Integer(compute="_compute_run")
    rate = fields.Float("Per Second", compute="_compute_run")
    remaining = fields.Char(compute="_compute_run")
    is_over = fields.Boolean(compute="_compute_run")
    would_create_count = fields.Integer(related="preview_id.would_create_count")
    would_write_count = fields.Integer(related="preview_id.would_write_count")
    would_link_count = fields.Integer(related="preview_id.would_link_count")
    would_error_count = fields.Integer(related="preview_id.would_error_count")

    def _compute_run(self):
        exceptions = dict(
            self.env["hub.exception"]._read_group(
                [
                    ("flow_id", "in", self.flow_id.ids),
                    ("state", "in", ("open", "ack")),
                ],
                ["flow_id"],
                ["__count"],
            )
        )
        for step in self:
            run = step.run_id
            counted = run or step.preview_id
            step.total_count = counted.total_count if counted.total_known else 0
            step.seen_count = run.seen_count
            step.open_count = run.open_count
            step.done_count = run.done_count + (run.current_count if run else 0)
            step.failed_count = run.failed_count
            step.exception_count = exceptions.get(step.flow_id, 0)
            unused = "planned" if step.chosen else "unused"
            step.status = run.status or unused
            step.is_over = step.status in OVER
            step.progress = 100 if step.is_over else run.progress if run else 0
            step.rate = run.rate
            step.remaining = run.remaining
            flows = step._waits_for() if not step.is_over else step.flow_id.browse()
            step.waits_for = ", ".join(flows.mapped("name"))

    def _waits_for(self):
        """Return the flows of this synchronisation that must be processed before."""
        chosen = self.launch_id.step_ids.filtered("chosen")
        others = chosen.filtered(
            lambda step: step.flow_id in self.flow_id.depends_on_ids
        )
        return others.filtered(
            lambda step: not step.run_id or step.run_id.status not in OVER
        ).flow_id

    def action_open_run(self):
        """Open the backfill of this step."""
        return self.run_id._action_open()

    def action_open_preview(self):
        """Open what the preview of this step found."""
        return self.preview_id._action_open()
