# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountMove(models.Model):
    """A credit note that another connector made of one of the store's refunds."""

    _inherit = "account.move"

    hub_external_id = fields.Char(
        "Remote Refund",
        readonly=True,
        copy=False,
        help="Which refund of the store another connector has credited with this.",
    )
