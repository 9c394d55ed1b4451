# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import UserError


class HubBackend(models.Model):
    """Comparing everything that comes from a connected system."""

    _inherit = "hub.backend"

    def action_reconcile(self):
        """Compare all running flows of these backends with what is there."""
        self.check_operator()
        flows = self.flow_ids.filtered(
            lambda flow: flow.has_reconciliation and flow._is_open()
        )
        if not flows:
            raise UserError(
                self.env._("Nothing runs that could be compared. Connect it first.")
            )
        return flows.action_reconcile()
