# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the shop refuses of products, options and variants, in its own words."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from .errors import NotSimulated

Object = dict[str, Any]

MAX_OPTIONS, MAX_VARIANTS, MAX_VALUES = 3, 2048, 2048
MAX_TEXT = 255
NO_OPTION, NO_VALUE = "Title", "Default Title"

#: fields of a variant's input that are simulated
VARIANT_INPUT = {
    "id",
    "barcode",
    "price",
    "compareAtPrice",
    "taxable",
    "optionValues",
    "inventoryItem",
    "inventoryPolicy",
    "sku",
    "position",
    "mediaSrc",
}
ITEM_INPUT = {"sku", "cost", "tracked", "requiresShipping", "measurement"}


def refused(code: str | None, message: str, *field: Any) -> Object:
    """Return a userError; one without a code is of the plain kind."""
    error: Object = {
        "__typename": "UserError",
        "field": [str(part) for part in field] or None,
        "message": message,
    }
    return {**error, "code": code} if code else error


def known_only(values: Object, known: Iterable[str], kind: str) -> Object:
    """Return an input; raise for what nobody modelled, unless it says nothing."""
    for name in values.keys() - set(known):
        if values[name] not in (None, False):
            raise NotSimulated(f"{kind}.{name}")
    return values


def title_error(values: Object, *field: str) -> Object | None:
    if "title" not in values:
        return None
    title = (values["title"] or "").strip()
    if not title:
        return refused(None, "Title can't be blank", *field, "title")
    if len(title) > MAX_TEXT:
        message = "Title is too long (maximum is 255 characters)"
        return refused(None, message, *field, "title")
    return None


def handle_error(shop: Any, values: Object, gid: str | None) -> str | None:
    """Return the message about a handle that another product has."""
    handle = values.get("handle")
    for row in shop.collection("products").objects.values():
        if handle and row["handle"] == handle and row["id"] != gid:
            return f"Handle '{handle}' already in use. Please provide a new handle."
    return None


def option_errors(options: list[Object], *field: str) -> list[Object]:
    if len(options) > MAX_OPTIONS:
        message = f"Can only specify a maximum of {MAX_OPTIONS} options"
        return [refused("OPTIONS_OVER_LIMIT", message, *field)]
    seen: set[str] = set()
    for place, option in enumerate(options):
        name = option.get("name") or ""
        if name in seen:
            message = f"Duplicated option name '{name}'"
            return [refused("DUPLICATED_OPTION_NAME", message, *field, place)]
        if not option.get("values"):
            message = "Each option must have at least one option value specified."
            return [refused("OPTION_VALUES_MISSING", message, *field, place)]
        seen.add(name)
    return []


def variant_errors(
    product: Object, inputs: list[Object], *, create: bool
) -> list[Object]:
    """Return what is wrong with variants, each by its place."""
    errors: list[Object] = []
    for place, values in enumerate(inputs):
        known_only(values, VARIANT_INPUT, "ProductVariantsBulkInput")
        known_only(values.get("inventoryItem") or {}, ITEM_INPUT, "InventoryItemInput")
        errors += _price_errors(values, place)
        errors += _text_errors(values, place)
        errors += _choice_errors(product, values, place, create)
    return errors


def _price_errors(values: Object, place: int) -> list[Object]:
    found = []
    for name in ("price", "compareAtPrice"):
        if values.get(name) is None:
            continue
        try:
            amount = Decimal(str(values[name]))
        except InvalidOperation:
            raise NotSimulated(f"{name} {values[name]!r}") from None
        if amount < 0:
            message = "Price must be greater than or equal to 0"
            code = "GREATER_THAN_OR_EQUAL_TO"
            found.append(refused(code, message, "variants", place, name))
    return found


def _text_errors(values: Object, place: int) -> list[Object]:
    item = values.get("inventoryItem") or {}
    texts = {"barcode": values.get("barcode"), "sku": item.get("sku")}
    return [
        refused(
            "INVALID_INPUT",
            f"{name} is too long (maximum is 255 characters)",
            "variants",
            place,
            name,
        )
        for name, text in texts.items()
        if len(text or "") > MAX_TEXT
    ]


def _choice_errors(
    product: Object, values: Object, place: int, create: bool
) -> list[Object]:
    given = values.get("optionValues")
    if given is None and not create:
        return []
    known = [option["name"] for option in product["options"]]
    names = [choice.get("optionName") for choice in given or ()]
    if None in names:
        raise NotSimulated("option values by id")
    for name in names:
        if name not in known:
            code = "INVALID_INPUT" if create else "OPTION_DOES_NOT_EXIST"
            field = ("variants", place, "optionValues", names.index(name))
            return [refused(code, "Option does not exist", *field)]
    for name in known if create else ():
        if name not in names:
            message = f"You need to add option values for {name}"
            return [refused("NEED_TO_ADD_OPTION_VALUES", message, "variants", place)]
    return []


def twin_error(choices: list[tuple[str, ...]], code: str) -> list[Object]:
    """Return the error of two variants with the same option values."""
    seen: set[tuple[str, ...]] = set()
    for place, choice in enumerate(choices):
        if choice in seen:
            message = (
                f"The variant '{' / '.join(choice)}' already exists."
                " Please change at least one option value."
            )
            return [refused(code, message, "variants", place)]
        seen.add(choice)
    return []
