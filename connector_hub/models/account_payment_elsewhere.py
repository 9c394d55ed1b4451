# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountPayment(models.Model):
    """A payment that another connector booked for one of the store's."""

    _inherit = "account.payment"

    hub_external_id = fields.Char(
        "Remote Payment",
        readonly=True,
        copy=False,
        index="btree_not_null",
        help="Which payment of the store another connector has booked with this.",
    )
