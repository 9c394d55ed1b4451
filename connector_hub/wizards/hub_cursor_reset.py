# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class HubCursorReset(models.TransientModel):
    """Asks from which moment a flow reads changes, and says what that does."""

    _name = "hub.cursor.reset"
    _description = "Read Changes Again"

    flow_id = fields.Many2one("hub.flow", required=True, readonly=True)
    cursor = fields.Char(related="flow_id.cursor", string="Received Up To")
    start = fields.Selection(
        [("moment", "From a Moment"), ("beginning", "From the Very Beginning")],
        required=True,
        default="moment",
    )
    moment = fields.Datetime("Changes Since")
    reason = fields.Char(required=True)
    consequence = fields.Text("What Happens", compute="_compute_consequence")
    is_forward = fields.Boolean(compute="_compute_consequence")

    @api.depends("flow_id", "start", "moment")
    def _compute_consequence(self):
        for wizard in self:
            cursor = (wizard.cursor or "")[:19].replace("T", " ")
            target = fields.Datetime.to_string(wizard._target()) or ""
            wizard.is_forward = bool(cursor) and target > cursor
            if wizard.is_forward:
                wizard.consequence = self.env._(
                    "What changed between %(cursor)s and %(moment)s (UTC) and was not"
                    " received yet is never read. Only a later read from an earlier"
                    " moment would bring it.",
                    cursor=cursor,
                    moment=target,
                )
            else:
                wizard.consequence = self.env._(
                    "Everything that changed since then is read again. What Odoo has"
                    " already is recognised and left alone; nothing is booked twice. It"
                    " uses the connected system's quota, and new changes wait their"
                    " turn meanwhile."
                )

    def _target(self):
        return self.start == "moment" and self.moment

    def action_reset(self):
        """Set the cursor; the next poll starts there."""
        self.ensure_one()
        flow = self.flow_id
        flow.check_access("write")
        if self.start == "moment" and not self.moment:
            raise UserError(self.env._("Say from which moment changes are to be read."))
        before = flow.cursor or self.env._("the very beginning")
        flow.sudo()._reset_cursor(self._target())
        text = self.env._(
            "%(user)s set back what was received: from %(before)s to %(after)s."
            " Reason: %(reason)s",
            user=self.env.user.name,
            before=before,
            after=flow.cursor or self.env._("the very beginning"),
            reason=self.reason,
        )
        flow.sudo().message_post(body=text)
        self.env["hub.audit"].note("operation", text, flow)
        return {"type": "ir.actions.act_window_close"}
