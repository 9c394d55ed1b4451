# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

#: kind of mapping: the Odoo model its values point at
KINDS = {
    "tax": "account.tax",
    "pricelist": "product.pricelist",
    "location": "stock.location",
}


class HubMapping(models.Model):
    """A remote value and the Odoo record it stands for, per backend."""

    _name = "hub.mapping"
    _description = "Integration Value Mapping"
    _order = "backend_id, kind, remote_value"
    _rec_name = "remote_value"
    _check_company_auto = True

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    kind = fields.Selection(
        [
            ("tax", "Tax"),
            ("pricelist", "Price List of a Currency"),
            ("location", "Stock Location"),
        ],
        required=True,
    )
    remote_value = fields.Char(required=True)
    tax_id = fields.Many2one(
        "account.tax",
        domain="[('type_tax_use', '=', 'sale'), ('company_id', '=', company_id)]",
        check_company=True,
    )
    pricelist_id = fields.Many2one("product.pricelist", check_company=True)
    location_id = fields.Many2one(
        "stock.location",
        domain="[('usage', 'in', ('view', 'internal', 'transit')),"
        " ('company_id', 'in', (False, company_id))]",
        check_company=True,
        help="With everything below it: choose a warehouse's own location, such as WH,"
        " for the whole warehouse.",
    )
    ignored = fields.Boolean(help="The value needs no Odoo counterpart: leave it out.")
    automatic = fields.Boolean(
        "Found Automatically", readonly=True, help="Nobody has confirmed it yet."
    )

    _value_uniq = models.Constraint(
        "UNIQUE(backend_id, kind, remote_value)",
        "This value is already mapped for this backend.",
    )

    @api.constrains("kind", "tax_id", "pricelist_id", "location_id", "ignored")
    def _check_target(self):
        for mapping in self:
            if not mapping.ignored and not mapping._target():
                raise ValidationError(
                    self.env._(
                        'Choose what "%s" stands for, or tick Ignored.',
                        mapping.remote_value,
                    )
                )

    def write(self, vals):
        """What a person has chosen needs no confirmation."""
        if {"tax_id", "pricelist_id", "location_id", "ignored"} & vals.keys():
            vals = {"automatic": False, **vals}
        return super().write(vals)

    def action_confirm(self):
        """Say that what was found automatically is right."""
        self.write({"automatic": False})

    def _target(self):
        """Return the Odoo record of this mapping."""
        return self[f"{self.kind}_id"]

    @api.private
    def lookup(self, backend, kind):
        """Return {remote value: Odoo record, or None when ignored}."""
        found = self.search([("backend_id", "=", backend.id), ("kind", "=", kind)])
        return {
            mapping.remote_value: None if mapping.ignored else mapping._target()
            for mapping in found
        }
