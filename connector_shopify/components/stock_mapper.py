# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock levels of variants, both ways (2026-10)."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import LocationLevel, StockLevel
from odoo.addons.connector_hub.exceptions import InvalidData

from .stock_errors import unknown_location
from .times import parse_time

LOCATION = "gid://shopify/Location/"


class ShopifyStockMapper(Component):
    """What is available of a variant, at each location where it is stocked."""

    _name = "hub.shopify.stock.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.stock"
    _system = "shopify"

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> StockLevel:
        """Translate ``productVariants.nodes[]`` as queried in stock_levels.graphql."""
        version = parse_time(payload["updatedAt"])
        if version is None:
            raise InvalidData(
                f"Variant {payload['id']} has no date of change.", code="no_version"
            )
        item = payload["inventoryItem"]
        return StockLevel(
            external_id=payload["id"],
            version=version,
            sku=payload.get("sku") or "",
            tracked=bool(item["tracked"]),
            stock_ids=(item["id"],),
            levels=tuple(_level(node) for node in item["inventoryLevels"]["nodes"]),
        )

    @staticmethod
    def to_payload(document: StockLevel, **options: Any) -> dict[str, Any]:
        """Translate levels; parts of a piece cannot be sold, so they are left out.

        :return: see ``StockPush``
        :raises MappingError: a location is mapped that is none of Shopify's
        """
        for level in document.levels:
            if not level.location_id.startswith(LOCATION):
                raise unknown_location(level.location_id)
        return {
            "items": list(document.stock_ids or (document.external_id,)),
            "levels": {
                level.location_id: int(level.available.to_integral_value(ROUND_FLOOR))
                for level in document.levels
            },
        }


def _level(node: dict[str, Any]) -> LocationLevel:
    found = {row["name"]: Decimal(row["quantity"]) for row in node["quantities"]}
    return LocationLevel(location_id=node["location"]["id"], **found)
