# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class HubBackend(models.Model):
    """Where the figures of a backend lead to."""

    _inherit = "hub.backend"

    def action_open_messages(self):
        """Open the messages of this backend; the caller's filters apply."""
        return {**self._open("hub_message_action"), "context": {}}

    def action_open_exceptions(self):
        """Open the exceptions of this backend that need somebody."""
        return self._open("hub_exception_action")

    def action_open_flows(self):
        """Open the flows of this backend."""
        return self._open("hub_flow_action")

    def action_open_runs(self):
        """Open the runs of this backend."""
        return self._open("hub_run_action")

    def _open(self, name):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"connector_hub.{name}")
        return {**action, "domain": [("backend_id", "in", self.ids)]}
