# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class HubBackfill(models.TransientModel):
    """What people say before a backfill starts."""

    _name = "hub.backfill"
    _description = "Start a Backfill"

    flow_ids = fields.Many2many("hub.flow", string="Flows", required=True)
    backend_id = fields.Many2one("hub.backend", compute="_compute_backend_id")
    scope = fields.Selection(
        [("all", "Everything"), ("window", "What Changed in a Period")],
        required=True,
        default="all",
    )
    window_from = fields.Datetime("Changed From")
    window_to = fields.Datetime("Changed Until")
    force = fields.Boolean(
        "Even Unchanged",
        help="Apply every record again, also those that are up to date in Odoo.",
    )

    preview_limit = fields.Integer(
        "Records in the Preview", default=100, help="At most 500."
    )

    @api.model
    def default_get(self, names):
        values = super().default_get(names)
        if self.env.context.get("active_model") == "hub.flow":
            values["flow_ids"] = self.env.context.get("active_ids", [])
        return values

    @api.depends("flow_ids")
    def _compute_backend_id(self):
        for wizard in self:
            wizard.backend_id = wizard.flow_ids.backend_id[:1]

    def action_start(self):
        """Start the backfills and show them."""
        runs = self._chosen().start_backfill(**self._window(), force=self.force)
        return runs._action_open()

    def action_preview(self):
        """Show what would happen, without doing it."""
        runs = self._chosen().start_preview(**self._window(), limit=self.preview_limit)
        return runs._action_open()

    def _chosen(self):
        self.ensure_one()
        if not self.flow_ids:
            raise UserError(self.env._("Choose at least one flow."))
        return self.flow_ids

    def _window(self):
        if self.scope == "all":
            return {"window_from": False, "window_to": False}
        if not (self.window_from or self.window_to):
            raise UserError(self.env._("Say when the period begins or ends."))
        return {"window_from": self.window_from, "window_to": self.window_to}
