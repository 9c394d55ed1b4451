# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubFlow(models.Model):
    _inherit = "hub.flow"

    document = fields.Selection(
        selection_add=[("order_tags", "Tags of Orders")],
        ondelete={"order_tags": "cascade"},
    )
