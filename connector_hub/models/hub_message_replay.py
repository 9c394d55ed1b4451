# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models
from odoo.exceptions import UserError

#: more than so many are retried in the background
MANY = 1000


class HubMessage(models.Model):
    """Messages that are processed again."""

    _inherit = "hub.message"

    replay_id = fields.Many2one(
        "hub.replay", ondelete="set null", index="btree_not_null", readonly=True
    )
    resubmit = fields.Boolean(
        "From Stored Payload",
        readonly=True,
        help="The stored payload is applied; the source is not asked.",
    )

    def action_retry(self):
        """Process these messages again, from what the remote system says now."""
        if len(self) > MANY:
            self.check_operator()
            return self._replay("refetch")
        self.sudo().filtered("resubmit").write({"resubmit": False})
        return super().action_retry()

    def action_resubmit(self):
        """Apply the stored payloads again, without asking the remote system."""
        self.check_operator()
        if not self:
            return True
        return self._replay("resubmit")

    def _replay(self, mode):
        """Replay exactly these messages; return the action that shows it."""
        replays = self.env["hub.replay"].sudo()
        for backend in self.backend_id:
            mine = self.filtered(lambda m, backend=backend: m.backend_id == backend)
            replays |= replays.create(
                {
                    "backend_id": backend.id,
                    "mode": mode,
                    "which": "all",
                    "chosen_ids": mine.ids,
                }
            )
        for replay in replays:
            replay._start()
        if not sum(replays.mapped("total_count")):
            raise UserError(
                self.env._("None of these messages can be processed again now.")
            )
        return replays[:1].with_env(self.env).open_form()


class HubException(models.Model):
    _inherit = "hub.exception"

    def action_retry(self):
        """Process everything this problem held up again; many in the background."""
        self.check_operator()
        if sum(self.mapped("message_count")) <= MANY:
            return super().action_retry()
        replays = self.env["hub.replay"].sudo()
        for backend in self.backend_id:
            mine = self.filtered(lambda e, backend=backend: e.backend_id == backend)
            replays |= replays.create(
                {"backend_id": backend.id, "exception_ids": mine.ids}
            )
        for replay in replays:
            replay._start()
        return replays[:1].with_env(self.env).open_form()


class HubFlow(models.Model):
    _inherit = "hub.flow"

    def _cron_sweep(self):
        result = super()._cron_sweep()
        self.env["hub.replay"]._revive()
        self.env["hub.audit"]._seal()
        return result
