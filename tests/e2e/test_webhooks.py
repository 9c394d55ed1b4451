# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks: stored once and durably before the answer, or refused for a reason."""

import base64
import concurrent.futures
import hashlib
import hmac
import time
import uuid
from collections import Counter

import pytest
import requests
from harness import process, simulator

CAP = 4 * 1024 * 1024  # bytes that the hub accepts
SAME = 50
# a store on a large plan: its rate limit is not what is tested here
GENEROUS = ("--restore-rate", "1000")


class Sender:
    """Sends what it is told to, signed by the store or as if."""

    def __init__(self, shop):
        self.shop = shop
        self.url = shop.read_backend("webhook_url")["webhook_url"]

    def sign(self, gid, topic="ORDERS_UPDATED"):
        """Return headers and body of a webhook, as the store would send it now."""
        signed = self.shop.control("webhook/sign", id=gid, topic=topic)
        return signed["headers"], base64.b64decode(signed["body_base64"])

    def headers(self, body, secret=None):
        """Return the headers for any body, signed with the store's secret."""
        key = (secret or self.shop.store.client_secret).encode()
        digest = hmac.new(key, body, hashlib.sha256).digest()
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": "orders/updated",
            "X-Shopify-Webhook-Id": str(uuid.uuid4()),
            "X-Shopify-Hmac-Sha256": base64.b64encode(digest).decode(),
        }

    def send(self, headers, body, url=None):
        return requests.post(url or self.url, data=body, headers=headers, timeout=30)

    def send_all(self, webhooks, connections=10):
        """Send many at once; return the statuses."""
        with concurrent.futures.ThreadPoolExecutor(connections) as pool:
            answers = pool.map(lambda hook: self.send(*hook), webhooks)
            return [answer.status_code for answer in answers]


@pytest.fixture(scope="module")
def store():
    """One store for all; each test looks at the orders that it places itself."""
    with simulator.start(11, 0, *GENEROUS) as running:
        yield running


@pytest.fixture
def shop(open_shop, store):
    return open_shop(store=store)


@pytest.fixture
def sender(shop):
    return Sender(shop)


def test_the_same_webhook_at_the_same_time_has_one_effect(shop, sender):
    (gid,) = shop.place()
    webhook = sender.sign(gid, "ORDERS_CREATE")
    assert set(sender.send_all([webhook] * SAME, 25)) == {200}
    shop.wait_for_orders(1)
    assert [m["state"] for m in shop.settled(1)] == ["done"]
    process.poll(shop.is_idle, 60, "idle")
    assert len(shop.messages()) == 1
    assert shop.differences(gid) == []


def test_a_replayed_webhook_changes_nothing(shop, sender):
    (gid,) = shop.place()
    webhook = sender.sign(gid)
    assert sender.send(*webhook).status_code == 200
    before = shop.settled(1)
    calls = shop.calls()
    assert sender.send(*webhook).status_code == 200
    process.poll(shop.is_idle, 60, "idle")
    assert shop.messages() == before
    assert shop.calls() == calls


def test_an_older_update_after_a_newer_one_is_superseded(shop, sender):
    (gid,) = shop.place(1, "plain")
    older = sender.sign(gid)
    there = {"address1": "Newer Street 2", "city": "Leeds"}
    shop.control("touch", id=gid, shipping_address=there)
    newer = sender.sign(gid)
    assert sender.send(*newer).status_code == 200
    shop.settled(1)
    calls = shop.calls()
    assert sender.send(*older).status_code == 200
    messages = shop.settled(2)
    assert [message["state"] for message in messages] == ["done", "superseded"]
    # not even asked for: what Odoo has is newer
    assert shop.calls() == calls
    assert shop.differences(gid) == []


# === REFUSED ===#


def test_an_unknown_address_is_not_found(shop, sender):
    (gid,) = shop.place()
    unknown = sender.url.rsplit("/", 1)[0] + "/" + "x" * 43
    answer = sender.send(*sender.sign(gid), url=unknown)
    assert answer.status_code == 404
    assert shop.messages() == []


def test_a_wrong_signature_is_refused_and_not_stored(shop, sender):
    (gid,) = shop.place()
    _headers, body = sender.sign(gid)
    answer = sender.send(sender.headers(body, "not the secret"), body)
    assert answer.status_code == 401
    assert shop.store.client_secret not in answer.text
    assert shop.messages() == []


def test_a_changed_body_is_refused(shop, sender):
    (gid,) = shop.place()
    headers, body = sender.sign(gid)
    assert sender.send(headers, body + b" ").status_code == 401
    assert shop.messages() == []


