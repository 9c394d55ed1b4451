# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class ResPartner(models.Model):
    """Contacts that are nobody any more."""

    _inherit = "res.partner"

    hub_erased_at = fields.Datetime("Anonymised On", readonly=True, copy=False)

    @api.private
    def _hub_is_nobody(self):
        """Return whether there is nothing to tell of this contact any more.

        Who gets an e-mail address again is a customer again.
        """
        return bool(self.hub_erased_at and not self.email)
