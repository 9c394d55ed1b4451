# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Resolvers of stock levels: what is read of them, and how they are set.

Error words are those of Shopify's documentation. A call is done as a whole or not at
all. Since 2026-10 an item that is not stocked at the location is no error: it gets an
inactive level, whose quantity nobody can buy until ``inventoryActivate``.
"""

from __future__ import annotations

from typing import Any

from .errors import FieldError, NotSimulated
from .identity import iso
from .inventory import NAMES, quantity_of
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

HIGHEST = 1_000_000_000
REASONS = frozenset(
    "correction cycle_count_available damaged movement_created movement_updated"
    " movement_received movement_canceled other promotion quality_control received"
    " reservation_created reservation_deleted reservation_updated restock"
    " safety_stock shrinkage".split()
)
WORDS = {
    "INVALID_NAME": "The quantity name must be either 'available' or 'on_hand'.",
    "INVALID_REASON": "The specified reason is invalid.",
    "INVALID_INVENTORY_ITEM": "The specified inventory item could not be found.",
    "INVALID_LOCATION": "The specified location could not be found.",
    "INVALID_QUANTITY_NEGATIVE": "The quantity can't be negative.",
    "INVALID_QUANTITY_TOO_HIGH": (
        "The total quantity can't be higher than 1,000,000,000."
    ),
    "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR": (
        "The combination of inventoryItemId and locationId must be unique."
    ),
    "CHANGE_FROM_QUANTITY_STALE": (
        "The changeFromQuantity argument no longer matches the persisted quantity."
    ),
}


def _error(code: str, *field: str) -> Object:
    return {
        "__typename": "InventorySetQuantitiesUserError",
        "field": list(field),
        "message": WORDS[code],
        "code": code,
    }


# === READING ===


def _quantities(run: Run, obj: Object, args: Args) -> Any:
    for name in args["names"]:
        if name not in NAMES:
            raise NotSimulated(f"quantity {name!r}")
    return [
        {
            "__typename": "InventoryQuantity",
            "id": f"{obj['id'].replace('Level', 'Quantity')}&name={name}",
            "name": name,
            "quantity": quantity_of(obj, name),
            "updatedAt": obj["updatedAt"],
        }
        for name in args["names"]
    ]


def _level_of_item(run: Run, obj: Object, args: Args) -> Any:
    level = run.shop.inventory.level(obj["id"], args["locationId"])
    return _visible(level, args)


def _level_of_location(run: Run, obj: Object, args: Args) -> Any:
    level = run.shop.inventory.level(args["inventoryItemId"], obj["id"])
    return _visible(level, args)


def _visible(level: Object | None, args: Args) -> Object | None:
    shown = level and (level["isActive"] or args.get("includeInactive"))
    return level if shown else None


# === SETTING ===


def _set(run: Run, obj: Object, args: Args) -> Object:
    values = args["input"]
    rows = values["quantities"]
    if any("changeFromQuantity" not in row for row in rows):
        raise FieldError(
            "InventoryQuantityInput must include the following argument:"
            " changeFromQuantity.",
            "INVALID_FIELD_ARGUMENTS",
        )
    errors = [*_header_errors(values), *_row_errors(run, values["name"], rows)]
    if errors:
        return {"inventoryAdjustmentGroup": None, "userErrors": errors}
    moment = iso(run.shop.now())
    changes = [_set_row(run, values["name"], row, moment) for row in rows]
    gid, _number = run.shop.generator.ids.next("InventoryAdjustmentGroup")
    group = {
        "__typename": "InventoryAdjustmentGroup",
        "id": gid,
        "createdAt": moment,
        "reason": values["reason"],
        "referenceDocumentUri": values.get("referenceDocumentUri"),
        "changes": [change for change in changes if change["delta"]],
    }
    return {"inventoryAdjustmentGroup": group, "userErrors": []}


def _header_errors(values: Object) -> list[Object]:
    errors = []
    if values["name"] not in ("available", "on_hand"):
        errors.append(_error("INVALID_NAME", "input", "name"))
    if values["reason"] not in REASONS:
        errors.append(_error("INVALID_REASON", "input", "reason"))
    return errors


def _row_errors(run: Run, name: str, rows: list[Object]) -> list[Object]:
    errors, seen = [], set()
    for place, row in enumerate(rows):
        code, field = _row_error(run, name, row)
        pair = (row["inventoryItemId"], row["locationId"])
        if pair in seen:
            code, field = "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR", "locationId"
        seen.add(pair)
        if code:
            errors.append(_error(code, "input", "quantities", str(place), field))
    return errors


def _row_error(run: Run, name: str, row: Object) -> tuple[str, str]:
    inventory = run.shop.inventory
    item = inventory.items.get(row["inventoryItemId"])
    if item is None:
        return "INVALID_INVENTORY_ITEM", "inventoryItemId"
    if not item["tracked"]:
        raise NotSimulated("the quantity of an item that is not tracked")
    location = inventory.locations.get(row["locationId"])
    if location is None or not location["isActive"]:
        return "INVALID_LOCATION", "locationId"
    if row["quantity"] < 0:
        return "INVALID_QUANTITY_NEGATIVE", "quantity"
    if row["quantity"] > HIGHEST:
        return "INVALID_QUANTITY_TOO_HIGH", "quantity"
    now = inventory.quantity(item["id"], location["id"], name)
    if row["changeFromQuantity"] not in (None, now):
        return "CHANGE_FROM_QUANTITY_STALE", "changeFromQuantity"
    return "", ""


def _set_row(run: Run, name: str, row: Object, moment: str) -> Object:
    inventory = run.shop.inventory
    item, location = row["inventoryItemId"], row["locationId"]
    delta = inventory.set(item, location, name, row["quantity"], moment)
    run.shop.ledger.note(
        "inventorySetQuantities",
        item,
        location=location,
        name=name,
        delta=delta,
        quantity=row["quantity"],
    )
    return {
        "__typename": "InventoryChange",
        "name": name,
        "delta": delta,
        "quantityAfterChange": None,
        "ledgerDocumentUri": None,
        "item": inventory.items[item],
        "location": inventory.locations[location],
    }


def _activate(run: Run, obj: Object, args: Args) -> Object:
    if args.get("onHand") is not None or args.get("stockAtLegacyLocation"):
        raise NotSimulated("onHand or stockAtLegacyLocation of inventoryActivate")
    inventory = run.shop.inventory
    item, location = args["inventoryItemId"], args["locationId"]
    message, field = "", ""
    if item not in inventory.items:
        message, field = WORDS["INVALID_INVENTORY_ITEM"], "inventoryItemId"
    elif location not in inventory.locations:
        message, field = WORDS["INVALID_LOCATION"], "locationId"
    level = inventory.level(item, location)
    if level and level["isActive"] and args.get("available") is not None:
        message = (
            "Not allowed to set available quantity when the item is already active at"
            " the location."
        )
        field = "available"
    if message:
        error = {"__typename": "UserError", "field": [field], "message": message}
        return {"inventoryLevel": None, "userErrors": [error]}
    if not level or not level["isActive"]:
        run.shop.ledger.note("inventoryActivate", item, location=location)
    level = inventory.activate(item, location, args.get("available"))
    return {"inventoryLevel": level, "userErrors": []}


INVENTORY: Resolvers = {
    ("InventoryLevel", "quantities"): _quantities,
    ("InventoryItem", "inventoryLevel"): _level_of_item,
    ("Location", "inventoryLevel"): _level_of_location,
    ("Mutation", "inventorySetQuantities"): _set,
    ("Mutation", "inventoryActivate"): _activate,
}
