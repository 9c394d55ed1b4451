# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class HubOfRecord(models.AbstractModel):
    """Whatever concerns one record of Odoo, named by ``res_model`` and ``res_id``."""

    _name = "hub.of.record"
    _description = "Concerning a Record of Odoo"

    def action_open_record(self):
        """Open the Odoo record."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }
