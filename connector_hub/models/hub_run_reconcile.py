# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubRun(models.Model):
    """A comparison with the connected system is a run, too."""

    _inherit = "hub.run"

    kind = fields.Selection(
        selection_add=[("reconcile", "Comparison")],
        ondelete={"reconcile": "cascade"},
    )
