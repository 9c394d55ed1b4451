# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock by item and location: what is available, committed and on hand.

Every tracked item is stocked at the first location, each fifth at the second one too;
both together are the variant's ``inventoryQuantity``.
"""

from __future__ import annotations

from typing import Any

from .identity import number_of

Object = dict[str, Any]
Pair = tuple[str, str]

#: quantities that make up what is on hand
PARTS = ("available", "committed", "reserved", "damaged", "quality_control")
NAMES = (*PARTS, "on_hand", "incoming", "safety_stock")
SECOND_EVERY = 5


class Inventory:
    """`levels` by (item gid, location gid); `items` and `locations` by gid."""

    def __init__(
        self, variants: list[Object], locations: list[Object], moment: str
    ) -> None:
        self.levels: dict[Pair, Object] = {}
        self.items: dict[str, Object] = {}
        self.locations = {location["id"]: location for location in locations}
        self.moment = moment
        for location in locations:
            location["inventoryLevels"] = []
        for index, variant in enumerate(variants):
            self.add_variant(variant, index)

    def add_variant(self, variant: Object, index: int = 1) -> None:
        """Stock the item of a new variant where such items are stocked."""
        item = variant["inventoryItem"]
        self.items[item["id"]] = item
        item["variant"] = variant
        item["variants"] = [variant]
        item["inventoryLevels"] = []
        if not item["tracked"]:
            return
        first, *others = self.locations
        total = variant["inventoryQuantity"]
        second = min(total, index % 7) if others and index % SECOND_EVERY == 0 else 0
        self.activate(item["id"], first, total - second)
        if second:
            self.activate(item["id"], others[0], second)

    # === LEVELS ===

    def level(self, item: str, location: str) -> Object | None:
        return self.levels.get((item, location))

    def activate(
        self, item: str, location: str, available: int | None = None
    ) -> Object:
        """Stock an item at a location; quantities of an inactive level are kept."""
        level = self.levels.get((item, location)) or self._create(item, location)
        if available is not None:
            level["_quantities"]["available"] = available
        if not level["isActive"]:
            level["isActive"] = True
            level["item"]["inventoryLevels"].append(level)
            level["location"]["inventoryLevels"].append(level)
        self._total(level)
        return level

    def _create(self, item: str, location: str) -> Object:
        """Return a new level; since 2026-04 quantities alone do not activate it."""
        numbers = f"{number_of(location)}?inventory_item_id={number_of(item)}"
        level: Object = {
            "__typename": "InventoryLevel",
            "id": f"gid://shopify/InventoryLevel/{numbers}",
            "item": self.items[item],
            "location": self.locations[location],
            "isActive": False,
            "canDeactivate": True,
            "deactivationAlert": None,
            "createdAt": self.moment,
            "updatedAt": self.moment,
            "_quantities": dict.fromkeys((*PARTS, "incoming", "safety_stock"), 0),
        }
        self.levels[item, location] = level
        return level

    # === QUANTITIES ===

    def quantity(self, item: str, location: str, name: str = "available") -> int:
        """Return one quantity; 0 where the item is not stocked."""
        level = self.levels.get((item, location))
        return quantity_of(level, name) if level else 0

    def set(
        self, item: str, location: str, name: str, quantity: int, moment: str
    ) -> int:
        """Set `available` or `on_hand`; return the difference."""
        level = self.levels.get((item, location)) or self._create(item, location)
        delta = quantity - quantity_of(level, name)
        level["_quantities"]["available"] += delta
        level["updatedAt"] = moment
        self._total(level)
        return delta

    def move(self, item: str, location: str, **deltas: int) -> None:
        """Change quantities by differences, for example available=-2, committed=2."""
        level = self.levels.get((item, location)) or self.activate(item, location)
        for name, delta in deltas.items():
            level["_quantities"][name] += delta
        self._total(level)

    def _total(self, level: Object) -> None:
        """Keep the variant's own figure, the sum of what is available."""
        item = level["item"]
        item["variant"]["inventoryQuantity"] = sum(
            quantity_of(row, "available") for row in item["inventoryLevels"]
        )

    # === EVENTS ===

    def commit(self, order: Object) -> None:
        """A customer has bought: what is available becomes committed."""
        for line in order["lineItems"]:
            item = (line["variant"] or {}).get("inventoryItem")
            if item and item["id"] in self.items and item["tracked"]:
                location = next(iter(self.locations))
                quantity = line["quantity"]
                self.move(item["id"], location, available=-quantity, committed=quantity)


def quantity_of(level: Object, name: str) -> int:
    quantities = level["_quantities"]
    if name == "on_hand":
        return sum(quantities[part] for part in PARTS)
    found: int = quantities[name]
    return found
