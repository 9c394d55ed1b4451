# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""All stock levels of a store, for a first take-over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import StockLevel

from ..const import MAX_PAGE
from .costs import page_length
from .stock_mapper import ShopifyStockMapper


class ShopifyStockReader(Component):
    _inherit = "hub.shopify.adapter"

    def iter_levels(self) -> Iterator[list[StockLevel]]:
        """Yield the levels of all variants, page by page."""
        after = None
        while True:
            data = self.client().query(
                "stock_levels", first=page_length("stock_levels"), after=after
            )
            page = data["productVariants"]
            for node in page["nodes"]:
                self._complete_levels(node["inventoryItem"])
            yield [ShopifyStockMapper.to_document(node) for node in page["nodes"]]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _complete_levels(self, item: dict[str, Any]) -> None:
        """Read the levels of an item that did not fit with its variant."""
        levels = item["inventoryLevels"]
        page = levels
        while page["pageInfo"]["hasNextPage"]:
            data = self.client().query(
                "stock_levels_of_item",
                id=item["id"],
                first=MAX_PAGE,
                after=page["pageInfo"]["endCursor"],
            )
            if data["inventoryItem"] is None:
                return
            page = data["inventoryItem"]["inventoryLevels"]
            levels["nodes"].extend(page["nodes"])
