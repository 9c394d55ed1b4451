# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubException(models.Model):
    """Records whose Odoo record a person must choose."""

    _inherit = "hub.exception"

    category = fields.Selection(
        selection_add=[("match", "Choose the Record")], ondelete={"match": "cascade"}
    )

    def action_open_matches(self):
        """Open the choices that the messages of this problem wait for."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_match_action"
        )
        waiting = self.message_ids_stuck
        names = waiting.mapped("error_value")
        return {
            **action,
            "domain": [
                ("backend_id", "in", self.backend_id.ids),
                "|",
                ("external_id", "in", names),
                ("parent_external_id", "in", names),
            ],
            "context": {"hub_flow_ids": self.flow_id.ids},
        }
