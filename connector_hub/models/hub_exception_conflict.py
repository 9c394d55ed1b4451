# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..cursor import read_committed
from .hub_conflict import UNSETTLED


class HubException(models.Model):
    """The action in place for fields that both sides changed: choose, and apply."""

    _inherit = "hub.exception"

    conflict_ids = fields.One2many(
        "hub.conflict",
        "exception_id",
        "Fields Changed on Both Sides",
        domain=[("state", "in", UNSETTLED)],
    )
    has_conflicts = fields.Boolean(compute="_compute_has_conflicts")

    @api.depends("conflict_ids")
    def _compute_has_conflicts(self):
        conflicts = self.env["hub.conflict"].sudo()
        found = conflicts._read_group(
            [("exception_id", "in", self.ids), ("state", "in", UNSETTLED)],
            ["exception_id"],
        )
        with_some = {row[0].id for row in found}
        for exception in self:
            exception.has_conflicts = exception.id in with_some

    def action_apply_conflicts(self):
        """Apply what was chosen; what has no choice yet goes on waiting."""
        self.check_operator()
        if not self.conflict_ids._decide():
            raise UserError(
                self.env._(
                    "Choose for at least one field whose value counts, then apply."
                )
            )
        return True

    def action_all_remote(self):
        """Let the connected system's values count everywhere."""
        self.check_operator()
        self.conflict_ids.action_choose_remote()
        return self.action_apply_conflicts()

    def action_all_odoo(self):
        """Let Odoo's values count everywhere."""
        self.check_operator()
        self.conflict_ids.action_choose_odoo()
        return self.action_apply_conflicts()

    def action_open_conflicts(self):
        """Open the fields in a list, where one choice can be made for many."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_conflict_action"
        )
        return {**action, "domain": [("id", "in", self.conflict_ids.ids)]}

    @api.model
    def _file_failures(self, message_ids=None):
        result = super()._file_failures(message_ids)
        with read_committed(self.env.registry) as cr:
            self.env["hub.conflict"].link_exceptions(cr, message_ids)
        return result
