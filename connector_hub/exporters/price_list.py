# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..documents import ListPrice
from .price import _exact


class ExporterPrice(models.AbstractModel):
    """Prices of the lists and catalogues of the remote that stand for price lists."""

    _inherit = "hub.exporter.price"

    @api.private
    def to_documents(self, flow, ids):
        documents = super().to_documents(flow, ids)
        catalogues = self._catalogues(flow)
        if catalogues is None or not documents:
            return documents
        products = self.env["product.product"].browse(documents)
        said = {key: [] for key in documents}
        for gid, pricelist in sorted(catalogues.items()):
            currency = pricelist.currency_id
            prices = pricelist._get_products_price(products, 1.0, currency=currency)
            for key in documents:
                price = _exact(prices[key], currency)
                said[key].append(
                    ListPrice(external_id=gid, price=price, currency=currency.name)
                )
        return {
            key: document.model_copy(update={"lists": tuple(said[key])})
            for key, document in documents.items()
        }

    def _lists_of(self, flow):
        lists = super()._lists_of(flow).with_env(self.env)
        return lists.union(*(self._catalogues(flow) or {}).values())

    def _catalogues(self, flow):
        """Return {remote id: price list} of what is mapped; None: nothing was ever."""
        mappings = self.env["hub.mapping"].sudo()
        found = mappings.lookup(flow.backend_id, "catalogue")
        if not found:
            return None
        return {
            key: pricelist.with_env(self.env)
            for key, pricelist in found.items()
            if pricelist
        }
