# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Over HTTP: tokens, versions, faults, control, the stand-alone process."""

import json
import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests
from shopify_simulator import Shop, SimulatorServer

SIMULATOR = Path(__file__).resolve().parent.parent / "simulator"
SHOP_QUERY = "query ShopName { shop { name } }"


class Client:
    def __init__(self, server):
        self.url = server.url
        self.shop = server.shop
        self.token = server.shop.tokens.permanent

    def graphql(self, text=SHOP_QUERY, variables=None, version="2026-10", timeout=5):
        return requests.post(
            f"{self.url}/admin/api/{version}/graphql.json",
            json={"query": text, "variables": variables or {}},
            headers={"X-Shopify-Access-Token": self.token},
            timeout=timeout,
        )

    def grant(self, accept="application/json", as_json=False, **changes):
        values = {
            "grant_type": "client_credentials",
            "client_id": self.shop.tokens.client_id,
            "client_secret": self.shop.tokens.client_secret,
            **changes,
        }
        return requests.post(
            f"{self.url}/admin/oauth/access_token",
            headers={"Accept": accept},
            timeout=5,
            **{"json" if as_json else "data": values},
        )

    def control(self, action, **values):
        return requests.post(f"{self.url}/_control/{action}", json=values, timeout=5)

    def ask(self, action):
        return requests.get(f"{self.url}/_control/{action}", timeout=5).json()


@pytest.fixture
def client():
    with SimulatorServer(Shop(seed=7, orders=3)) as server:
        yield Client(server)


# === TOKENS ===


@pytest.mark.parametrize("as_json", [False, True])
def test_client_credentials_buy_a_token_for_a_day(client, as_json):
    answer = client.grant(as_json=as_json).json()
    assert answer["expires_in"] == 86399
    assert "read_orders" in answer["scope"].split(",")
    client.token = answer["access_token"]
    assert client.graphql().json()["data"]["shop"]["name"]


def test_a_wrong_secret_is_refused(client):
    answer = client.grant(client_secret="wrong")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_an_unknown_client_is_refused(client):
    answer = client.grant(client_id="wrong")
    assert answer.json()["error"] == "application_cannot_be_found"


def test_a_refused_grant_is_a_page_unless_json_is_asked_for(client):
    client.control("token/refuse", error="shop_not_permitted")
    answer = client.grant(accept="*/*")
    assert answer.status_code == 400
    assert "Oauth error shop_not_permitted" in answer.text
    assert client.grant().json()["error"] == "shop_not_permitted"


def test_an_expired_token_is_unauthorized_and_the_permanent_one_is_not(client):
    granted = client.grant().json()["access_token"]
    client.control("token/expire")
    assert client.graphql().status_code == 200
    client.token = granted
    answer = client.graphql()
    assert answer.status_code == 401
    assert answer.json()["errors"].startswith("[API] Invalid API key or access token")


def test_a_token_ends_after_a_day():
    now = [datetime(2026, 10, 1, tzinfo=timezone.utc)]
    shop = Shop(orders=0, clock=lambda: now[0])
    names = ("client_credentials", shop.tokens.client_id, shop.tokens.client_secret)
    token = shop.tokens.grant(*names)
    now[0] += timedelta(hours=23, minutes=59)
    assert shop.tokens.valid(token)
    now[0] += timedelta(minutes=2)
    assert not shop.tokens.valid(token)


# === VERSIONS AND REQUESTS ===


@pytest.mark.parametrize(
    ("asked", "served"),
    [("2026-10", "2026-10"), ("2026-04", "2026-04"), ("2025-07", "2026-01")],
)
def test_an_old_version_is_served_by_the_oldest_supported(client, asked, served):
    answer = client.graphql(version=asked)
    assert answer.headers["X-Shopify-API-Version"] == served


@pytest.mark.parametrize("version", ["2026-02", "2027-01", "latest"])
def test_an_unknown_version_is_not_found(client, version):
    assert client.graphql(version=version).status_code == 404


def test_errors_in_the_query_are_http_200(client):
    answer = client.graphql("{ nonsense }")
    assert answer.status_code == 200 and "data" not in answer.json()


def test_a_request_without_query_is_a_bad_request(client):
    assert client.graphql(text=None).status_code == 400


# === FAULTS ===


def test_a_fault_lasts_for_its_count(client):
    client.control("fault", kind="status", status=503, count=2)
    codes = [client.graphql().status_code for _ in range(3)]
    assert codes == [503, 503, 200]


def test_a_fault_may_wait_for_one_operation(client):
    client.control("fault", kind="status", status=500, operation="ShopName")
    assert client.graphql("query Other { shop { id } }").status_code == 200
    assert client.graphql().status_code == 500


def test_too_many_requests_says_when_to_return(client):
    client.control("fault", kind="status", status=429, retry_after=2)
    assert client.graphql().headers["Retry-After"] == "2"


def test_a_closed_socket_is_a_connection_error(client):
    client.control("fault", kind="close")
    with pytest.raises(requests.ConnectionError):
        client.graphql()


