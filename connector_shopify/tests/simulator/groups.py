# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Collections of products, and the sales channels they are published in."""

from __future__ import annotations

from typing import Any

from .errors import FieldError
from .identity import iso, type_of
from .paging import connection
from .product_rules import refused
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]


class Groups:
    """`collections` and `publications` by gid; `published`: (product, channel)."""

    def __init__(self, shop: Any) -> None:
        self.shop = shop
        self.collections: dict[str, Object] = {}
        self.publications: dict[str, Object] = {}
        self.published: set[tuple[str, str]] = set()

    def collect(self, title: str, *products: Object) -> Object:
        gid, number = self.shop.generator.ids.next("Collection")
        row: Object = {
            "__typename": "Collection",
            "id": gid,
            "legacyResourceId": number,
            "title": title,
            "updatedAt": iso(self.shop.now()),
        }
        self.collections[gid] = row
        self.hold(row, *products)
        return row

    def hold(self, row: Object, *products: Object) -> None:
        """Let a collection hold these products; none of them counts as updated."""
        for product in self.shop.collection("products").objects.values():
            product["collections"] = [
                c for c in product["collections"] if c["id"] != row["id"]
            ]
        for product in products:
            product["collections"].append(row)

    def drop(self, row: Object) -> None:
        self.hold(row)
        del self.collections[row["id"]]

    def members(self, row: Object) -> list[Object]:
        return [
            product
            for product in self.shop.collection("products").objects.values()
            if row in product["collections"]
        ]

    def channel(self, title: str) -> Object:
        gid, _number = self.shop.generator.ids.next("Publication")
        catalog = {"__typename": "AppCatalog", "title": title}
        row = {"__typename": "Publication", "id": gid, "catalog": catalog}
        self.publications[gid] = row
        return row


def _collection(run: Run, obj: Object, args: Args) -> Any:
    if type_of(args["id"]) != "Collection":
        raise FieldError(f"Invalid id: {args['id']}", "RESOURCE_NOT_FOUND")
    return run.shop.groups.collections.get(args["id"])


def _collections(run: Run, obj: Object, args: Args) -> Any:
    return connection(list(run.shop.groups.collections.values()), None, args)


def _members(run: Run, obj: Object, args: Args) -> Any:
    return connection(run.shop.groups.members(obj), None, args)


def _publications(run: Run, obj: Object, args: Args) -> Any:
    return connection(list(run.shop.groups.publications.values()), None, args)


def _change(publish: bool) -> Any:
    def resolve(run: Run, obj: Object, args: Args) -> Object:
        groups = run.shop.groups
        product = run.shop.find(args["id"])
        ids = [values.get("publicationId") for values in args["input"]]
        errors = []
        if product is None:
            errors = [refused(None, "Publishable does not exist", "id")]
        for place, gid in enumerate(ids):
            if gid not in groups.publications:
                message = "Publication does not exist or is not publishable"
                field = ("input", place, "publicationId")
                errors.append(refused(None, message, *field))
        if not errors:
            pairs = {(args["id"], gid) for gid in ids}
            groups.published = (
                groups.published | pairs if publish else groups.published - pairs
            )
            run.shop.touch(args["id"])
        return {"publishable": product, "userErrors": errors, "shop": run.shop.info}

    return resolve


GROUPS: Resolvers = {
    ("QueryRoot", "collection"): _collection,
    ("QueryRoot", "collections"): _collections,
    ("QueryRoot", "publications"): _publications,
    ("Collection", "products"): _members,
    ("Mutation", "publishablePublish"): _change(True),
    ("Mutation", "publishableUnpublish"): _change(False),
}
