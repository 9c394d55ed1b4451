# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class HubStockOpening(models.Model):
    """Notes under what Shopify keeps the stock that was read."""

    _inherit = "hub.stock.opening"

    def _note_read(self, documents):
        result = super()._note_read(documents)
        if self.backend_id.system == "shopify":
            rows = [
                (document.external_id, document.stock_ids[0], document.tracked)
                for document in documents
            ]
            self.env["hub.shopify.variant"].sudo().note_items(self.backend_id, rows)
        return result
