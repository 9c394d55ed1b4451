# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubException(models.Model):
    """Records whose Odoo record a person must choose."""

    _inherit = "hub.exception"

    category = fields.Selection(
        selection_add=[("match", "Choose the Record")], ondelete={"match": "cascade"}
    )
