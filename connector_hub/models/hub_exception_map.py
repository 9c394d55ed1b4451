# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

from ..importers.tax import INCLUDED


class HubException(models.Model):
    """The action in place for a value without counterpart: map it, and go on."""

    _inherit = "hub.exception"

    tax_id = fields.Many2one(
        "account.tax",
        "Stands for Tax",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id),"
        " ('price_include', '=', tax_included)]",
        compute="_compute_tax_id",
        inverse="_inverse_tax_id",
        help="Kept as a mapping of the backend, for this and all later messages.",
    )

    tax_included = fields.Boolean(
        compute="_compute_tax_included",
        help="Whether the store's prices contain this tax. Mapped to a tax of the other"
        " kind, totals would differ.",
    )

    @api.depends("mapping_value")
    def _compute_tax_included(self):
        for exception in self:
            exception.tax_included = (exception.mapping_value or "").endswith(INCLUDED)

    @api.depends("mapping_kind", "mapping_value")
    def _compute_tax_id(self):
        for exception in self:
            exception.tax_id = exception._mapping("tax").tax_id

    def _inverse_tax_id(self):
        self._map_to("tax", "tax_id")

    def action_map(self):
        """Retry what waits for the mapping that was just chosen."""
        self.check_operator()
        for exception in self:
            if exception.mapping_kind == "tax" and not exception.tax_id:
                raise UserError(
                    self.env._(
                        'Choose the Odoo tax that "%s" stands for, then save and'
                        " retry.",
                        exception.mapping_value,
                    )
                )
        return self.action_retry()

    def _map_to(self, kind, name):
        """Keep what was chosen in field ``name`` as a mapping; nothing: forget it."""
        self.check_operator()
        for exception in self.sudo().filtered(lambda e: e.mapping_kind == kind):
            mapping, chosen = exception._mapping(kind), exception[name]
            values = {name: chosen.id, "ignored": False}
            if mapping and chosen:
                mapping.write(values)
            elif mapping:
                mapping.unlink()
            elif chosen:
                mapping.create(
                    {
                        **values,
                        "backend_id": exception.backend_id.id,
                        "kind": kind,
                        "remote_value": exception.mapping_value,
                    }
                )

    def _mapping(self, kind):
        """Return the backend's mapping of this exception's value."""
        if self.mapping_kind != kind:
            return self.env["hub.mapping"]
        return self.env["hub.mapping"].search(
            [
                ("backend_id", "=", self.backend_id.id),
                ("kind", "=", kind),
                ("remote_value", "=", self.mapping_value),
            ]
        )
