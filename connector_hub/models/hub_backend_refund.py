# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBackend(models.Model):
    """How refunds of this backend are booked."""

    _inherit = "hub.backend"

    refund_product_id = fields.Many2one(
        "product.product",
        default=lambda self: self._default_product("refund"),
        help="For what was refunded without goods, or kept back of a refund. Empty: the"
        " product of custom lines.",
    )
