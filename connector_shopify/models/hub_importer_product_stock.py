# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ImporterProduct(models.AbstractModel):
    """Notes under what Shopify keeps the stock of imported variants."""

    _inherit = "hub.importer.product"

    def _link_variants(self, backend, tasks):
        result = super()._link_variants(backend, tasks)
        if backend.system == "shopify":
            self.env["hub.shopify.variant"].sudo().note_items(
                backend,
                [
                    (variant.external_id, variant.stock_id, variant.tracked)
                    for task in tasks
                    for variant in task.document.variants
                    if variant.stock_id
                ],
            )
        return result
