# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubMessageArrived(models.TransientModel):
    """Which remote record a message became."""

    _name = "hub.message.arrived"
    _description = "Message That Arrived"

    message_id = fields.Many2one(
        "hub.message", required=True, ondelete="cascade", index=True
    )
    remote_id = fields.Char(
        "Remote Record",
        help="The id of the record in the remote system. Leave it empty when the"
        " record was there before.",
    )

    def action_apply(self):
        """Settle the message."""
        self.message_id.check_operator()
        self.message_id._check_doubt()
        self.message_id._arrived(self.remote_id or "")
