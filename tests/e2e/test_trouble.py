# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Whatever happens on the way: every order arrives once, and nobody has to act."""

import base64
import contextlib

import pytest
import requests
from harness import process, simulator

ORDERS = 12
SEED = 31
# more than the quick repetitions of one call overcome
MANY = 4
GENEROUS = ("--restore-rate", "1000")


@pytest.fixture(scope="module")
def store():
    with simulator.start(SEED, ORDERS, *GENEROUS) as running:
        yield running


@pytest.fixture
def shop(open_shop, store):
    """A store with orders, which is asked for them again when that failed."""
    shop = open_shop(store=store)
    shop.control("fault/clear")
    shop.forget_calls()
    shop.configure_flow(poll_minutes=1)
    return shop


def announce(shop, *gids):
    """Have webhooks sent to this test's backend, signed by the store."""
    url = shop.read_backend("webhook_url")["webhook_url"]
    for gid in gids:
        send(url, shop.control("webhook/sign", id=gid))


def send(url, signed):
    body = base64.b64decode(signed["body_base64"])
    answer = requests.post(url, data=body, headers=signed["headers"], timeout=30)
    assert answer.status_code == 200


def arrived_once(shop, count=ORDERS):
    assert shop.client.count("hub.shopify.order", shop.mine) == count
    return shop.differences() == []


FAULTS = [
    pytest.param({"kind": "status", "status": 429, "retry_after": 1}, id="429"),
    pytest.param({"kind": "status", "status": 500}, id="500"),
    pytest.param({"kind": "status", "status": 503}, id="503"),
    pytest.param({"kind": "throttled"}, id="throttled"),
    pytest.param({"kind": "timeout", "seconds": 1}, id="silence"),
    pytest.param({"kind": "close"}, id="closed"),
    pytest.param({"kind": "close", "when": "after"}, id="lost-answer"),
    pytest.param({"kind": "invalid_json"}, id="invalid-json"),
]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_troubled_poll_is_repeated_until_everything_is_there(shop, fault):
    shop.control("fault", count=MANY, **fault)
    shop.start_import()
    shop.wait_out(ORDERS)
    assert arrived_once(shop)
    assert shop.look("stats")["requests"] > MANY
    assert shop.exceptions() == []


@pytest.mark.parametrize("fault", FAULTS)
def test_troubled_fetches_are_repeated_until_everything_is_there(shop, fault):
    shop.control("fault", count=MANY, **fault)
    announce(shop, *shop.truth())
    shop.wait_out(ORDERS)
    assert arrived_once(shop)
    assert {message["state"] for message in shop.messages()} == {"done"}
    assert shop.look("stats")["requests"] > MANY
    assert shop.exceptions() == []


def test_a_short_trouble_does_not_even_show(shop):
    shop.control("fault", kind="status", status=503, count=2, operation="Orders")
    assert shop.import_orders(60).orders_imported == ORDERS
    assert arrived_once(shop)


def test_a_rate_limit_does_not_burn_attempts(shop):
    shop.control(
        "fault",
        kind="status",
        status=429,
        retry_after=1,
        count=8,
    )
    announce(shop, next(iter(shop.truth())))
    shop.wait_out(1)
    (message,) = shop.messages()
    assert (message["state"], message["attempts"]) == ("done", 1)


def test_a_token_that_expires_meanwhile_is_renewed_once(open_shop):
    shop = open_shop(600, *GENEROUS, seed=32)
    shop.forget_calls()
    # each page takes its time, so that there is a middle
    shop.control("fault", kind="slow", seconds=0.3, count=10, operation="Orders")
    shop.start_import()
    process.poll(lambda: shop.calls().get("Orders"), 60, "first page", 0.05)
    shop.control("token/expire")
    shop.settled(600)
    stats = shop.look("stats")
    print(stats)
    assert stats["graphql"]["Orders"] > 1
    assert stats["token_requests"] == 1
    assert shop.differences() == []


def test_without_network_it_is_said_and_heals_by_itself(open_shop):
    shop = open_shop(ORDERS, *GENEROUS, seed=SEED)
    shop.configure_flow(poll_minutes=1)
    (first, second, *_others) = shop.truth()
    hooks = [shop.control("webhook/sign", id=gid) for gid in (first, second)]
    port = int(shop.store.url.rsplit(":", 1)[1])
    shop.store.stop()

    assert shop.backend("action_test_connection") is False
    verdict = shop.read_backend("verdict")["verdict"]
    assert "does not answer" in verdict and "Check the address" in verdict

    with pytest.raises(RuntimeError, match="does not answer"):
        shop.import_orders(60)
    url = shop.read_backend("webhook_url")["webhook_url"]
    for hook in hooks:
        send(url, hook)
    process.poll(lambda: _tried(shop, 2), 60, "tried")
    # waiting, not failed; nobody has to do anything
    assert {message["state"] for message in shop.messages()} == {"pending"}
    assert shop.exceptions() == []
    assert shop.read_backend("state")["state"] == "connected"

    with contextlib.closing(_Again(shop, port)):
        shop.wait_out(ORDERS)
        assert arrived_once(shop)


def test_the_sweeper_alone_takes_up_what_waits(shop):
    """Without anybody's help, and by the real clock."""
    gid = next(iter(shop.truth()))
    shop.control("fault", kind="close", count=3)
    announce(shop, gid)
    process.poll(lambda: _tried(shop, 1), 60, "tried")
    (message,) = shop.messages(fields=("next_attempt_at",))
    assert message["state"] == "pending" and message["next_attempt_at"]
    shop.wait_for_orders(1, 40)
    assert shop.differences(gid) == []


def _tried(shop, count):
    done = shop.messages(("error_message", "!=", False))
    return len(done) >= count and shop.is_idle()


class _Again:
    """The same store on the same port: what it generates depends on its seed only."""

    def __init__(self, shop, port):
        self.store = shop.store = simulator.start(SEED, ORDERS, *GENEROUS, port=port)

    def close(self):
        self.store.stop()
