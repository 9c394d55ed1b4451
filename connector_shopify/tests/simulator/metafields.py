# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Metafields, and definitions of those of type ``id``, which records are found by."""

from __future__ import annotations

import re
from typing import Any

from .errors import NotSimulated
from .paging import connection
from .product_rules import known_only, refused
from .run import Resolvers, Run

Object = dict[str, Any]

SET_INPUT = {"ownerId", "namespace", "key", "type", "value"}
#: metafieldsSet takes so many
AT_ONCE = 25
TYPES = frozenset(
    "single_line_text_field multi_line_text_field url color json number_integer"
    " number_decimal boolean date date_time".split()
)
DEFINITION = {"namespace", "key", "name", "ownerType", "type", "pin"}


def _define(run: Run, obj: Object, args: dict[str, Any]) -> Object:
    values = known_only(args["definition"], DEFINITION, "MetafieldDefinitionInput")
    if values["type"] != "id":
        raise NotSimulated(f"metafield definition of type {values['type']}")
    name = (values["ownerType"], values.get("namespace"), values["key"])
    known = run.shop.metafield_definitions
    if name in known:
        message = (
            "Key is in use for Product metafields on the"
            f" '{values.get('namespace')}' namespace."
        )
        error = refused("TAKEN", message, "definition", "key")
        return {"createdDefinition": None, "userErrors": [error]}
    gid, _number = run.shop.generator.ids.next("MetafieldDefinition")
    known[name] = {"__typename": "MetafieldDefinition", "id": gid, **values}
    return {"createdDefinition": known[name], "userErrors": []}


# === VALUES ===


def _wrong_value(kind: str, value: str) -> str:
    """Return what is wrong with a value, in Shopify's words; nothing if it fits."""
    if kind == "number_integer" and not re.fullmatch(r"-?\d+", value):
        return "Value must be an integer."
    if kind == "number_decimal" and not re.fullmatch(r"-?\d+(\.\d{1,9})?", value):
        return "Value must be a decimal."
    if kind == "boolean" and value not in ("true", "false"):
        return "Value must be true or false."
    if kind == "date" and not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return 'Value must be in "YYYY-MM-DD" format.'
    if kind == "single_line_text_field" and "\n" in value:
        return "Value must be a single line text string."
    if kind not in TYPES:
        raise NotSimulated(f"metafields of type {kind}")
    return ""


def _set_error(run: Run, values: Object, place: int) -> Object | None:
    def wrong(code: str, message: str, name: str) -> Object:
        error = refused(code, message, "metafields", place, name)
        return {
            **error,
            "__typename": "MetafieldsSetUserError",
            "elementIndex": place,
        }

    owner = run.shop.find(values["ownerId"])
    if owner is None or "metafields" not in owner:
        return wrong("INVALID", "Owner does not exist.", "ownerId")
    if not values["value"]:
        return wrong("BLANK", "Value can't be blank.", "value")
    known = _of(owner, values)
    kind = values.get("type") or (known or {}).get("type")
    if not kind:
        return wrong("BLANK", "Type can't be blank", "type")
    if known and known["type"] != kind:
        message = (
            f"Type must be consistent with the definition's type: '{known['type']}'."
        )
        return wrong("INVALID_TYPE", message, "type")
    message = _wrong_value(kind, values["value"])
    return wrong("INVALID_VALUE", message, "value") if message else None


def _of(owner: Object, values: Object) -> Object | None:
    name = (values["namespace"], values["key"])
    rows = owner["metafields"]
    return next((row for row in rows if (row["namespace"], row["key"]) == name), None)


def _set(run: Run, obj: Object, args: dict[str, Any]) -> Object:
    """Set all of them or none."""
    inputs = args["metafields"]
    if len(inputs) > AT_ONCE:
        message = f"Exceeded the maximum metafields input limit of {AT_ONCE}."
        error = refused("LESS_THAN_OR_EQUAL_TO", message, "metafields")
        error.update(elementIndex=None, __typename="MetafieldsSetUserError")
        return {"metafields": None, "userErrors": [error]}
    for values in inputs:
        known_only(values, SET_INPUT, "MetafieldsSetInput")
    errors = [_set_error(run, values, n) for n, values in enumerate(inputs)]
    if any(errors):
        return {"metafields": None, "userErrors": [e for e in errors if e]}
    rows = [put(run.shop, values["ownerId"], **values) for values in inputs]
    return {"metafields": rows, "userErrors": []}


def put(shop: Any, owner_gid: str, **values: Any) -> Object:
    """Set a metafield of a product or variant, which then counts as updated."""
    owner = shop.find(owner_gid)
    row = _of(owner, values)
    if row is None:
        gid, _number = shop.generator.ids.next("Metafield")
        row = {"__typename": "Metafield", "id": gid}
        owner["metafields"].append(row)
    row.update({name: values[name] for name in ("namespace", "key", "value")})
    row["type"] = values.get("type") or row["type"]
    shop.touch((owner.get("product") or owner)["id"])
    return row


def _delete(run: Run, obj: Object, args: dict[str, Any]) -> Object:
    deleted: list[Object | None] = []
    for values in args["metafields"]:
        owner = run.shop.find(values["ownerId"])
        row = _of(owner, values) if owner else None
        deleted.append(dict(values) if row else None)
        if row:
            owner["metafields"].remove(row)
            run.shop.touch((owner.get("product") or owner)["id"])
    return {"deletedMetafields": deleted, "userErrors": []}


def _list(run: Run, obj: Object, args: dict[str, Any]) -> Object:
    keys, namespace = args.get("keys"), args.get("namespace")
    rows = [
        row
        for row in obj["metafields"]
        if (not keys or f"{row['namespace']}.{row['key']}" in keys)
        and (not namespace or row["namespace"] == namespace)
    ]
    return connection(rows, None, args)


METAFIELD_WRITES: Resolvers = {
    ("Mutation", "metafieldDefinitionCreate"): _define,
    ("Mutation", "metafieldsSet"): _set,
    ("Mutation", "metafieldsDelete"): _delete,
    ("Product", "metafields"): _list,
    ("ProductVariant", "metafields"): _list,
}
