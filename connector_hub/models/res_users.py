# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import ormcache


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.private
    def _is_hub_bot(self):
        """Return whether records of this user came from a connected system."""
        return self.id in self._hub_bot_ids()

    @api.private
    @ormcache()
    def _hub_bot_ids(self):
        backends = self.env["hub.backend"].sudo().with_context(active_test=False)
        return frozenset(backends.search([]).bot_user_id.ids)
