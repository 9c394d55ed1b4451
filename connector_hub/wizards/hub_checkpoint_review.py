# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubCheckpointReview(models.TransientModel):
    """What is to be corrected in records that were reviewed."""

    _name = "hub.checkpoint.review"
    _description = "Review with a Note"

    checkpoint_ids = fields.Many2many("hub.checkpoint", required=True)
    note = fields.Text("What Is to Be Corrected", required=True)

    def action_note(self):
        """Note it on all of them."""
        self.checkpoint_ids.review("correct", self.note)
        return {"type": "ir.actions.act_window_close"}
