# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queries cost what was measured, and the bucket throttles and recovers."""

from pathlib import Path

import pytest
from shopify_simulator import Shop
from shopify_simulator.cost import connection_cost

FULL_ORDER = (Path(__file__).parent / "full_order.graphql").read_text()


@pytest.fixture
def shop():
    return Shop(seed=7, orders=5)


def run(shop, text, **variables):
    return shop.executor.execute(text, variables)


@pytest.mark.parametrize(("first", "cost"), [(5, 734), (10, 978), (25, 1466)])
def test_cost_of_a_full_order_query_is_as_measured(first, cost):
    assert connection_cost(first, 243) == cost


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("{ shop { name } }", 1),
        ("{ shop { name plan { shopifyPlus } } }", 2),
        ("{ orders(first: 1) { nodes { id } } }", 3),
        (
            "{ orders(first: 10) { nodes { id totalPriceSet"
            " { shopMoney { amount } } } } }",
            6,
        ),
        ("{ orders(first: 10) { edges { node { id customer { id } } } } }", 10),
        (
            "{ orders(first: 10) { nodes { lineItems(first: 10)"
            " { pageInfo { hasNextPage } nodes { id taxLines { rate } } } } } }",
            46,
        ),
        (
            '{ nodes(ids: ["gid://shopify/Order/1", "gid://shopify/Order/2"]) { id } }',
            2,
        ),
        (
            'mutation { tagsAdd(id: "gid://shopify/Order/1", tags: ["a"])'
            " { userErrors { message } } }",
            10,
        ),
    ],
)
def test_requested_cost(shop, text, cost):
    answer = run(shop, text)
    assert answer["extensions"]["cost"]["requestedQueryCost"] == cost


def test_actual_cost_counts_the_rows_returned(shop):
    text = '{ orders(first: 250, query: "id:1") { nodes { id customer { id } } } }'
    cost = run(shop, text)["extensions"]["cost"]
    assert (cost["requestedQueryCost"], cost["actualQueryCost"]) == (24, 2)


def test_a_query_over_the_maximum_is_refused():
    answer = run(Shop(orders=0), FULL_ORDER, first=250)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"
    assert error["extensions"]["maxCost"] == 1000 and "data" not in answer


def test_an_empty_bucket_throttles_and_recovers_with_time():
    now = [0.0]
    shop = Shop(orders=1, restore_rate=10, monotonic=lambda: now[0])
    text = "{ orders(first: 250) { nodes { id customer { id } } } }"
    shop.bucket.drain()
    now[0] = 2.3
    refused = run(shop, text)
    assert refused["errors"][0]["extensions"]["code"] == "THROTTLED"
    assert refused["extensions"]["cost"]["actualQueryCost"] is None
    assert refused["extensions"]["cost"]["throttleStatus"]["currentlyAvailable"] == 23
    now[0] = 2.4
    assert "errors" not in run(shop, text)


def test_the_bucket_is_given_back_what_was_not_used():
    shop = Shop(orders=1, monotonic=lambda: 0.0)
    text = "{ orders(first: 250) { nodes { id customer { id } } } }"
    status = run(shop, text)["extensions"]["cost"]["throttleStatus"]
    assert status["currentlyAvailable"] == 2000 - 4
