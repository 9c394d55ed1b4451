# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products as they are made and changed by mutations."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

from .catalog import CatalogGenerator
from .identity import iso
from .money import money_text, money_v2
from .product_rules import NO_OPTION, NO_VALUE

Object = dict[str, Any]

#: fields of a product's input that are simply taken over
PLAIN = {
    "title",
    "descriptionHtml",
    "vendor",
    "productType",
    "status",
    "tags",
    "handle",
}


class ProductStore:
    """The products of a shop, written by the API."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        generator = shop.generator
        self.factory = CatalogGenerator(
            Random(0), generator.ids, shop.info["currencyCode"], shop.now()
        )

    @property
    def products(self) -> dict[str, Object]:
        return self.shop.collection("products").objects

    def by_custom_id(self, identity: Object) -> Object | None:
        wanted = (identity.get("namespace"), identity["key"])
        for row in self.products.values():
            if row.get("customIds", {}).get(wanted) == identity["value"]:
                return row
        return None

    def new_product(self, title: str) -> Object:
        """Return a product without variants, which is not in the shop yet."""
        product = self.factory._product(0, title, "", NO_OPTION, gift_card=False)
        moment = iso(self.shop.now())
        handle = "-".join(title.lower().split())
        taken = {row["handle"] for row in self.products.values()}
        if handle in taken:
            number = product["legacyResourceId"]
            handle = f"{handle}-{number}"
        product.update(
            handle=handle,
            status="ACTIVE",
            description="",
            descriptionHtml="",
            vendor=self.shop.info["name"],
            tags=[],
            createdAt=moment,
            updatedAt=moment,
            variants=[],
            customIds={},
        )
        product["options"][0]["values"] = [NO_VALUE]
        return product

    def add(self, product: Object) -> None:
        self.products[product["id"]] = product
        self.index(product)

    def index(self, product: Object) -> None:
        """Have the variants of a product found by their ids, and no others."""
        variants = self.shop.collection("productVariants")
        gone = [
            gid
            for gid, row in variants.objects.items()
            if row["product"]["id"] == product["id"]
        ]
        for gid in gone:
            del variants.objects[gid]
        if product["id"] in self.products:
            variants.objects.update({v["id"]: v for v in product["variants"]})
            for variant in product["variants"]:
                if variant["inventoryItem"]["id"] not in self.shop.inventory.items:
                    self.shop.inventory.add_variant(variant)
        variants.changed()
        self.shop.collection("products").changed()

    def delete(self, product: Object) -> None:
        del self.products[product["id"]]
        self.index(product)

    def take(self, product: Object, values: Object) -> None:
        """Take over the plain fields of an input."""
        for name in PLAIN & values.keys():
            value = values[name]
            if name == "tags":
                value = sorted({tag.strip() for tag in value if tag.strip()})
            product[name] = value.strip() if name == "title" else value

    # === OPTIONS ===

    def set_options(self, product: Object, options: list[Object]) -> None:
        product["options"] = [
            self._option(option["name"], place, [v["name"] for v in option["values"]])
            for place, option in enumerate(options, start=1)
        ]

    def add_options(self, product: Object, options: list[Object]) -> None:
        """Add options; what exists gets the first value of each (LEAVE_AS_IS)."""
        if is_standalone(product):
            product["options"] = []
            for variant in product["variants"]:
                variant["selectedOptions"] = []
        for option in options:
            values = [value["name"] for value in option["values"]]
            place = len(product["options"]) + 1
            product["options"].append(self._option(option["name"], place, values))
            for variant in product["variants"]:
                chosen = {"name": option["name"], "value": values[0]}
                variant["selectedOptions"].append(chosen)
        self.fit(product)

    def rename_option(self, product: Object, option: Object, name: str) -> None:
        for variant in product["variants"]:
            for chosen in variant["selectedOptions"]:
                if chosen["name"] == option["name"]:
                    chosen["name"] = name
        option["name"] = name

    def _option(self, name: str, position: int, values: list[str]) -> Object:
        option = self.factory._option(name)
        return {**option, "position": position, "values": values}

    # === VARIANTS ===

    def new_variant(self, product: Object, values: Object) -> Object:
        place = len(product["variants"]) + 1
        variant = self.factory._variant(product, place, "", Decimal(0))
        moment = iso(self.shop.now())
        variant.update(
            sku=None,
            barcode=None,
            compareAtPrice=None,
            inventoryQuantity=0,
            taxable=True,
            createdAt=moment,
            selectedOptions=[],
        )
        variant["inventoryItem"].update(
            sku=None, tracked=False, requiresShipping=True, unitCost=None
        )
        variant["inventoryItem"]["measurement"]["weight"] = None
        product["variants"].append(variant)
        self.change_variant(product, variant, values)
        return variant

    def change_variant(self, product: Object, variant: Object, values: Object) -> None:
        for name in ("barcode", "taxable"):
            if name in values:
                variant[name] = values[name]
        for name in ("price", "compareAtPrice"):
            if name in values:
                variant[name] = self._money(values[name])
        self._change_item(variant, values.get("inventoryItem") or {})
        if values.get("optionValues"):
            self._choose(product, variant, values["optionValues"])
        variant["updatedAt"] = iso(self.shop.now())
        self.fit(product)

    def _change_item(self, variant: Object, values: Object) -> None:
        item = variant["inventoryItem"]
        for name in {"tracked", "requiresShipping"} & values.keys():
            item[name] = values[name]
        if "sku" in values:
            item["sku"] = variant["sku"] = values["sku"]
        if "cost" in values:
            cost = values["cost"]
            currency = self.shop.info["currencyCode"]
            item["unitCost"] = cost and money_v2(Decimal(str(cost)), currency)
        weight = (values.get("measurement") or {}).get("weight")
        if weight:
            item["measurement"]["weight"] = dict(weight)

    def _choose(self, product: Object, variant: Object, given: list[Object]) -> None:
        chosen = {row["name"]: row["value"] for row in variant["selectedOptions"]}
        chosen.update({row["optionName"]: row["name"] for row in given})
        variant["selectedOptions"] = [
            {"name": option["name"], "value": chosen[option["name"]]}
            for option in product["options"]
            if option["name"] in chosen
        ]

    def _money(self, value: Any) -> str | None:
        if value is None:
            return None
        return money_text(Decimal(str(value)), self.shop.info["currencyCode"])

    def fit(self, product: Object) -> None:
        """Have titles and the values of options say what the variants have."""
        for place, variant in enumerate(product["variants"], start=1):
            title = " / ".join(choice_of(variant))
            variant.update(title=title, displayName=f"{product['title']} - {title}")
            variant["position"] = place
        for index, option in enumerate(product["options"]):
            used = [
                variant["selectedOptions"][index]["value"]
                for variant in product["variants"]
                if len(variant["selectedOptions"]) > index
            ]
            kept = [value for value in option["values"] if value in used]
            option["values"] = list(dict.fromkeys([*kept, *used]))


def choice_of(variant: Object) -> tuple[str, ...]:
    return tuple(row["value"] for row in variant["selectedOptions"])


def is_standalone(product: Object) -> bool:
    """Return whether a product has only the variant that stands for none."""
    options = product["options"]
    return len(options) == 1 and (options[0]["name"], options[0]["values"]) == (
        NO_OPTION,
        [NO_VALUE],
    )
