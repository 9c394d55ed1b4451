# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Resolvers of the root queries. All other fields stand in their objects."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from .company_people import COMPANY_QUERIES
from .customer_writes import CUSTOMER_QUERIES
from .errors import FieldError, NotSimulated
from .identity import number_of, type_of
from .paging import MAX_PAGE, connection
from .payouts import PAYOUTS
from .run import Resolver, Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

PAGING = {"first", "last", "after", "before", "reverse", "sortKey", "query"}


def _collection(name: str) -> Resolver:
    def resolve(run: Run, obj: Object, args: Args) -> Any:
        for argument, value in args.items():
            if argument not in PAGING and value:
                raise NotSimulated(f"argument {argument!r} of QueryRoot.{name}")
        sort_key = args.get("sortKey") or "ID"
        keys, rows = run.shop.collection(name).rows(args.get("query"), sort_key)
        page = connection(rows, keys, args, sort_key)
        run.returned[name] = page["count"]
        return page

    return resolve


def _count(name: str) -> Resolver:
    def resolve(run: Run, obj: Object, args: Args) -> Any:
        if args.get("savedSearchId"):
            raise NotSimulated(f"savedSearchId of QueryRoot.{name}Count")
        found = len(run.shop.collection(name).rows(args.get("query"), "ID")[0])
        limit = args.get("limit") or found
        precision = "EXACT" if found <= limit else "AT_LEAST"
        return {"count": min(found, limit), "precision": precision}

    return resolve


def _by_id(kind: str) -> Resolver:
    def resolve(run: Run, obj: Object, args: Args) -> Any:
        gid = args.get("id")
        if gid is None:
            raise NotSimulated(f"{kind} without id")
        if type_of(gid) != kind:
            raise FieldError(f"Invalid id: {gid}", "RESOURCE_NOT_FOUND")
        return run.shop.find(gid)

    return resolve


def _node(run: Run, obj: Object, args: Args) -> Any:
    return run.shop.find(args["id"])


def _owner(run: Run, obj: Object, args: Args) -> Any:
    return run.shop.dispatch.owner(obj["id"])[0]


def _nodes(run: Run, obj: Object, args: Args) -> Any:
    size = len(args["ids"])
    if size > MAX_PAGE:
        message = (
            f"The input array size of {size} is greater than "
            f"the maximum allowed of {MAX_PAGE}."
        )
        raise FieldError(message, "MAX_INPUT_SIZE_EXCEEDED")
    return [run.shop.find(gid) for gid in args["ids"]]


def _webhook_subscriptions(run: Run, obj: Object, args: Args) -> Any:
    if args.get("query") or args.get("callbackUrl"):
        raise NotSimulated("search in webhookSubscriptions; use topics and uri")
    rows = [
        row
        for row in run.shop.subscriptions.values()
        if (not args.get("topics") or row["topic"] in args["topics"])
        and (not args.get("uri") or row["uri"] == args["uri"])
        and (not args.get("format") or row["format"] == args["format"])
    ]
    return connection(rows, None, args)


def _shop(run: Run, obj: Object, args: Args) -> Any:
    return run.shop.info


def _installation(run: Run, obj: Object, args: Args) -> Any:
    scopes = [{"handle": handle, "description": handle} for handle in run.shop.scopes]
    return {
        "__typename": "AppInstallation",
        "id": "gid://shopify/AppInstallation/900000001",
        "accessScopes": scopes,
    }


def _option_values(run: Run, obj: Object, args: Args) -> Any:
    """Return the values of an option as objects, each with an id of its own."""
    option = number_of(obj["id"])
    return [
        {
            "__typename": "ProductOptionValue",
            "id": f"gid://shopify/ProductOptionValue/{option}{crc32(name.encode())}",
            "name": name,
        }
        for name in obj["values"]
    ]


QUERIES: Resolvers = {
    ("QueryRoot", "shop"): _shop,
    ("QueryRoot", "currentAppInstallation"): _installation,
    ("QueryRoot", "orders"): _collection("orders"),
    ("QueryRoot", "customers"): _collection("customers"),
    ("QueryRoot", "companies"): _collection("companies"),
    ("QueryRoot", "products"): _collection("products"),
    ("QueryRoot", "productVariants"): _collection("productVariants"),
    ("QueryRoot", "locations"): _collection("locations"),
    ("QueryRoot", "ordersCount"): _count("orders"),
    ("QueryRoot", "customersCount"): _count("customers"),
    ("QueryRoot", "productsCount"): _count("products"),
    ("QueryRoot", "order"): _by_id("Order"),
    ("QueryRoot", "customer"): _by_id("Customer"),
    ("QueryRoot", "company"): _by_id("Company"),
    ("QueryRoot", "product"): _by_id("Product"),
    ("QueryRoot", "productVariant"): _by_id("ProductVariant"),
    ("QueryRoot", "inventoryItem"): _by_id("InventoryItem"),
    ("QueryRoot", "location"): _by_id("Location"),
    ("QueryRoot", "fulfillment"): _by_id("Fulfillment"),
    ("QueryRoot", "fulfillmentOrder"): _by_id("FulfillmentOrder"),
    ("QueryRoot", "webhookSubscription"): _by_id("WebhookSubscription"),
    ("QueryRoot", "webhookSubscriptions"): _webhook_subscriptions,
    ("Fulfillment", "order"): _owner,
    ("ProductOption", "optionValues"): _option_values,
    ("FulfillmentOrder", "order"): _owner,
    **PAYOUTS,
    ("QueryRoot", "node"): _node,
    ("QueryRoot", "nodes"): _nodes,
    **CUSTOMER_QUERIES,
    **COMPANY_QUERIES,
}
