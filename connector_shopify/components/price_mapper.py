# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The document Price to ProductVariantsBulkInput (Admin API 2026-10)."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import Document, Price
from odoo.addons.connector_hub.exceptions import BusinessRuleError


class ShopifyPriceMapper(Component):
    """Prices of a store, which are in its own currency."""

    _name = "hub.shopify.price.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.price"
    _system = "shopify"

    def options(self) -> dict[str, Any]:
        """Return the store's currency, where it is known."""
        return {"currency": self.backend_record.shopify_currency or ""}

    @staticmethod
    def to_payload(document: Document, **options: Any) -> dict[str, Any]:
        """Return {product, sku, input: ProductVariantsBulkInput, lists}.

        :param options: ``currency`` of the store, where it is known
        :raises BusinessRuleError: the price is in another currency than the store's
        """
        if not isinstance(document, Price):
            raise TypeError(type(document).__name__)
        said, currency = document.model_fields_set, options.get("currency")
        if currency and document.currency != currency:
            raise BusinessRuleError(
                f"The price of {document.sku or document.external_id} is in"
                f" {document.currency}, the store's currency is {currency}.",
                title="Prices are in another currency than the store's.",
                remedy="Choose a price list in the store's currency on the flow.",
                code="currency",
            )
        entry: dict[str, Any] = {"id": document.external_id}
        if "price" in said:
            entry["price"] = f"{document.price:f}"
        if "compare_at_price" in said:
            before = document.compare_at_price
            entry["compareAtPrice"] = None if before is None else f"{before:f}"
        if "cost" in said and document.cost is not None:
            entry["inventoryItem"] = {"cost": f"{document.cost:f}"}
        lists = [
            {"id": row.external_id, "price": f"{row.price:f}", "currency": row.currency}
            for row in document.lists
            if "lists" in said
        ]
        found = {"product": document.parent_id, "sku": document.sku, "input": entry}
        return {**found, "lists": lists}
