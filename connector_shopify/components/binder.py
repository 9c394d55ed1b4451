# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component


class ShopifyBinder(Component):
    """Links of Shopify's records."""

    _name = "hub.shopify.binder"
    _inherit = "hub.binder"
    _system = "shopify"
    _apply_on = [
        "hub.shopify.address",
        "hub.shopify.company",
        "hub.shopify.company.contact",
        "hub.shopify.company.location",
        "hub.shopify.customer",
        "hub.shopify.variant",
        "hub.shopify.payout",
    ]

    def _link_elsewhere(self, external_ids: list[str]) -> bool:
        """Link what another connector has brought into this database meanwhile."""
        if not self.backend_record.shopify_adopts:
            return False
        elsewhere = self.env["hub.shopify.elsewhere"]
        return bool(elsewhere.link(self.backend_record, self.model, external_ids))


class ShopifyOrderBinder(Component):
    """Links of orders, with what the store says of their payment and delivery."""

    _name = "hub.shopify.order.binder"
    _inherit = "hub.shopify.binder"
    _apply_on = ["hub.shopify.order"]

    def values_of(self, document: Any) -> dict[str, Any]:
        """Return the store's own view of an order."""
        return {
            "name": document.name,
            "financial_status": document.financial_status,
            "fulfillment_status": document.fulfillment_status,
            "payment_gateways": ", ".join(document.payment_gateways),
            "tags": ", ".join(document.tags),
            "note": document.note,
            "total": float(document.total),
            "currency_code": document.currency,
        }


class ShopifyProductBinder(Component):
    """Links of products, with what the store says of their state."""

    _name = "hub.shopify.product.binder"
    _inherit = "hub.shopify.binder"
    _apply_on = ["hub.shopify.product"]

    def values_of(self, document: Any) -> dict[str, Any]:
        """Return the store's own view of a product."""
        return {"status": document.status}
