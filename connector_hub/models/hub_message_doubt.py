# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..components.push import Pushed
from ..exporters.task import OutTask


class HubMessage(models.Model):
    """What a person decides of a message nobody else can settle."""

    _inherit = "hub.message"

    needs_decision = fields.Boolean(
        compute="_compute_needs_decision",
        help="Nothing but a look at the remote system can tell whether it arrived.",
    )

    @api.depends("state", "next_attempt_at")
    def _compute_needs_decision(self):
        for message in self:
            message.needs_decision = (
                message.state == "in_doubt" and not message.next_attempt_at
            )

    def action_arrived(self):
        """Ask which remote record it became, then settle the message."""
        self.check_operator()
        self._check_doubt()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("It Arrived"),
            "res_model": "hub.message.arrived",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_message_id": self.id},
        }

    def action_send_again(self):
        """Send what did not arrive, as Odoo has it now."""
        self.check_operator()
        self._check_doubt()
        self.sudo().write(
            {
                "state": "pending",
                "idempotency_key": False,
                "next_attempt_at": False,
                "attempts": 0,
                "deaths": 0,
            }
        )
        self.env.flush_all()
        self.flow_id.sudo()._wake_due()

    def _check_doubt(self):
        if any(not message.needs_decision for message in self):
            raise UserError(
                self.env._(
                    "Only messages whose outcome is unknown can be decided. Others"
                    " settle themselves."
                )
            )

    def _arrived(self, remote_id):
        """Settle a message of which somebody saw that it arrived.

        :param remote_id: the id of the record there; "" when it had one before
        """
        self.ensure_one()
        message = self.sudo()
        task = OutTask(
            message.id,
            message.external_id,
            message.res_model,
            message.res_id,
            message.operation,
            idempotency_key=message.idempotency_key,
        )
        self.env["hub.attempt"].recall([task])
        task.settle("done")
        task.remote_id = remote_id or task.remote_id
        task.pushed = Pushed(task.remote_id)
        message.flow_id._link([task])
        message.flow_id._remember([task])
        message.write(
            {
                "state": "done",
                "remote_id": task.remote_id,
                "idempotency_key": False,
                "processed_at": fields.Datetime.now(),
            }
        )
        self.env.flush_all()
        message.exception_id._resolve_settled(self.env.cr)
        message.flow_id._wake_due()
