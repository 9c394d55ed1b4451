# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stock levels on their way to a store: compared, swapped, and stocked where needed.

A call of Shopify's is done as a whole or not at all, so what it refuses is taken out or
read again, and the rest is sent once more. Every call has a key that follows from what
it says and from the key of the push: a push that is repeated as a whole makes the same
calls with the same keys.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from odoo.addons.connector_hub.components.push import Push, Pushed
from odoo.addons.connector_hub.exceptions import Conflict, HubError, Rejected

from ..const import MAX_PAGE
from .client import ShopifyClient
from .stock_errors import gone, of_call, of_level

#: rounds in which stale quantities are read again before the message has to wait
ROUNDS = 4
#: items stocked at a location per call, see inventory_activate.graphql
ACTIVATED_AT_ONCE = 10
#: items read per call: each costs three points
READ_AT_ONCE = 200
VARIANT = "gid://shopify/ProductVariant/"
STALE = "CHANGE_FROM_QUANTITY_STALE"
#: what of an answer is kept for later, beside the levels: see hub_flow_stock.py
ITEM, TRACKED = "#item", "#tracked"


@dataclass
class Level:
    """One item at one location; ``known`` is what the store is known to hold."""

    record: str
    item: str
    location: str
    quantity: int
    known: int | None = None

    def row(self) -> dict[str, Any]:
        """Return the ``InventoryQuantityInput``; null opts out of the comparison."""
        return {
            "inventoryItemId": self.item,
            "locationId": self.location,
            "quantity": self.quantity,
            "changeFromQuantity": self.known,
        }


