# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubMapping(models.Model):
    """Stock is told again when a location stands for something else."""

    _inherit = "hub.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings._tell_stock_again()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        if {"location_id", "ignored", "remote_value"} & vals.keys():
            self._tell_stock_again()
        return result

    def _tell_stock_again(self):
        backends = self.filtered(lambda m: m.kind == "location").backend_id
        flows = backends.sudo().flow_ids
        flows.filtered(lambda flow: flow.document == "stock")._tell_again()
