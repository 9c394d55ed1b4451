# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class BasePartnerMerge(models.TransientModel):
    """Contacts merged in Odoo keep all their links.

    Odoo moves foreign keys itself, but deletes the rows of a table whose constraints
    forbid the move, and does not know what names a record by model and id.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    @api.model
    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env["hub.binding"].repoint(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["hub.dirty"].mark(dst_partner)
        return result
