# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class SaleOrder(models.Model):
    """Stores are told by tags what becomes of their orders."""

    _inherit = "sale.order"

    def write(self, vals):
        result = super().write(vals)
        self.env["hub.dirty"].mark(self, vals.keys())
        return result

    def _compute_delivery_status(self):
        result = super()._compute_delivery_status()
        # in a form that is not saved yet nothing has changed
        told = self.filtered(
            lambda order: order.delivery_status and order._origin == order
        )
        self.env["hub.dirty"].mark(told, {"delivery_status"})
        return result
