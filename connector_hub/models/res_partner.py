# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    # how buyers are found; without it each batch reads all partners
    _hub_email_idx = models.Index(
        "(email_normalized) WHERE email_normalized IS NOT NULL"
    )

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        self.env["hub.dirty"].mark(partners)
        return partners

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def unlink(self):
        # links are deleted with the record: its ids there must be noted before
        self.env["hub.dirty"].mark_deleted(self, "customer")
        return super().unlink()

    @api.private
    def _hub_shares_address(self):
        """Return whether this is a person whose address is that of their company.

        Odoo keeps the two the same: what one of them gets, the other one has.
        """
        return bool(self.type == "contact" and self.parent_id.is_company)
