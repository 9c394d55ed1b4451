# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubChange(models.Model):
    """What is in Odoo instead of what a flow in shadow mode would have written."""

    _inherit = "hub.change"

    actual_value = fields.Text("Is")
    verdict = fields.Selection(
        [("agrees", "Agrees"), ("differs", "Differs"), ("missing", "Missing")]
    )
