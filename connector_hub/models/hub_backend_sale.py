# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubBackend(models.Model):
    """How orders of this backend are booked."""

    _inherit = "hub.backend"

    rounding_limit = fields.Integer(
        "Rounding Limit (Smallest Coins)",
        default=5,
        help="An order whose Odoo total differs from the remote total by at most so"
        " many of its currency's smallest coins (5: five cents, five yen) gets a"
        " rounding line. A larger difference becomes an exception. 0: no rounding"
        " line, ever.",
    )
    guest_partner_id = fields.Many2one(
        "res.partner",
        "Customer for Anonymous Orders",
        check_company=True,
        help="Orders that name no buyer at all, for example from a point of sale,"
        " are booked on this contact. Empty: such orders become exceptions.",
    )
    shipping_product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._default_product("shipping"),
    )
    tip_product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._default_product("tip"),
    )
    duties_product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._default_product("duties"),
    )
    gift_card_product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._default_product("gift_card"),
    )
    custom_product_id = fields.Many2one(
        "product.product",
        "Custom Line Product",
        required=True,
        default=lambda self: self._default_product("custom"),
        help="For order lines without a product, and as placeholder for unknown ones.",
    )
    rounding_product_id = fields.Many2one(
        "product.product",
        required=True,
        default=lambda self: self._default_product("rounding"),
    )

    @api.model
    def _default_product(self, name):
        return self.env.ref(f"connector_hub.product_{name}", raise_if_not_found=False)
