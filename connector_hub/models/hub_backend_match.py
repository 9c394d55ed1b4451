# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubBackend(models.Model):
    """How records of this backend find those that Odoo has already."""

    _inherit = "hub.backend"

    match_rule_ids = fields.One2many("hub.match.rule", "backend_id", "Match Rules")

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        for backend in backends:
            self.env["hub.match.rule"].create_defaults(backend)
        return backends
