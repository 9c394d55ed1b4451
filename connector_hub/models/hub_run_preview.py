# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubRun(models.Model):
    """A preview: what it found, and the way to the real thing."""

    _inherit = "hub.run"

    limit = fields.Integer(readonly=True, help="Records a preview tries at most.")
    change_ids = fields.One2many("hub.change", "run_id", "Changes")
    would_create_count = fields.Integer("Create", compute="_compute_would")
    would_write_count = fields.Integer("Change", compute="_compute_would")
    would_link_count = fields.Integer("Link", compute="_compute_would")
    would_delete_count = fields.Integer("Delete", compute="_compute_would")
    would_nothing_count = fields.Integer("Up to Date", compute="_compute_would")
    would_error_count = fields.Integer("Fail", compute="_compute_would")

    def _compute_would(self):
        counts = {
            (run.id, operation): count
            for run, operation, count in self.env["hub.change"]
            .sudo()
            ._read_group(
                [("run_id", "in", self.ids), ("is_head", "=", True)],
                ["run_id", "operation"],
                ["__count"],
            )
        }
        for run in self:
            for operation in ("create", "write", "link", "delete", "nothing", "error"):
                run[f"would_{operation}_count"] = counts.get((run.id, operation), 0)

    def _capped(self, tried):
        """Say how much was left out; False: nothing."""
        if self.total_known and self.total_count > tried:
            return self.env._(
                "The first %(tried)s of %(total)s records were tried.",
                tried=tried,
                total=self.total_count,
            )
        if self.seen_count > tried or tried >= self.limit:
            return self.env._("Only the first %s records were tried.", tried)
        return False

    def action_open_changes(self):
        """Open what these previews would do; the caller's filters apply."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_change_action"
        )
        return {**action, "domain": [("run_id", "in", self.ids)]}

    def action_do_it(self):
        """From a preview to the real run: its dialogue, filled in."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_backfill_action"
        )
        is_window = self.window_from or self.window_to
        context = {
            "default_flow_ids": self.flow_id.ids,
            "default_scope": "window" if is_window else "all",
            "default_window_from": self.window_from,
            "default_window_to": self.window_to,
        }
        return {**action, "context": context}
