# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of products and their options."""

from __future__ import annotations

from typing import Any

from .errors import NotSimulated
from .product_rules import (
    MAX_VARIANTS,
    handle_error,
    known_only,
    option_errors,
    refused,
    title_error,
    twin_error,
    variant_errors,
)
from .product_store import PLAIN, ProductStore, choice_of
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

SET_INPUT = PLAIN | {"productOptions", "variants", "metafields"}
MISMATCH = (
    "The input argument `metafields` (if present) must contain the `customId` value."
)
NO_PRODUCT = "Product does not exist"


# === SET ===


def _set(run: Run, obj: Object, args: Args) -> Object:
    if args.get("synchronous") is False:
        raise NotSimulated("productSet in the background")
    store = ProductStore(run.shop)
    values = known_only(args["input"], SET_INPUT, "ProductSetInput")
    identifier = args.get("identifier") or {}
    product, errors = _identified(run, store, identifier, values)
    errors = errors or _set_errors(run, values, product)
    if errors:
        return {"product": None, "productSetOperation": None, "userErrors": errors}
    is_new = product is None
    product = product or store.new_product(values["title"].strip())
    draft = {"options": values.get("productOptions"), "inputs": values.get("variants")}
    errors = _fill(store, product, draft, is_new)
    if errors:
        return {"product": None, "productSetOperation": None, "userErrors": errors}
    store.take(product, values)
    if identifier.get("customId"):
        own = identifier["customId"]
        product["customIds"] = {(own.get("namespace"), own["key"]): own["value"]}
    store.fit(product)
    store.add(product)
    run.shop.touch(product["id"])
    return {"product": product, "productSetOperation": None, "userErrors": []}


def _identified(
    run: Run, store: ProductStore, identifier: Object, values: Object
) -> tuple[Object | None, list[Object]]:
    """Return (the product meant or None, what is wrong with the identifier)."""
    if identifier.get("id"):
        found = store.products.get(identifier["id"])
        if found is None:
            return None, [refused("PRODUCT_DOES_NOT_EXIST", NO_PRODUCT, "identifier")]
        return found, []
    if identifier.get("handle"):
        rows = store.products.values()
        wanted = identifier["handle"]
        return next((row for row in rows if row["handle"] == wanted), None), []
    own = identifier.get("customId")
    if not own:
        return None, []
    definition = ("PRODUCT", own.get("namespace"), own["key"])
    if definition not in run.shop.metafield_definitions:
        raise NotSimulated("customId without a metafield definition of type id")
    if own not in (values.get("metafields") or [own]):
        return None, [refused("METAFIELD_MISMATCH", MISMATCH, "input", "metafields")]
    return store.by_custom_id(own), []


def _set_errors(run: Run, values: Object, product: Object | None) -> list[Object]:
    if product is None and "title" not in values:
        return [refused("INVALID_INPUT", "Title can't be blank", "input", "title")]
    title = title_error(values, "input")
    if title:
        return [{**title, "code": "INVALID_INPUT"}]
    message = handle_error(run.shop, values, product and product["id"])
    if message:
        return [refused("HANDLE_NOT_UNIQUE", message, "input", "handle")]
    variants, options = values.get("variants"), values.get("productOptions")
    if len(variants or ()) > MAX_VARIANTS:
        message = f"Cannot have more than {MAX_VARIANTS} variants"
        return [refused("VARIANTS_OVER_LIMIT", message, "input", "variants")]
    if variants and not options:
        message = "Product options input is required when updating variants"
        code = "PRODUCT_OPTIONS_INPUT_MISSING"
        return [refused(code, message, "input", "productOptions")]
    if options and not variants:
        message = "Variants input is required when updating product options"
        return [refused("VARIANTS_INPUT_MISSING", message, "input", "variants")]
    return option_errors(options or [], "input", "productOptions")


def _fill(
    store: ProductStore, product: Object, draft: Object, is_new: bool
) -> list[Object]:
    """Set options and variants as a whole: what the lists leave out is deleted."""
    if not draft["inputs"]:
        if is_new:
            store.new_variant(product, {"optionValues": [_standalone(product)]})
        return []
    trial: Object = {**product, "variants": []}
    store.set_options(trial, draft["options"])
    errors = variant_errors(trial, draft["inputs"], create=True)
    choices = [
        tuple(choice["name"] for choice in values["optionValues"])
        for values in draft["inputs"]
    ]
    errors = errors or twin_error(choices, "INVALID_VARIANT")
    if errors:
        return [{**error, "code": "INVALID_VARIANT"} for error in errors]
    earlier = {choice_of(v): v for v in product["variants"]}
    by_id = {v["id"]: v for v in product["variants"]}
    for values, choice in zip(draft["inputs"], choices, strict=True):
        variant = by_id.get(values.get("id")) or earlier.get(choice)
        if variant:
            trial["variants"].append(variant)
            store.change_variant(trial, variant, values)
        else:
            store.new_variant(trial, values)
    product.update(options=trial["options"], variants=trial["variants"])
    for variant in product["variants"]:
        variant["product"] = product
    return []


