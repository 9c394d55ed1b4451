# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from __future__ import annotations

from collections.abc import Sequence

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import Operation, Push, Pushed, Safety

from ..const import MAX_PAGE
from .stock_push import StockPush


class ShopifyStockSender(Component):
    """Sets what is available, at most 250 levels in a call."""

    _name = "hub.shopify.sender.stock"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.stock"

    def operations(self) -> dict[str, Operation]:
        """Stock is only ever updated: it comes and goes with its variant.

        The lifetime of a key does not matter: after it, the comparison with the
        quantity it was changed from stops a second effect.
        """
        return {
            "update": Operation(
                "inventorySetQuantities",
                Safety.KEYED,
                batch_size=MAX_PAGE,
                key_per_call=True,
            )
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Set the levels that have changed."""
        return StockPush(self.client, pushes).run()
