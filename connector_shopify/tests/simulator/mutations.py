# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Resolvers of the mutations. Refusals of the shop are ``userErrors``, not errors."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .bulk import BULK
from .catalogues import CATALOGUES
from .company_writes import COMPANY_MUTATIONS
from .customer_writes import CUSTOMER_MUTATIONS
from .errors import FieldError, NotSimulated, ScopeMissing
from .fulfilment_mutations import FULFILMENT_MUTATIONS
from .groups import GROUPS
from .identity import type_of
from .inventory_mutations import INVENTORY
from .media import MEDIA
from .metafields import METAFIELD_WRITES
from .payment_mutations import PAYMENTS
from .product_writes import PRODUCT_WRITES
from .refund_mutations import REFUND_RESOLVERS
from .run import Resolvers, Run
from .variant_writes import VARIANT_WRITES

Object = dict[str, Any]
Args = dict[str, Any]

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
SUBSCRIPTION_FIELDS = {"uri", "callbackUrl", "format", "includeFields", "name"}


def _user_error(message: str, *field: str) -> Object:
    return {"__typename": "UserError", "field": list(field) or None, "message": message}


# === WEBHOOK SUBSCRIPTIONS ===


def _address_error(
    run: Run, topic: str, uri: str | None, gid: str | None = None
) -> str | None:
    """Return what is wrong with an address, in Shopify's words; None if nothing."""
    if not uri:
        return "Address can't be blank"
    parts = urlsplit(uri)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK:
        return "Address protocol http:// is not supported"
    if parts.scheme not in ("http", "https"):
        raise NotSimulated(f"webhook address {uri!r}")
    for row in run.shop.subscriptions.values():
        if row["id"] != gid and row["topic"] == topic and row["uri"] == uri:
            return "Address for this topic has already been taken"
    return None


def _subscription_input(args: Args) -> Args:
    values = {
        key: value
        for key, value in args["webhookSubscription"].items()
        if value is not None
    }
    for name in values.keys() - SUBSCRIPTION_FIELDS:
        raise NotSimulated(f"WebhookSubscriptionInput.{name}")
    if values.get("format", "JSON") != "JSON":
        raise NotSimulated("webhook format XML")
    if "callbackUrl" in values:
        values.setdefault("uri", values.pop("callbackUrl"))
    return values


def _create(run: Run, obj: Object, args: Args) -> Object:
    values = _subscription_input(args)
    problem = _address_error(run, args["topic"], values.get("uri"))
    if problem:
        error = _user_error(problem, "webhookSubscription", "callbackUrl")
        return {"webhookSubscription": None, "userErrors": [error]}
    row = run.shop.subscribe(args["topic"], **values)
    return {"webhookSubscription": row, "userErrors": []}


def _update(run: Run, obj: Object, args: Args) -> Object:
    row = run.shop.subscriptions.get(args["id"])
    if row is None:
        error = _user_error("Webhook subscription does not exist", "id")
        return {"webhookSubscription": None, "userErrors": [error]}
    values = _subscription_input(args)
    problem = _address_error(
        run, row["topic"], values.get("uri", row["uri"]), row["id"]
    )
    if problem:
        error = _user_error(problem, "webhookSubscription", "callbackUrl")
        return {"webhookSubscription": None, "userErrors": [error]}
    run.shop.update_subscription(row, values)
    return {"webhookSubscription": row, "userErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    if run.shop.subscriptions.pop(args["id"], None) is None:
        error = _user_error("Webhook subscription does not exist", "id")
        return {"deletedWebhookSubscriptionId": None, "userErrors": [error]}
    return {"deletedWebhookSubscriptionId": args["id"], "userErrors": []}


# === TAGS ===


def _tagged(run: Run, name: str, args: Args) -> tuple[Object | None, Object]:
    """Return what is to be tagged, or the answer when there is no such thing."""
    kind = type_of(args["id"])
    if kind not in ("Order", "Customer", "Product"):
        raise NotSimulated(f"{name} on {kind or args['id']!r}")
    scope = f"write_{kind.lower()}s"
    if scope not in run.shop.scopes:
        raise ScopeMissing(name, (scope,))
    error = _user_error(f"{kind} does not exist", "id")
    return run.shop.find(args["id"]), {"node": None, "userErrors": [error]}


def _tags_remove(run: Run, obj: Object, args: Args) -> Object:
    node, refusal = _tagged(run, "tagsRemove", args)
    if node is None:
        return refusal
    given = {tag.strip().lower() for text in args["tags"] for tag in text.split(",")}
    left = [tag for tag in node["tags"] if tag.lower() not in given]
    if left != node["tags"]:
        run.shop.touch(node["id"], tags=left)
    return {"node": node, "userErrors": []}


def _tags_add(run: Run, obj: Object, args: Args) -> Object:
    node, refusal = _tagged(run, "tagsAdd", args)
    if node is None:
        return refusal
    given = [tag.strip() for text in args["tags"] for tag in text.split(",")]
    if any(len(tag) > 255 for tag in given):
        raise FieldError("Tag exceeds the maximum length of 255 characters")
    known = {tag.lower() for tag in node["tags"]}
    added = [tag for tag in given if tag and tag.lower() not in known]
    if added:
        run.shop.touch(node["id"], tags=sorted({*node["tags"], *added}))
    return {"node": node, "userErrors": []}


MUTATIONS: Resolvers = {
    ("Mutation", "webhookSubscriptionCreate"): _create,
    ("Mutation", "webhookSubscriptionUpdate"): _update,
    ("Mutation", "webhookSubscriptionDelete"): _delete,
    ("Mutation", "tagsAdd"): _tags_add,
    ("Mutation", "tagsRemove"): _tags_remove,
    **BULK,
    **INVENTORY,
    **FULFILMENT_MUTATIONS,
    **REFUND_RESOLVERS,
    **CATALOGUES,
    **GROUPS,
    **MEDIA,
    **METAFIELD_WRITES,
    **PRODUCT_WRITES,
    **VARIANT_WRITES,
    **CUSTOMER_MUTATIONS,
    **COMPANY_MUTATIONS,
    **PAYMENTS,
}
