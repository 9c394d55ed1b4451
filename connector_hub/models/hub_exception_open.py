# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models

from .hub_message import STUCK_STATES


class HubException(models.Model):
    """Where a problem leads to: the records it holds up, and the mappings it misses."""

    _inherit = "hub.exception"

    record_count = fields.Integer("Records", compute="_compute_record_count")

    def _compute_record_count(self):
        groups = self.env["hub.message"]._read_group(
            [*self._stuck_domain(), ("res_id", "!=", False)],
            ["exception_id"],
            ["res_id:count_distinct"],
        )
        counts = {exception.id: count for exception, count in groups}
        for exception in self:
            exception.record_count = counts.get(exception.id, 0)

    def action_open_records(self):
        """Open the Odoo records that wait for this, of the kind most of them are."""
        groups = self.env["hub.message"]._read_group(
            [*self._stuck_domain(), ("res_id", "!=", False)],
            ["res_model"],
            ["res_id:array_agg_distinct", "__count"],
        )
        model, ids, _count = max(groups, key=lambda group: group[2])
        return self.env[model].browse(ids)._get_records_action(name=self.name)

    def action_open_mappings(self):
        """Open the backend's mappings of the kind that misses a value."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_mapping_action"
        )
        return {
            **action,
            "name": self.env._("Mappings of %s", self.backend_id.name),
            "display_name": self.env._("Mappings of %s", self.backend_id.name),
            "domain": [
                ("backend_id", "=", self.backend_id.id),
                ("kind", "=", self.mapping_kind),
            ],
            "context": {
                "hide_backend": True,
                "default_backend_id": self.backend_id.id,
                "default_kind": self.mapping_kind,
                "default_remote_value": self.mapping_value,
            },
        }

    def _stuck_domain(self):
        return [("exception_id", "in", self.ids), ("state", "in", STUCK_STATES)]
