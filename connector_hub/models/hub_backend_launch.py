# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class HubBackend(models.Model):
    """Where the first synchronisation begins."""

    _inherit = "hub.backend"

    def _create_flows(self):
        known = self.flow_ids
        result = super()._create_flows()
        (self.flow_ids - known)._set_dependencies()
        return result

    def action_launch(self):
        """Open the first synchronisation: the one under way, or a new one."""
        self.ensure_one()
        self.check_operator()
        launches = self.env["hub.launch"].sudo()
        launch = launches.search(
            [
                ("backend_id", "=", self.id),
                ("state", "in", ("draft", "running", "paused")),
            ],
            limit=1,
        )
        if not launch:
            launch = launches.create({"backend_id": self.id})
            launch.add_steps()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_launch_action"
        )
        return {**action, "res_id": launch.id, "views": [(False, "form")]}
