# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class SaleOrder(models.Model):
    """What the buyer and the store say beside the order."""

    _inherit = "sale.order"

    hub_note = fields.Text("Note of the Buyer", readonly=True, copy=False)
    hub_attributes = fields.Text("Further Details", readonly=True, copy=False)
    hub_tags = fields.Char(
        "Tags in the Store",
        readonly=True,
        copy=False,
        help="The tags that came from there; others were added in Odoo.",
    )
