# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A client that others wrote for the real Shopify works with the simulator."""

import json

import pytest
from shopify_simulator import Shop, SimulatorServer

shopify = pytest.importorskip("shopify", reason="PyPI ShopifyAPI is not installed")


@pytest.fixture
def session():
    with SimulatorServer(Shop(seed=7, orders=3)) as server:
        # The library calls <shop>.<domain>, and a name would need a resolver.
        shop, domain = "127", "0.0.1"
        shopify.Session.setup(
            protocol="http", myshopify_domain=domain, port=server.port
        )
        token = server.shop.tokens.permanent
        with shopify.Session.temp(shop, "2026-10", token):
            yield server.shop


def test_shopify_api_reads_orders(session):
    answer = shopify.GraphQL().execute(
        "query Names($n: Int!) { orders(first: $n, sortKey: ID) { nodes { name } } }",
        variables={"n": 2},
        operation_name="Names",
    )
    names = [row["name"] for row in json.loads(answer)["data"]["orders"]["nodes"]]
    assert names == ["#1001", "#1002"]
    assert session.stats.graphql == {"Names": 1}
