# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..cursor import read_committed
from ..documents import version_key
from .hub_lane import POLL_LANE


class HubPausable(models.AbstractModel):
    """What can be paused: who did it, when and why.

    A pause takes effect within one batch: every drain and every poll looks between two
    batches or pages. What arrives meanwhile is stored.
    """

    _name = "hub.pausable"
    _description = "Pausable Integration Record"

    paused_at = fields.Datetime("Paused On", readonly=True, copy=False)
    paused_by = fields.Char(readonly=True, copy=False)

    def action_ask_pause(self):
        """Ask for the reason of a pause."""
        self.check_operator()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Pause"),
            "res_model": "hub.pause",
            "views": [(False, "form")],
            "target": "new",
            "context": {"active_model": self._name, "active_ids": self.ids},
        }

    @api.private
    def _note_pause(self, reason):
        """Pause, and put it on record."""
        for record in self.sudo():
            record.write(
                {
                    "state": "paused",
                    "state_reason": reason,
                    "paused_at": fields.Datetime.now(),
                    "paused_by": self.env.user.name,
                }
            )
            text = self.env._(
                "Paused by %(user)s: %(reason)s",
                user=self.env.user.name,
                reason=reason,
            )
            record.message_post(body=text)
            self.env["hub.audit"].note("operation", text, record)

    @api.private
    def _note_resume(self):
        for record in self.sudo():
            text = self.env._("Resumed by %s.", self.env.user.name)
            record.message_post(body=text)
            self.env["hub.audit"].note("operation", text, record)


class HubBackend(models.Model):
    _name = "hub.backend"
    _inherit = ["hub.backend", "hub.pausable"]

    def action_pause(self, reason=""):
        """Stop processing; what arrives is kept."""
        self.check_operator()
        self._pause(reason or self.env._("Paused by %s.", self.env.user.name))
        return True

    def action_resume(self):
        """Start again after a pause; waiting messages are taken up at once."""
        self.check_operator()
        self._note_resume()
        return super().action_resume()

    def _pause(self, reason):
        self._note_pause(reason)


class HubFlow(models.Model):
    _name = "hub.flow"
    _inherit = ["hub.flow", "hub.pausable"]

    def action_pause(self, reason=""):
        """Stop polling and processing; notifications are still stored."""
        self.check_operator()
        running = self.filtered(lambda flow: flow.state == "running")
        running._note_pause(reason or self.env._("Paused by %s.", self.env.user.name))
        return True

    def action_start(self):
        """Take up work."""
        self.check_operator()
        paused = self.filtered(lambda flow: flow.state == "paused")
        paused._note_resume()
        # what it paused for comes back when it is still so
        self.env["hub.exception"].sudo().search(
            [
                ("flow_id", "in", paused.ids),
                ("category", "=", "schema"),
                ("state", "in", ("open", "ack")),
            ]
        ).write({"state": "resolved"})
        return super().action_start()

    @api.private
    def _pause_at_once(self, reason):
        """Pause from within a job, for all workers, whatever happens to its work."""
        self.ensure_one()
        with read_committed(self.env.registry) as cr:
            cr.execute("SET LOCAL lock_timeout = '10s'")
            cr.execute(
                SQL(
                    "UPDATE hub_flow SET state = 'paused', state_reason = %s,"
                    " paused_at = %s, paused_by = NULL"
                    " WHERE id = %s AND state = 'running'",
                    reason,
                    fields.Datetime.now(),
                    self.id,
                )
            )
        self.invalidate_recordset(["state", "state_reason", "paused_at", "paused_by"])

    # === CURSOR ===#

    def action_ask_cursor(self):
        """Ask from which moment to read again."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Read Again"),
            "res_model": "hub.cursor.reset",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_flow_id": self.id},
        }

    @api.private
    def _reset_cursor(self, moment):
        """Read from another moment from now on; in the lane that polls hold.

        :param moment: naive UTC; False: from the very beginning
        :raises UserError: a poll is at work, which would set it forward again
        """
        self.ensure_one()
        lease = self.env["hub.lane"].lease(self.id, POLL_LANE)
        if not lease:
            raise UserError(
                self.env._(
                    "%s is being read at this moment. Cancel the run, or wait until it"
                    " has ended; then try again.",
                    self.display_name,
                )
            )
        cursor = moment and version_key(moment.replace(tzinfo=timezone.utc))
        try:
            with read_committed(self.env.registry) as cr:
                cr.execute(
                    SQL(
                        "UPDATE hub_flow SET cursor = %s, since = %s, next_poll_at ="
                        " CASE WHEN poll_minutes > 0 THEN %s END WHERE id = %s",
                        cursor or None,
                        None if not moment else SQL("since"),
                        fields.Datetime.now(),
                        self.id,
                    )
                )
        finally:
            self.env["hub.lane"].release(*lease)
        self.invalidate_recordset()
