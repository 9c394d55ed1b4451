# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a store has that needs a counterpart in Odoo."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import Discovered

from .costs import page_length
from .parts import rate

#: orders looked at; Shopify lists neither its gateways nor its tax rates by themselves
ORDERS = 100


class ShopifyDiscovery(Component):
    _inherit = "hub.shopify.adapter"

    def discover(self) -> list[Discovered]:
        """Return locations, and what the latest orders show of the rest."""
        first = min(ORDERS, page_length("discovery"))
        data = self.client().query("discovery", first=first)
        found = [
            Discovered("location", node["id"], node["name"])
            for node in data["locations"]["nodes"]
            if node["isActive"]
        ]
        for order in data["orders"]["nodes"]:
            found += _of_order(order)
        return list(dict.fromkeys(found))


def _of_order(order: dict[str, Any]) -> list[Discovered]:
    included = order["taxesIncluded"]
    return [
        *(Discovered("gateway", name) for name in order["paymentGatewayNames"] if name),
        *(
            Discovered("tax", line["title"], tax=(line["title"], rate(line), included))
            for line in order["taxLines"]
        ),
        *(
            Discovered("carrier", info["company"])
            for fulfillment in order["fulfillments"]
            for info in fulfillment["trackingInfo"]
            if info["company"]
        ),
    ]