def _standalone(product: Object) -> Object:
    option = product["options"][0]
    return {"optionName": option["name"], "name": option["values"][0]}


# === UPDATE, DELETE ===


def _update(run: Run, obj: Object, args: Args) -> Object:
    if args.get("input") or args.get("identifier"):
        raise NotSimulated("productUpdate other than by argument product")
    values = known_only(dict(args["product"]), PLAIN | {"id"}, "ProductUpdateInput")
    store = ProductStore(run.shop)
    product = store.products.get(values.pop("id", ""))
    if product is None:
        return {"product": None, "userErrors": [refused(None, NO_PRODUCT, "id")]}
    error = title_error(values)
    message = handle_error(run.shop, values, product["id"])
    if message:
        error = refused(None, message, "handle")
    if error:
        return {"product": product, "userErrors": [error]}
    errors = run.shop.media.attach(product, args.get("media") or [])
    if errors:
        return {"product": product, "userErrors": errors}
    store.take(product, values)
    store.fit(product)
    run.shop.touch(product["id"])
    return {"product": product, "userErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    if args.get("synchronous") is False:
        raise NotSimulated("productDelete in the background")
    store = ProductStore(run.shop)
    product = store.products.get(args["input"]["id"])
    answer: Object = {"productDeleteOperation": None, "shop": run.shop.info}
    if product is None:
        errors = [refused(None, NO_PRODUCT, "id")]
        return {**answer, "deletedProductId": None, "userErrors": errors}
    store.delete(product)
    return {**answer, "deletedProductId": product["id"], "userErrors": []}


# === OPTIONS ===


def _option_update(run: Run, obj: Object, args: Args) -> Object:
    for name in ("optionValuesToAdd", "optionValuesToDelete", "optionValuesToUpdate"):
        if args.get(name):
            raise NotSimulated(f"productOptionUpdate.{name}")
    store = ProductStore(run.shop)
    product = store.products.get(args["productId"])
    if product is None:
        error = refused("PRODUCT_DOES_NOT_EXIST", NO_PRODUCT, "productId")
        return {"product": None, "userErrors": [error]}
    values = known_only(args["option"], {"id", "name"}, "OptionUpdateInput")
    by_id = {option["id"]: option for option in product["options"]}
    option = by_id.get(values["id"])
    if option is None:
        error = refused("OPTION_DOES_NOT_EXIST", "Option does not exist", "option")
        return {"product": product, "userErrors": [error]}
    if any(o["name"] == values["name"] for o in by_id.values() if o is not option):
        message = f"Option '{values['name']}' already exists."
        error = refused("OPTION_ALREADY_EXISTS", message, "option", "name")
        return {"product": product, "userErrors": [error]}
    store.rename_option(product, option, values["name"])
    run.shop.touch(product["id"])
    return {"product": product, "userErrors": []}


def _options_create(run: Run, obj: Object, args: Args) -> Object:
    if (args.get("variantStrategy") or "LEAVE_AS_IS") != "LEAVE_AS_IS":
        raise NotSimulated("productOptionsCreate that creates variants")
    store = ProductStore(run.shop)
    product = store.products.get(args["productId"])
    if product is None:
        error = refused("PRODUCT_DOES_NOT_EXIST", NO_PRODUCT, "productId")
        return {"product": None, "userErrors": [error]}
    trial = [o for o in product["options"] if o["values"] != ["Default Title"]]
    errors = option_errors([*trial, *args["options"]], "options")
    if errors:
        return {"product": None, "userErrors": errors}
    store.add_options(product, args["options"])
    run.shop.touch(product["id"])
    return {"product": product, "userErrors": []}


PRODUCT_WRITES: Resolvers = {
    ("Mutation", "productSet"): _set,
    ("Mutation", "productUpdate"): _update,
    ("Mutation", "productDelete"): _delete,
    ("Mutation", "productOptionUpdate"): _option_update,
    ("Mutation", "productOptionsCreate"): _options_create,
}
