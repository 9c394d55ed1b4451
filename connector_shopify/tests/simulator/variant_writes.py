# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of variants: many of one product at a time."""

from __future__ import annotations

from typing import Any

from .errors import NotSimulated
from .product_rules import refused, twin_error, variant_errors
from .product_store import ProductStore, choice_of, is_standalone
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

NO_PRODUCT = "Product does not exist"


def _product(
    run: Run, args: Args, *, media: bool = False
) -> tuple[ProductStore, Object | None]:
    if args.get("media") and not media:
        raise NotSimulated("media with variants")
    store = ProductStore(run.shop)
    return store, store.products.get(args["productId"])


def _no_product(**answer: Any) -> Object:
    error = refused("PRODUCT_DOES_NOT_EXIST", NO_PRODUCT, "productId")
    return {"product": None, **answer, "userErrors": [error]}


def _choice(product: Object, values: Object) -> tuple[str, ...]:
    chosen = {row["optionName"]: row["name"] for row in values["optionValues"]}
    return tuple(chosen[option["name"]] for option in product["options"])


def _create(run: Run, obj: Object, args: Args) -> Object:
    store, product = _product(run, args)
    if product is None:
        return _no_product(productVariants=[])
    inputs = args["variants"]
    errors = variant_errors(product, inputs, create=True)
    if not errors:
        present = [choice_of(variant) for variant in product["variants"]]
        new = [
            tuple(
                next(
                    c["name"] for c in v["optionValues"] if c["optionName"] == o["name"]
                )
                for o in product["options"]
            )
            for v in inputs
        ]
        for place, choice in enumerate(new):
            if choice in present:
                message = (
                    f"The variant '{' / '.join(choice)}' already exists."
                    " Please change at least one option value."
                )
                code = "VARIANT_ALREADY_EXISTS"
                errors.append(refused(code, message, "variants", place))
        errors += twin_error(new, "VARIANT_ALREADY_EXISTS_CHANGE_OPTION_VALUE")
    if errors:
        return {"product": product, "productVariants": [], "userErrors": errors}
    strategy = args.get("strategy") or "DEFAULT"
    if is_standalone(product) and strategy != "PRESERVE_STANDALONE_VARIANT":
        raise NotSimulated("variants in place of the standalone one")
    created = [store.new_variant(product, values) for values in inputs]
    store.index(product)
    run.shop.touch(product["id"])
    return {"product": product, "productVariants": created, "userErrors": []}


def _update(run: Run, obj: Object, args: Args) -> Object:
    store, product = _product(run, args, media=True)
    if product is None:
        return _no_product(productVariants=None)
    by_id = {variant["id"]: variant for variant in product["variants"]}
    inputs = args["variants"]
    errors = variant_errors(product, inputs, create=False)
    for place, values in enumerate(inputs):
        if values.get("id") not in by_id:
            code = "PRODUCT_VARIANT_DOES_NOT_EXIST"
            message = "Product variant does not exist"
            errors.append(refused(code, message, "variants", place, "id"))
    wrong = {int(error["field"][1]) for error in errors}
    if errors and not args.get("allowPartialUpdates"):
        return {"product": product, "productVariants": None, "userErrors": errors}
    good = [values for place, values in enumerate(inputs) if place not in wrong]
    errors += run.shop.media.attach(product, args.get("media") or [])
    for values in good:
        for source in values.get("mediaSrc") or ():
            picture = run.shop.media.by_source(product, source)
            if picture is None:
                raise NotSimulated("mediaSrc that is not among the media")
            by_id[values["id"]]["media"] = [picture]
        store.change_variant(product, by_id[values["id"]], values)
    if good:
        run.shop.touch(product["id"])
    updated = [by_id[values["id"]] for values in good]
    return {"product": product, "productVariants": updated, "userErrors": errors}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    store, product = _product(run, args)
    if product is None:
        return _no_product()
    ids = args["variantsIds"]
    own = {variant["id"] for variant in product["variants"]}
    code = "AT_LEAST_ONE_VARIANT_DOES_NOT_BELONG_TO_THE_PRODUCT"
    message = "At least one variant does not belong to the product"
    errors = [
        refused(code, message, "variantsIds", place)
        for place, gid in enumerate(ids)
        if gid not in own
    ]
    if not errors and own <= set(ids):
        message = "Cannot delete the last variant of a product"
        errors = [refused("CANNOT_DELETE_LAST_VARIANT", message, "variantsIds")]
    if errors:
        return {"product": None, "userErrors": errors}
    kept = [variant for variant in product["variants"] if variant["id"] not in ids]
    product["variants"] = kept
    store.fit(product)
    store.index(product)
    run.shop.touch(product["id"])
    return {"product": product, "userErrors": []}


VARIANT_WRITES: Resolvers = {
    ("Mutation", "productVariantsBulkCreate"): _create,
    ("Mutation", "productVariantsBulkUpdate"): _update,
    ("Mutation", "productVariantsBulkDelete"): _delete,
}
