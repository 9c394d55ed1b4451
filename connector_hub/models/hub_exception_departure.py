# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..importers.task import Task

DELETED, MERGED = "deleted_there", "merged_there"


class HubException(models.Model):
    """The actions in place for remote records that were deleted or merged."""

    _inherit = "hub.exception"

    departure = fields.Selection(
        [(DELETED, "Deleted There"), (MERGED, "Merged There")],
        compute="_compute_departure",
    )

    @api.depends("message_ids_stuck.error_code")
    def _compute_departure(self):
        found = dict(
            self.env["hub.message"]._read_group(
                [
                    ("exception_id", "in", self.ids),
                    ("state", "=", "failed"),
                    ("error_code", "in", (DELETED, MERGED)),
                ],
                ["exception_id"],
                ["error_code:max"],
            )
        )
        for exception in self:
            exception.departure = found.get(exception, False)

    # === ACTIONS ===#

    def action_deleted_archive(self):
        """Archive the Odoo records of what was deleted there."""
        self._depart("archive")

    def action_deleted_unlink(self):
        """Leave the Odoo records alone, and forget that they were linked."""
        self._depart("unlink")

    def action_deleted_restore(self):
        """Send the Odoo records again, as new records there."""
        self._depart("restore")

    def action_merged_merge(self):
        """Merge the two contacts in Odoo as well, with the rights of the user."""
        self.check_operator()
        for message in self._departed(MERGED):
            gone, survivor = self._merged_links(message)
            one, other = gone.odoo_id, survivor.odoo_id
            if one._name != "res.partner":
                raise UserError(
                    self.env._(
                        "Odoo can merge contacts only. Let the link follow, or keep"
                        " both."
                    )
                )
            partners = (one | other).with_env(self.env)
            wizard = self.env["base.partner.merge.automatic.wizard"]
            wizard._merge(partners.ids, other.with_env(self.env))
        return self.action_retry()

    def action_merged_follow(self):
        """Let the old link follow to the survivor's Odoo record; both stay."""
        self.check_operator()
        for message in self._departed(MERGED):
            gone, survivor = self._merged_links(message)
            gone.odoo_id = survivor.odoo_id
        return self.action_retry()

    def action_merged_keep(self):
        """Keep both Odoo records, the one without its old link."""
        self.check_operator()
        for message in self._departed(MERGED):
            gone, _survivor = self._merged_links(message)
            gone.unlink()
        return self.action_retry()

    # === PARTS ===#

    def _departed(self, code):
        """Return the messages that wait for a decision of this kind."""
        return self.sudo().message_ids_stuck.filtered(
            lambda message: message.state == "failed" and message.error_code == code
        )

    def _depart(self, policy):
        self.check_operator()
        messages = self._departed(DELETED)
        for flow in messages.flow_id:
            mine = messages.filtered(lambda m, flow=flow: m.flow_id == flow)
            if policy == "restore" and not flow._twin():
                raise UserError(
                    self.env._(
                        "Nothing is sent to %s: start the flow that carries these"
                        " records there first.",
                        flow.backend_id.name,
                    )
                )
            tasks = [_departed_task(message) for message in mine]
            flow._importer().depart(flow, tasks, policy)
            errors = [task.error.text for task in tasks if task.error]
            if errors:
                raise UserError(errors[0])
            flow._store_outcomes(tasks)
        self.env.flush_all()
        self.sudo()._resolve_settled(self.env.cr)

    def _merged_links(self, message):
        """Return the links of the record that is gone and of its survivor."""
        binder = message.backend_id.binder(message.flow_id.document)
        found = {
            link.external_id: link
            for link in binder.model.sudo().search(
                [
                    ("backend_id", "=", message.backend_id.id),
                    ("external_id", "in", (message.external_id, message.error_value)),
                ]
            )
        }
        if len(found) < 2:
            raise UserError(
                self.env._(
                    "%s is not linked any more. Retry, which looks at it again.",
                    message.display_name,
                )
            )
        return found[message.external_id], found[message.error_value]


def _departed_task(message):
    return Task(
        message.id,
        message.external_id,
        message.version or "",
        attempts=message.attempts,
        exception_id=message.exception_id.id,
        operation="delete",
    )
