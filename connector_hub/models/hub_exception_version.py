# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubException(models.Model):
    _inherit = "hub.exception"

    # a category of its own: what the system answers does not disprove it
    category = fields.Selection(
        selection_add=[("version", "API Version")],
        ondelete={"version": "cascade"},
    )
