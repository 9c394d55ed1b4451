# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

PLANNED = frozenset(
    "state product_uom_qty product_uom location_id location_dest_id"
    " location_final_id product_id".split()
)


class StockMove(models.Model):
    """What is planned to come and go is noted, where a flow tells the forecast."""

    _inherit = "stock.move"

    @api.model_create_multi
    def create(self, vals_list):
        moves = super().create(vals_list)
        moves._hub_note_plan()
        return moves

    def write(self, vals):
        result = super().write(vals)
        if not PLANNED.isdisjoint(vals):
            self._hub_note_plan()
        return result

    def unlink(self):
        self._hub_note_plan()
        return super().unlink()

    def _hub_note_plan(self):
        if self.env["hub.dirty"].is_watched("product.product", {"virtual_available"}):
            self.product_id._hub_note_quantity("virtual_available")
