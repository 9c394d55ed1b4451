# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubFlow(models.Model):
    _inherit = "hub.flow"

    deletion_policy = fields.Selection(
        [
            ("archive", "Archive It in Odoo"),
            ("unlink", "Only Forget the Link"),
            ("restore", "Send It Again"),
            ("ask", "Ask a Person"),
        ],
        "If Deleted There",
        required=True,
        default="archive",
        tracking=True,
        help="What happens to a linked Odoo record when its record in the connected"
        " system is deleted. Odoo records are never deleted.",
    )
