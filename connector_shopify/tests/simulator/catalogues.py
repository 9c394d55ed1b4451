# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Price lists of catalogues, and the fixed prices in them."""

from __future__ import annotations

from typing import Any

from .paging import connection
from .product_rules import refused
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

MAX_PRICES = 250


class Catalogues:
    """`lists` by gid; `prices`: {(price list, variant): amount as it was sent}."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.lists: dict[str, Object] = {}
        self.prices: dict[tuple[str, str], str] = {}

    def make(self, name: str, currency: str) -> Object:
        gid, _number = self.shop.generator.ids.next("PriceList")
        row = {"__typename": "PriceList", "id": gid, "name": name, "currency": currency}
        self.lists[gid] = row
        return row


def _wrong(code: str, message: str, *field: Any) -> Object:
    return {**refused(code, message, *field), "__typename": "PriceListPriceUserError"}


def _add(run: Run, obj: Object, args: Args) -> Object:
    """Set all prices or none."""
    catalogues = run.shop.catalogues
    found = catalogues.lists.get(args["priceListId"])
    variants = run.shop.collection("productVariants").objects
    errors = []
    if found is None:
        error = _wrong(
            "PRICE_LIST_NOT_FOUND", "Price list does not exist.", "priceListId"
        )
        return {"prices": None, "userErrors": [error]}
    for place, values in enumerate(args["prices"]):
        if values["variantId"] not in variants:
            message = "Variant ID does not exist."
            where = ("prices", place, "variantId")
            errors.append(_wrong("VARIANT_NOT_FOUND", message, *where))
        elif values["price"]["currencyCode"] != found["currency"]:
            message = "The specified currency does not match the price list's currency."
            where = ("prices", place, "price", "currencyCode")
            errors.append(_wrong("PRICE_LIST_CURRENCY_MISMATCH", message, *where))
    if not errors:
        for values in args["prices"]:
            key = (args["priceListId"], values["variantId"])
            catalogues.prices[key] = str(values["price"]["amount"])
    return {"prices": [], "userErrors": errors}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    catalogues = run.shop.catalogues
    if args["priceListId"] not in catalogues.lists:
        error = _wrong(
            "PRICE_LIST_NOT_FOUND", "Price list does not exist.", "priceListId"
        )
        return {"deletedFixedPriceVariantIds": None, "userErrors": [error]}
    keys = [(args["priceListId"], gid) for gid in args["variantIds"]]
    errors = [
        _wrong(
            "PRICE_NOT_FIXED",
            "Only fixed prices can be deleted.",
            "variantIds",
            place,
        )
        for place, key in enumerate(keys)
        if key not in catalogues.prices
    ]
    if not errors:
        for key in keys:
            del catalogues.prices[key]
    return {"deletedFixedPriceVariantIds": args["variantIds"], "userErrors": errors}


def _lists(run: Run, obj: Object, args: Args) -> Any:
    return connection(list(run.shop.catalogues.lists.values()), None, args)


CATALOGUES: Resolvers = {
    ("QueryRoot", "priceLists"): _lists,
    ("Mutation", "priceListFixedPricesAdd"): _add,
    ("Mutation", "priceListFixedPricesDelete"): _delete,
}
