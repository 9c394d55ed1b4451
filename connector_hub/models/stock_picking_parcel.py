# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class StockPicking(models.Model):
    """Several transfers may be one shipment of a connected system.

    The first of them is linked with it; the others name the first.
    """

    _inherit = "stock.picking"

    hub_shipped_with_id = fields.Many2one(
        "stock.picking",
        "Shipped With",
        copy=False,
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="This transfer delivers part of a shipment, and this one the first part.",
    )
    hub_shipped_along_ids = fields.One2many(
        "stock.picking", "hub_shipped_with_id", "Shipped Along", readonly=True
    )
