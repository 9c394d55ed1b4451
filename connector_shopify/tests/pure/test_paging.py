# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Paging loses nothing, also while the shop changes under the reader."""

import itertools
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shopify_simulator import Shop

NOON = datetime(2026, 10, 1, 12, tzinfo=timezone.utc)
PAGE = """query ($first: Int, $after: String, $query: String, $reverse: Boolean) {
  orders(first: $first, after: $after, query: $query, reverse: $reverse,
         sortKey: UPDATED_AT) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    edges { cursor node { id updatedAt } } } }"""


def page(shop, **variables):
    answer = shop.executor.execute(PAGE, variables)
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["orders"]


def pages(shop, **variables):
    after = None
    while True:
        connection = page(shop, after=after, **variables)
        yield connection
        if not connection["pageInfo"]["hasNextPage"]:
            return
        after = connection["pageInfo"]["endCursor"]


def read(shop, **variables):
    return [
        edge["node"]["id"]
        for connection in pages(shop, **variables)
        for edge in connection["edges"]
    ]


@pytest.fixture
def shop():
    return Shop(seed=5, orders=55)


def test_all_pages_together_are_all_orders_once(shop):
    assert sorted(read(shop, first=10)) == sorted(shop.orders)


def test_pages_come_in_the_order_of_their_change(shop):
    times = [shop.orders[gid]["updatedAt"] for gid in read(shop, first=7)]
    assert times == sorted(times)


def test_reverse_reads_the_same_backwards(shop):
    assert read(shop, first=9, reverse=True) == read(shop, first=50)[::-1]


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 20), st.data())
def test_orders_changed_while_paging_are_met_at_their_new_place(size, data):
    seconds = itertools.count()
    shop = Shop(
        seed=1, orders=30, clock=lambda: NOON + timedelta(seconds=next(seconds))
    )
    everything = list(shop.orders)
    seen, changed = [], {}
    for number, connection in enumerate(pages(shop, first=size)):
        seen += [
            (edge["node"]["id"], edge["node"]["updatedAt"])
            for edge in connection["edges"]
        ]
        if number < 3 and connection["pageInfo"]["hasNextPage"]:
            gid = data.draw(st.sampled_from(everything))
            changed[gid] = shop.touch(gid)
    assert {gid for gid, _ in seen} == set(everything)
    assert set(changed.items()) <= set(seen)


def test_a_change_in_the_second_just_read_is_found_by_the_watermark_only():
    """Times have whole seconds: a reader who only follows cursors would lose it."""
    shop = Shop(seed=1, orders=5, clock=lambda: NOON)
    first, *_, last = shop.orders
    shop.touch(last)
    connection = page(shop, first=50)
    time = shop.touch(first)
    assert time == connection["edges"][-1]["node"]["updatedAt"]
    after = connection["pageInfo"]["endCursor"]
    assert page(shop, first=50, after=after)["edges"] == []
    found = read(shop, first=50, query=f"updated_at:>='{time}'")
    assert sorted(found) == [first, last]


def test_an_order_placed_while_paging_is_read(shop):
    after = page(shop, first=50)["pageInfo"]["endCursor"]
    (gid,) = shop.place_orders(1)
    rest = page(shop, first=50, after=after)
    assert gid in [edge["node"]["id"] for edge in rest["edges"]]


def test_a_watermark_returns_what_changed_since(shop):
    times = sorted(row["updatedAt"] for row in shop.orders.values())
    expected = sum(time >= times[40] for time in times)
    assert len(read(shop, first=50, query=f"updated_at:>='{times[40]}'")) == expected


def test_bounds_are_joined_by_white_space(shop):
    low, high = (
        sorted(r["updatedAt"] for r in shop.orders.values())[i] for i in (9, 30)
    )
    found = read(shop, first=50, query=f"updated_at:>'{low}' updated_at:<'{high}'")
    times = [shop.orders[gid]["updatedAt"] for gid in found]
    assert times and min(times) > low and max(times) < high


def test_an_order_is_found_by_name(shop):
    (gid,) = read(shop, first=5, query="name:#1003")
    assert shop.orders[gid]["name"] == "#1003"


def test_orders_are_found_by_ids(shop):
    wanted = list(shop.orders)[:3]
    text = " OR ".join(f"id:{gid.rsplit('/', 1)[1]}" for gid in wanted)
    assert sorted(read(shop, first=5, query=text)) == wanted


def test_a_fraction_of_a_second_keeps_its_sense(shop):
    (gid, time) = next((g, r["updatedAt"]) for g, r in shop.orders.items())
    later = time.replace("Z", ".500Z")
    assert gid not in read(shop, first=50, query=f"updated_at:>='{later}'")
    assert gid in read(shop, first=50, query=f"updated_at:<'{later}'")


def test_lines_of_a_large_order_are_read_page_by_page(shop):
    (gid,) = shop.place_orders(1, scenarios=["many_lines"])
    text = """query ($id: ID!, $after: String) { order(id: $id) {
      lineItems(first: 25, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { id } } } }"""
    found, after = [], None
    while True:
        answer = shop.executor.execute(text, {"id": gid, "after": after})
        lines = answer["data"]["order"]["lineItems"]
        found += [line["id"] for line in lines["nodes"]]
        after = lines["pageInfo"]["endCursor"]
        if not lines["pageInfo"]["hasNextPage"]:
            break
    assert found == [line["id"] for line in shop.orders[gid]["lineItems"]]


def test_the_last_rows_can_be_read(shop):
    text = "{ orders(last: 3, sortKey: ID) { pageInfo { hasPreviousPage hasNextPage }"
    text += " nodes { id } } }"
    connection = shop.executor.execute(text)["data"]["orders"]
    assert [row["id"] for row in connection["nodes"]] == list(shop.orders)[-3:]
    assert connection["pageInfo"] == {"hasPreviousPage": True, "hasNextPage": False}


@pytest.mark.parametrize("after", ["nonsense", "e30=", "W10="])
def test_a_cursor_that_nobody_gave_out_is_refused(shop, after):
    answer = shop.executor.execute(PAGE, {"first": 1, "after": after})
    assert answer["errors"][0]["message"] == "Invalid cursor"


def test_a_cursor_of_another_sorting_is_refused(shop):
    text = "{ orders(first: 1, sortKey: CREATED_AT) { pageInfo { endCursor } } }"
    cursor = shop.executor.execute(text)["data"]["orders"]["pageInfo"]["endCursor"]
    answer = shop.executor.execute(PAGE, {"first": 1, "after": cursor})
    assert "current pagination sort" in answer["errors"][0]["message"]
