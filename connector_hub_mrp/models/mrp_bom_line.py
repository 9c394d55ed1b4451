# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class MrpBomLine(models.Model):
    """A component that changes changes its kit."""

    _inherit = "mrp.bom.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.bom_id._hub_note_kits()
        return lines

    def write(self, vals):
        self.bom_id._hub_note_kits()
        result = super().write(vals)
        self.bom_id._hub_note_kits()
        return result

    def unlink(self):
        self.bom_id._hub_note_kits()
        return super().unlink()
