# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

QUANTITIES = frozenset({"quantity", "reserved_quantity", "location_id", "product_id"})


class StockQuant(models.Model):
    """Changes of stock are noted on the product, once per transaction."""

    _inherit = "stock.quant"

    @api.model_create_multi
    def create(self, vals_list):
        quants = super().create(vals_list)
        quants._hub_note_quantity()
        return quants

    def write(self, vals):
        result = super().write(vals)
        if not QUANTITIES.isdisjoint(vals):
            self._hub_note_quantity()
        return result

    def unlink(self):
        # empty ones are tidied away all the time, and change nothing
        if self._hub_is_watched():
            full = self.filtered(lambda q: q.quantity or q.reserved_quantity)
            full._hub_note_quantity()
        return super().unlink()

    def _hub_is_watched(self):
        return self.env["hub.dirty"].is_watched("product.product", {"qty_available"})

    def _hub_note_quantity(self):
        if self._hub_is_watched():
            self.product_id._hub_note_quantity("qty_available")
