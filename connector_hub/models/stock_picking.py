# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class StockPicking(models.Model):
    """What leaves is noted for outbound flows; its state is computed, not written."""

    _inherit = "stock.picking"

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def _action_done(self):
        result = super()._action_done()
        self.env["hub.dirty"].mark(self, {"state"})
        return result

    def action_cancel(self):
        result = super().action_cancel()
        self.env["hub.dirty"].mark(self, {"state"})
        return result
