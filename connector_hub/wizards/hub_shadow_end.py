# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubShadowEnd(models.TransientModel):
    """What becomes of what was only tried when shadow mode ends."""

    _name = "hub.shadow.end"
    _description = "End Shadow Mode"

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    shadow_count = fields.Integer(related="flow_id.shadow_count")
    agrees_count = fields.Integer(related="flow_id.shadow_agrees_count")
    differs_count = fields.Integer(related="flow_id.shadow_differs_count")
    missing_count = fields.Integer(related="flow_id.shadow_missing_count")
    error_count = fields.Integer(related="flow_id.shadow_error_count")
    waiting_count = fields.Integer(related="flow_id.shadow_waiting_count")
    rest = fields.Selection(
        [
            ("apply", "Apply it: link what agrees, write what differs or is missing"),
            ("skip", "Leave it: only what is received from now on is written"),
        ],
        "What Was Only Tried",
        required=True,
        default="apply",
    )

    def action_end(self):
        """End shadow mode."""
        self.flow_id.end_shadow(skip=self.rest == "skip")
        return {"type": "ir.actions.act_window_close"}