def test_silence_is_a_timeout(client):
    client.control("fault", kind="timeout", seconds=1)
    with pytest.raises(requests.ReadTimeout):
        client.graphql(timeout=0.2)


def test_a_slow_answer_is_an_answer(client):
    client.control("fault", kind="slow", seconds=0.2)
    answer = client.graphql()
    assert answer.elapsed >= timedelta(seconds=0.2) and answer.json()["data"]


def test_a_broken_answer_is_no_json(client):
    client.control("fault", kind="invalid_json")
    with pytest.raises(ValueError):
        client.graphql().json()


def test_throttled_by_order_is_http_200(client):
    client.control("fault", kind="throttled")
    answer = client.graphql()
    assert answer.status_code == 200
    assert answer.json()["errors"][0]["extensions"]["code"] == "THROTTLED"


def test_an_answer_can_be_lost_after_the_work_was_done(client):
    gid = next(iter(client.shop.orders))
    client.control("fault", kind="close", when="after", operation="Tag")
    text = 'mutation Tag($id: ID!) { tagsAdd(id: $id, tags: ["lost"])'
    text += " { userErrors { message } } }"
    with pytest.raises(requests.ConnectionError):
        client.graphql(text, {"id": gid})
    assert "lost" in client.shop.orders[gid]["tags"]


def test_a_fault_for_tokens_spares_graphql(client):
    client.control("fault", kind="status", status=502, operation="oauth")
    assert client.graphql().status_code == 200
    assert client.grant().status_code == 502


# === CONTROL ===


def test_control_places_orders_and_tells_the_truth(client):
    (gid,) = client.control("order", scenarios=["tip"]).json()["ids"]
    truth = client.ask("truth")[gid]
    assert truth["scenarios"] == ["tip"] and float(truth["tip"]) > 0
    assert truth["total"] == f"{client.shop.truth[gid].total:f}"


def test_touch_changes_the_order_and_the_truth(client):
    gid = next(iter(client.shop.orders))
    before = client.shop.orders[gid]["updatedAt"]
    address = {"city": "Neustadt"}
    answer = client.control("touch", id=gid, note="new", shipping_address=address)
    assert answer.json()["updated_at"] > before
    truth = client.ask("truth")[gid]
    assert (truth["note"], truth["shipping_address"]["city"]) == ("new", "Neustadt")


def test_two_changes_in_one_second_have_two_times(client):
    gid = next(iter(client.shop.orders))
    times = [client.shop.touch(gid) for _ in range(3)]
    assert len(set(times)) == 3


def test_touch_changes_a_product_and_refuses_what_it_has_not(client):
    gid = next(iter(client.shop.collection("products").objects))
    client.control("touch", id=gid, fields={"title": "New"})
    text = '{ products(first: 1, query: "id:%s") { nodes { title } } }'
    rows = client.graphql(text % gid.rsplit("/", 1)[1]).json()["data"]["products"]
    assert rows["nodes"] == [{"title": "New"}]
    assert client.control("touch", id=gid, fields={"nonsense": 1}).status_code == 400


def test_stats_count_calls_costs_and_tokens(client):
    client.grant()
    client.graphql()
    client.graphql()
    stats = client.ask("stats")
    assert stats["graphql"] == {"ShopName": 2}
    assert (stats["token_requests"], stats["requested_cost"]) == (1, 2)
    assert client.control("stats/reset").json()["requests"] == 0


def test_scopes_can_be_taken_away(client):
    client.control("scopes", scopes=["read_products"])
    answer = client.graphql("{ orders(first: 1) { nodes { id } } }").json()
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert client.ask("scopes")["scopes"] == ["read_products"]


def test_an_unknown_control_is_refused(client):
    assert client.control("nonsense").status_code == 404
    assert client.control("fault", kind="nonsense").status_code == 400
    assert client.control("touch", id="gid://shopify/Order/1").status_code == 400


# === STAND-ALONE ===


def test_the_process_announces_itself_and_ends_on_sigterm():
    process = subprocess.Popen(
        [sys.executable, str(SIMULATOR), "--orders", "2", "--seed", "9"],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ""},
    )
    try:
        ready = json.loads(process.stdout.readline())
        keys = {"url", "shop", "client_id", "client_secret", "access_token", "pid"}
        assert set(ready) == keys and ready["pid"] == process.pid
        truth = requests.get(f"{ready['url']}/_control/truth", timeout=5).json()
        assert truth == {g: t.to_json() for g, t in Shop(9, 2).truth.items()}
    finally:
        process.terminate()
        assert process.wait(10) == 0
        process.stdout.close()


def test_the_process_imports_neither_odoo_nor_the_addon():
    code = (
        "import runpy, sys; runpy.run_path(sys.argv[1]); "
        "sys.path.insert(0, sys.argv[2]); import simulator; "
        "assert not [m for m in sys.modules if m.split('.')[0] in ('odoo', "
        "'connector_shopify')]"
    )
    arguments = [str(SIMULATOR / "__main__.py"), str(SIMULATOR.parent)]
    subprocess.run([sys.executable, "-c", code, *arguments], check=True, timeout=30)
