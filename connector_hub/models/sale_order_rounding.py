# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class SaleOrder(models.Model):
    """The last invoice of a store's order comes to what is left of it, to the cent.

    So it is whoever creates it: after a change in the store, people invoice or credit
    the difference.
    """

    _inherit = "sale.order"

    def _create_invoices(self, grouped=False, final=False, date=None):
        moves = super()._create_invoices(grouped=grouped, final=final, date=date)
        if any(self.mapped("hub_content")):
            self.env["hub.importer.order.invoice.rounding"].even_out(moves)
        return moves
