# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubAttempt(models.Model):
    """One try of a message.

    An outbound try is on file, committed, before anything is sent: what has no
    outcome may have reached the remote system. An inbound one is kept when it failed.
    """

    _name = "hub.attempt"
    _description = "Try of an Integration Message"
    _log_access = False
    _order = "id desc"
    _rec_name = "started_at"

    message_id = fields.Many2one(
        "hub.message", required=True, ondelete="cascade", index=True, readonly=True
    )
    number = fields.Integer(readonly=True)
    started_at = fields.Datetime(required=True, readonly=True)
    ended_at = fields.Datetime(readonly=True)
    operation = fields.Char(readonly=True, help="What was asked of the remote system.")
    safety = fields.Selection(
        [
            ("keyed", "Same Key, Same Effect"),
            ("probed", "Can Be Looked Up"),
            ("manual", "A Person Decides"),
        ],
        readonly=True,
        help="How an unknown outcome is settled.",
    )
    idempotency_key = fields.Char(readonly=True)
    outcome = fields.Selection(
        [
            ("done", "Done"),
            ("failed", "Refused"),
            ("retry", "To Be Tried Again"),
            ("unknown", "Unknown"),
        ],
        readonly=True,
        help="Empty while it is under way, and when the worker died.",
    )
    error = fields.Text(readonly=True)
    worker = fields.Char(readonly=True)
