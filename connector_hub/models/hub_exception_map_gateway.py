# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError


class HubException(models.Model):
    """A payment gateway without a journal is mapped where it is missed."""

    _inherit = "hub.exception"

    journal_id = fields.Many2one(
        "account.journal",
        "Booked in Journal",
        domain="[('type', 'in', ('bank', 'cash', 'credit')),"
        " ('company_id', '=', company_id)]",
        compute="_compute_journal_id",
        inverse="_inverse_journal_id",
        help="Kept as a mapping of the backend, for this and all later payments.",
    )

    @api.depends("mapping_kind", "mapping_value")
    def _compute_journal_id(self):
        for exception in self:
            exception.journal_id = exception._mapping("gateway").journal_id

    def _inverse_journal_id(self):
        self._map_to("gateway", "journal_id")

    def action_map(self):
        for exception in self:
            if exception.mapping_kind == "gateway" and not exception.journal_id:
                raise UserError(
                    self.env._(
                        'Choose the journal in which payments by "%s" are booked,'
                        " then save and retry.",
                        exception.mapping_value,
                    )
                )
        return super().action_map()
