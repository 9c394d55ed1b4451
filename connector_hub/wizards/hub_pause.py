# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubPause(models.TransientModel):
    """Asks why something is paused."""

    _name = "hub.pause"
    _description = "Pause an Integration"

    reason = fields.Char(required=True)

    def action_pause(self):
        """Pause what the dialogue was opened for."""
        model = self.env.context.get("active_model")
        if model in ("hub.backend", "hub.flow"):
            records = self.env[model].browse(self.env.context.get("active_ids", []))
            records.action_pause(self.reason)
        return {"type": "ir.actions.act_window_close"}
