# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubShopifyPayout(models.Model):
    _name = "hub.shopify.payout"
    _inherit = "hub.binding"
    _description = "Shopify Payout"
    _rec_name = "name"

    odoo_id = fields.Many2one(
        "account.bank.statement",
        "Bank Statement",
        required=True,
        ondelete="cascade",
        index=True,
    )
    name = fields.Char("Payout", readonly=True)
