# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubBackend(models.Model):
    """What is exchanged of customers beside names and addresses."""

    _inherit = "hub.backend"

    customer_tags = fields.Boolean(
        "Exchange Customer Tags",
        help="Tags of customers become contact tags. Where customers also go out of"
        " Odoo, all tags of a contact are told.",
    )
    exempt_position_id = fields.Many2one(
        "account.fiscal.position",
        "Fiscal Position If Tax Exempt",
        check_company=True,
        help="Contacts get it when their customer is exempt from taxes there, and the"
        " other way round. Empty: exemptions are not exchanged.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        self.env.registry.clear_cache()
        return backends

    def write(self, vals):
        result = super().write(vals)
        if "bot_user_id" in vals:
            self.env.registry.clear_cache()
        return result