@pytest.mark.parametrize(
    "value",
    [None, "", "äö", "====", "x" * 10_000],
    ids=["missing", "empty", "not-ascii", "padding", "long"],
)
def test_a_missing_or_odd_signature_is_refused(shop, sender, value):
    (gid,) = shop.place()
    headers, body = sender.sign(gid)
    headers.pop("X-Shopify-Hmac-Sha256")
    if value is not None:
        headers["X-Shopify-Hmac-Sha256"] = value.encode("latin-1")
    assert sender.send(headers, body).status_code == 401
    assert shop.messages() == []


def test_too_large_a_body_is_refused_unread(shop, sender):
    body = b'{"note": "' + b"x" * CAP + b'"}'
    assert sender.send(sender.headers(body), body).status_code == 413
    assert shop.messages() == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{not json", id="not-json"),
        pytest.param(b"[]", id="list"),
        pytest.param(b"null", id="null"),
        pytest.param(b"{}", id="no-id"),
        pytest.param(b"\xff\xfe", id="not-utf8"),
        pytest.param(b'{"admin_graphql_api_id": 7}', id="number-as-id"),
        pytest.param(b'{"admin_graphql_api_id": "gid://x/Order/1"}', id="foreign-id"),
        pytest.param(
            b'{"admin_graphql_api_id": "gid://shopify/Order/1", "updated_at": "soon"}',
            id="no-date",
        ),
        pytest.param(b"[" * 100_000, id="too-deep"),
    ],
)
def test_a_genuine_but_unreadable_webhook_is_kept_for_a_person(shop, sender, body):
    assert sender.send(sender.headers(body), body).status_code == 400
    (message,) = shop.messages(fields=("error_remedy",))
    assert message["state"] == "quarantined"
    assert message["error_message"] and message["error_remedy"]


def test_other_topics_are_acknowledged_and_left_alone(shop, sender):
    body = b'{"id": 1}'
    headers = {**sender.headers(body), "X-Shopify-Topic": "carts/update"}
    assert sender.send(headers, body).status_code == 200
    assert shop.messages() == []


def test_only_post_is_answered(shop, sender):
    for method in ("GET", "PUT", "DELETE"):
        assert requests.request(method, sender.url, timeout=30).status_code == 405


def test_after_a_rotation_both_secrets_are_accepted_until_the_old_one_goes(
    shop, sender
):
    (gid,) = shop.place()
    headers, body = sender.sign(gid)
    # the simulated store does not know the new secret: nothing is fetched
    shop.backend("action_pause")
    rotated = {
        "shopify_client_secret": "the new secret",
        "shopify_old_client_secret": shop.store.client_secret,
    }
    shop.configure(**rotated)
    assert sender.send(headers, body).status_code == 200
    signed = sender.headers(body, "the new secret")
    assert sender.send(signed, body).status_code == 200
    shop.configure(shopify_old_client_secret=False)
    assert sender.send(headers, body).status_code == 401


# === PAUSED, STOPPED, CROWDED ===#


def test_a_paused_backend_keeps_what_arrives_and_catches_up(shop, sender):
    shop.backend("action_pause")
    placed = shop.place(5)
    hooks = [sender.sign(gid, "ORDERS_CREATE") for gid in placed]
    assert set(sender.send_all(hooks)) == {200}
    process.poll(shop.is_idle, 30, "idle")
    assert Counter(m["state"] for m in shop.messages()) == {"pending": 5}
    assert shop.orders() == []
    shop.backend("action_resume")
    shop.wait_for_orders(5)
    assert shop.differences(*placed) == []


def test_a_stopped_flow_takes_nothing(shop, sender):
    (gid,) = shop.place()
    shop.client.call("hub.flow", "action_stop", [shop.flow("order")])
    assert sender.send(*sender.sign(gid)).status_code == 200
    assert shop.messages() == []


def test_an_archived_backend_is_not_found(shop, sender):
    (gid,) = shop.place()
    hook = sender.sign(gid)
    assert sender.send(*hook).status_code == 200
    shop.settled(1)
    shop.configure(active=False)
    assert sender.send(*hook).status_code == 404


def test_a_burst_is_coalesced_into_few_calls(shop, sender):
    placed = shop.place(20)
    hooks = [sender.sign(gid) for gid in placed for _again in range(10)]
    shop.forget_calls()
    jobs = shop.count_jobs()
    started = time.monotonic()
    assert set(sender.send_all(hooks)) == {200}
    seconds = time.monotonic() - started
    messages = shop.settled(200)
    process.poll(shop.is_idle, 60, "idle")
    calls, jobs = shop.calls(), shop.count_jobs() - jobs
    print(f"{200 / seconds:.0f} webhooks/s, {jobs} jobs, calls {calls}")
    assert len(messages) == 200
    assert {m["state"] for m in messages} <= {"done", "superseded", "unchanged"}
    # one call per batch, not one per webhook
    assert sum(calls.values()) <= 30
    assert shop.differences(*placed) == []
