# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A new store is brought in: review, preview, start, and what shadow mode shows."""

import os
from pathlib import Path

import pytest
from harness import process
from playwright.sync_api import expect

ORDERS = 12
FIRST = 90_000
#: a folder for pictures of what is seen, when somebody wants to look
LOOK = os.environ.get("HUB_LOOK")


@pytest.fixture
def shop(open_shop):
    shop = open_shop(ORDERS, "--restore-rate", "1000", seed=77, connect=False)
    shop.backend("action_test_connection")
    yield shop


def look(page, name):
    if LOOK:
        page.wait_for_timeout(1500)
        page.screenshot(path=Path(LOOK) / f"{name}.png")


def row(page, name):
    return page.locator(".o_data_row", has_text=name)


def steps(shop):
    fields = ["status", "done_count", "total_count", "would_create_count"]
    domain = [
        ("launch_id.backend_id", "=", shop.backend_id),
        ("chosen", "=", True),
    ]
    found = shop.client.call("hub.launch.step", "search_read", domain, fields)
    return {step["id"]: step for step in found}


def is_over(shop):
    return {step["status"] for step in steps(shop).values()} == {"done"}


def test_a_store_is_reviewed_previewed_and_brought_in(tab, odoo, shop):
    tab.goto(f"{odoo.url}/odoo/integration-hub/{shop.backend_id}")
    tab.get_by_role("button", name="First Synchronisation").click(timeout=FIRST)
    tab.get_by_role("button", name="Preview", exact=True).first.click()
    process.poll(
        lambda: all(s["would_create_count"] for s in steps(shop).values()),
        120,
        "preview",
    )
    tab.reload()
    orders = row(tab, "Orders from Shopify").first
    expect(orders).to_be_visible()
    look(tab, "launch_review")
    assert shop.client.count("sale.order", [("origin", "=like", f"{shop.name} %")]) == 0
    orders.get_by_role("button", name="Preview").click()
    expect(tab.locator(".o_form_sheet")).to_contain_text("nothing was written")
    look(tab, "preview")
    tab.get_by_role("button", name="Show the Changes").click()
    expect(tab.locator(".o_group_header").first).to_be_visible()
    look(tab, "changes")
    tab.go_back()
    tab.go_back()
    tab.get_by_role("button", name="Start", exact=True).click()
    tab.get_by_role("dialog").get_by_role("button", name="Ok").click()
    process.poll(lambda: is_over(shop), 240, "first synchronisation")
    tab.reload()
    expect(tab.locator(".o_form_sheet")).to_contain_text("100")
    look(tab, "launch_done")
    assert len(shop.orders()) == ORDERS
    assert shop.differences() == []


def test_a_flow_in_shadow_mode_shows_what_it_would_write(tab, odoo, open_shop):
    shop = open_shop(ORDERS, "--restore-rate", "1000", seed=78)
    flow = shop.client.search(
        "hub.flow",
        [
            ("id", "in", flows(shop)),
            ("document", "=", "customer"),
            ("direction", "=", "in"),
        ],
    )
    shop.client.call("hub.flow", "action_start_shadow", flow)
    shop.client.call("hub.flow", "action_run", flow)
    waiting = [("flow_id", "in", flow), ("shadow_verdict", "=", "waiting")]
    process.poll(lambda: shop.client.count("hub.message", waiting), 60, "tried")
    shop.client.call("hub.flow", "action_compare_now", flow)
    # people of the other store may be the same ones
    verdicts = ("missing", "agrees", "differs")
    compared = [("flow_id", "in", flow), ("shadow_verdict", "in", verdicts)]
    process.poll(lambda: shop.client.count("hub.message", compared), 60, "compared")
    tab.goto(f"{odoo.url}/odoo/integration-flows/{flow[0]}")
    expect(tab.locator(".o_form_sheet")).to_contain_text("nothing is written")
    look(tab, "shadow_flow")
    tab.get_by_role("button", name="tried").click()
    look(tab, "shadow_messages")
    tab.get_by_role("button", name="Compare").first.click()
    expect(tab.locator(".o_data_row").first).to_be_visible()
    look(tab, "shadow_changes")


def flows(shop):
    return shop.client.search("hub.flow", [("backend_id", "=", shop.backend_id)])
