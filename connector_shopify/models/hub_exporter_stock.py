# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class ExporterStock(models.AbstractModel):
    """Adds what Shopify keeps stock under, which is not the variant itself."""

    _inherit = "hub.exporter.stock"

    @api.private
    def to_documents(self, flow, ids):
        documents = super().to_documents(flow, ids)
        if flow.backend_id.system != "shopify":
            return documents
        items = self._shopify_items(flow, list(documents))
        for product_id, document in documents.items():
            if not hasattr(document, "levels"):
                continue  # an error
            found = items.get(product_id)
            documents[product_id] = found and document.model_copy(
                update={"stock_ids": tuple(found)}
            )
        return documents

    def _shopify_items(self, flow, product_ids):
        """Return {product id: inventory items of all variants it is sold as}.

        A variant stands for its item until that is known. One whose stock the store
        does not count has none.
        """
        variants = self.env["hub.shopify.variant"].sudo()
        found = {}
        for variant in variants.search_fetch(
            [
                ("backend_id", "=", flow.backend_id.id),
                ("odoo_id", "in", product_ids),
                ("deleted_at", "=", False),
                ("is_tracked", "!=", False),
            ],
            ["odoo_id", "external_id", "inventory_item"],
            order="id",
        ):
            item = variant.inventory_item or variant.external_id
            found.setdefault(variant.odoo_id.id, []).append(item)
        return found
