# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class AccountBankStatementLine(models.Model):
    _inherit = "account.bank.statement.line"

    hub_external_id = fields.Char(
        "Remote Entry",
        readonly=True,
        copy=False,
        help="Id of the entry in the payment provider's balance.",
    )

    # a journal has each entry once, whichever way it came
    _hub_external_uniq = models.UniqueIndex(
        "(journal_id, hub_external_id) WHERE hub_external_id IS NOT NULL",
        "This entry of the payment provider is on a statement already.",
    )
