# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders arrive, and are in Odoo what they are in the store."""

from collections import Counter

import pytest
from harness import process
from shop import row_versions

SCENARIOS = 36  # kinds of orders that the stores take in turn


def test_orders_of_every_kind_arrive_as_the_store_has_them(open_shop):
    shop = open_shop(3 * SCENARIOS)
    summary = shop.import_orders(180)
    assert shop.exceptions() == []
    assert (summary.orders_received, summary.orders_imported) == (108, 108)
    kinds = Counter(t["scenarios"][0] for t in shop.truth().values())
    assert len(kinds) == SCENARIOS and set(kinds.values()) == {3}
    assert shop.differences() == []


def test_many_orders_need_few_jobs_and_few_calls(open_shop):
    shop = open_shop(500, seed=2)
    shop.forget_calls()
    before = shop.count_jobs()
    shop.import_orders(240)
    process.poll(shop.is_idle, 60, "idle")
    jobs, calls = shop.count_jobs() - before, shop.calls()
    print(f"{jobs} jobs, calls {calls}")
    # mostly what the shop's rate limit makes: every pause ends the lanes' jobs
    assert jobs * 1000 / 500 <= 40
    # pages are long, and what did not fit into one is not asked for order by order
    assert sum(calls.values()) * 1000 / 500 <= 100
    assert shop.differences() == []


def test_reading_everything_again_writes_nothing(odoo, open_shop):
    shop = open_shop(2 * SCENARIOS, seed=3)
    shop.import_orders(180)
    process.poll(shop.is_idle, 60, "idle")
    messages, rows = shop.messages(), row_versions(odoo)
    # as if it had never been read
    shop.configure_flow(cursor=False)
    again = shop.import_orders(60)
    process.poll(shop.is_idle, 60, "idle")
    assert again.orders_received == 0
    run = shop.client.read(
        "hub.run", shop.mine, ["seen_count"], order="id desc", limit=1
    )
    assert run[0]["seen_count"] == 2 * SCENARIOS
    assert shop.messages() == messages
    assert row_versions(odoo) == rows


def test_a_new_order_is_announced_by_a_signed_webhook(open_shop):
    shop = open_shop(0, seed=4)
    placed = shop.place(SCENARIOS, emit=True)
    shop.wait_for_orders(SCENARIOS)
    messages = shop.settled(SCENARIOS)
    assert {message["external_id"] for message in messages} == set(placed)
    assert {message["topic"] for message in messages} == {"orders/create"}
    assert {message["state"] for message in messages} == {"done"}
    assert shop.differences() == []


def test_a_change_of_an_order_reaches_odoo(open_shop):
    shop = open_shop(0, seed=5)
    (gid,) = shop.place(1, "plain", emit=True)
    shop.wait_for_orders(1)
    shop.settled(1)
    there = {"address1": "Neue Straße 1", "city": "Ulm", "zip": "89073"}
    shop.control("touch", id=gid, emit=True, shipping_address=there)
    messages = shop.settled(2)
    assert [message["state"] for message in messages] == ["done", "done"]
    assert shop.differences() == []
    assert shop.client.count("hub.shopify.order", shop.mine) == 1


@pytest.mark.parametrize(
    "options",
    [
        pytest.param(["--taxes", "included"], id="taxes-included"),
        pytest.param(["--taxes", "excluded"], id="taxes-excluded"),
        pytest.param(["--currency", "GBP"], id="in-pounds"),
        pytest.param(["--currency", "JPY"], id="in-yen"),
        pytest.param(["--currency", "USD"], id="in-dollars"),
    ],
)
def test_stores_differ_in_taxes_and_currency(open_shop, options):
    shop = open_shop(SCENARIOS, *options, seed=6)
    assert shop.import_orders(120).orders_imported == SCENARIOS
    assert shop.differences() == []


def test_two_stores_with_the_same_ids_do_not_mix(open_shop):
    one, other = open_shop(SCENARIOS, seed=7), open_shop(SCENARIOS, seed=8)
    assert set(one.truth()) == set(other.truth())
    one.start_import()
    other.import_orders(120)
    one.settled(SCENARIOS)
    assert one.differences() == []
    assert other.differences() == []


def test_orders_with_duties_are_right_or_wait_never_wrong(open_shop):
    shop = open_shop(SCENARIOS, "--duties", seed=9)
    shop.import_orders(120)
    stuck = {m["external_id"] for m in shop.messages(("state", "=", "failed"))}
    truth = shop.truth()
    # only taxes on the duties themselves may be what nobody can book
    assert all(truth[gid]["presentment"]["duty_taxes"] for gid in stuck)
    assert {problem["category"] for problem in shop.exceptions()} <= {"business"}
    assert len(shop.orders()) == SCENARIOS - len(stuck)
    assert shop.differences(*(truth.keys() - stuck)) == []
