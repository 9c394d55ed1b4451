# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBackend(models.Model):
    """Where payouts of the payment provider are booked."""

    _inherit = "hub.backend"

    payout_journal_id = fields.Many2one(
        "account.journal",
        domain="[('type', 'in', ('bank', 'cash', 'credit')),"
        " ('company_id', '=', company_id)]",
        check_company=True,
        help="Each payout becomes a bank statement of this journal. In the currency of"
        " the payouts; the journal of the gateway, usually.",
    )
    payout_detail = fields.Selection(
        [
            ("entry", "A Line per Payment, Refund and Fee Total"),
            ("payout", "One Line per Payout"),
        ],
        "Payout Statements",
        required=True,
        default="entry",
    )