class StockPush:
    """One push of stock levels.

    :param pushes: ``payload`` is {"items": [GraphQL ids of inventory items, or of
        variants whose item is not known yet], "levels": {location id: quantity}}
    """

    def __init__(self, client: ShopifyClient, pushes: Sequence[Push]) -> None:
        self._client = client
        self._pushes = pushes
        self._key = pushes[0].key
        self._again = {push.record for push in pushes if push.again}
        self._errors: dict[str, HubError] = {}
        self._notes: dict[str, dict[str, str | None]] = {}
        self._inactive: list[Level] = []

    def run(self) -> dict[str, Pushed]:
        """Send them; see ``hub.adapter.push``."""
        items = self._resolve()
        levels = [level for push in self._pushes for level in _levels(push, items)]
        levels.sort(key=lambda level: (level.location, level.item))
        unseen = {push.record for push in self._pushes if not push.changed}
        for location in sorted({level.location for level in levels}):
            here = [level for level in levels if level.location == location]
            looked_at = [level for level in here if level.record in unseen]
            kept = [level for level in here if level.record not in unseen]
            kept += self._look(location, looked_at)
            for chunk in _chunks(kept, MAX_PAGE):
                self._set(location, chunk)
        self._activate()
        return {push.record: self._pushed(push) for push in self._pushes}

    def _pushed(self, push: Push) -> Pushed:
        return Pushed(
            push.remote_id,
            error=self._errors.get(push.record),
            state=self._notes.get(push.record),
        )

    # === ITEMS ===#

    def _resolve(self) -> dict[str, str]:
        """Return {variant id: item id} of those whose item is not known yet."""
        unknown = {
            gid: push
            for push in self._pushes
            for gid in push.payload["items"]
            if gid.startswith(VARIANT)
        }
        items = {}
        for chunk in _chunks(sorted(unknown), MAX_PAGE):
            data = self._client.query("inventory_items", ids=chunk)
            for gid, node in zip(chunk, data["nodes"], strict=True):
                push = unknown[gid]
                if not node or not node.get("inventoryItem"):
                    self._errors[push.record] = gone(gid)
                    continue
                item = node["inventoryItem"]
                tracked = "true" if item["tracked"] else "false"
                self._notes[push.record] = {ITEM: item["id"], TRACKED: tracked}
                if item["tracked"]:
                    items[gid] = item["id"]
        return items

    # === SETTING ===#

    def _set(self, location: str, levels: list[Level]) -> None:
        """Set levels of one location, taking out what is refused."""
        for number in range(ROUNDS):
            if not levels:
                return
            payload = self._call(location, levels, number)
            errors = payload["userErrors"]
            if not errors:
                self._note_inactive(payload, levels)
                return
            levels = self._after(location, levels, errors)
        for level in levels:
            self._errors[level.record] = Conflict(
                "The store's quantity changes faster than it can be set.", code=STALE
            )

    def _call(self, location: str, levels: list[Level], number: int) -> dict[str, Any]:
        rows = [level.row() for level in levels]
        values = {"name": "available", "reason": "correction", "quantities": rows}
        key = self._key_of(f"{number}:{json.dumps(rows, sort_keys=True)}")
        data = self._client.execute(
            "inventory_set",
            {"input": values, "location": location, "key": key},
            idempotent=True,
        )
        payload: dict[str, Any] = data["inventorySetQuantities"]
        return payload

    def _key_of(self, content: str) -> str:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self._key}:{content}"))

    def _after(
        self, location: str, levels: list[Level], errors: list[dict[str, Any]]
    ) -> list[Level]:
        """Return what is to be sent again after a refusal."""
        refused: dict[int, dict[str, Any]] = {}
        stale = False
        for error in errors:
            place = _place(error)
            if place is not None:
                refused[place] = error
            elif error["code"] == "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED":
                stale = True
            else:
                raise of_call(error)
        doubtful, rest = [], []
        for place, level in enumerate(levels):
            code = refused[place]["code"] if place in refused else ""
            if code == STALE or stale:
                doubtful.append(level)
            elif code:
                self._errors[level.record] = of_level(
                    level.item, level.location, refused[place]
                )
            else:
                rest.append(level)
        return rest + self._after_sales(location, doubtful)

    def _after_sales(self, location: str, levels: list[Level]) -> list[Level]:
        """Return what is to be sent again of levels that the store has changed.

        Where it has sold some that are not in Odoo yet, more than what is left would
        be sold twice: its orders get the time to arrive, once.
        """
        told = {(level.record, level.item): level.known for level in levels}
        found = []
        for level in self._look(location, levels):
            before, left = told[level.record, level.item], level.known
            sold = before is not None and left is not None and left < before
            more = sold and level.quantity > (left or 0)
            if more and level.record not in self._again:
                self._errors[level.record] = Conflict(
                    "The store has sold some meanwhile: its orders come first.",
                    code="SOLD_MEANWHILE",
                )
            else:
                found.append(level)
        return found

    def _look(self, location: str, levels: list[Level]) -> list[Level]:
        """Read what the store holds; return those that differ from it."""
        found: dict[str, int | None] = {}
        items = sorted({level.item for level in levels})
        for chunk in _chunks(items, READ_AT_ONCE):
            data = self._client.query("inventory_levels", ids=chunk, location=location)
            found.update({n["id"]: _available(n) for n in data["nodes"] if n})
        for level in levels:
            level.known = found.get(level.item)
        return [level for level in levels if level.known != level.quantity]

    # === STOCKING ===#

    def _note_inactive(self, payload: dict[str, Any], levels: list[Level]) -> None:
        group = payload["inventoryAdjustmentGroup"] or {"changes": []}
        items = [change["item"] for change in group["changes"] if change["item"]]
        unsold = {item["id"] for item in items if not item["inventoryLevel"]}
        self._inactive += [level for level in levels if level.item in unsold]

    def _activate(self) -> None:
        """Stock items where they got a quantity: else nobody could buy them there."""
        for location in sorted({level.location for level in self._inactive}):
            here = [level for level in self._inactive if level.location == location]
            for chunk in _chunks(here, ACTIVATED_AT_ONCE):
                self._activate_some(location, chunk)

    def _activate_some(self, location: str, levels: list[Level]) -> None:
        variables: dict[str, Any] = {"location": location}
        for number in range(ACTIVATED_AT_ONCE):
            level = levels[min(number, len(levels) - 1)]
            variables[f"item{number}"] = level.item
            variables[f"key{number}"] = self._key_of(f"{level.item}@{location}")
            variables[f"use{number}"] = number < len(levels)
        data = self._client.execute("inventory_activate", variables, idempotent=True)
        for number, level in enumerate(levels):
            errors = data[f"a{number}"]["userErrors"]
            if errors:
                self._errors[level.record] = Rejected(
                    f"{level.item} cannot be stocked at {location}:"
                    f" {errors[0]['message']}",
                    remedy="Stock the variant at this location in Shopify, then retry.",
                    title="Variants cannot be stocked at a location in Shopify.",
                    code="not_stocked",
                )


def _levels(push: Push, items: dict[str, str]) -> Iterator[Level]:
    """Yield what of a push the store does not know yet; all of it when forced."""
    for location, quantity in push.payload["levels"].items():
        path = f"levels[{location}].available"
        if push.changed and path not in push.changed:
            continue
        known = push.changed[path][0] if push.changed else None
        for gid in push.payload["items"]:
            item = items.get(gid, "") if gid.startswith(VARIANT) else gid
            if item:
                yield Level(push.record, item, location, quantity, _whole(known))


def _whole(text: str | None) -> int | None:
    return None if text is None else int(Decimal(text))


def _available(node: dict[str, Any]) -> int | None:
    """Return what is available; None where the item is not stocked."""
    level = node.get("inventoryLevel")
    return int(level["quantities"][0]["quantity"]) if level else None


def _place(error: dict[str, Any]) -> int | None:
    """Return the place of the row an error is about: input, quantities, 3, ..."""
    field = error["field"] or []
    is_row = len(field) > 2 and field[1] == "quantities" and field[2].isdigit()
    return int(field[2]) if is_row else None


def _chunks(rows: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
