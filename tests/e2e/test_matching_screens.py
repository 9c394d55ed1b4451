# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Matching, reviews and the import of links, as people see and click them.

HUB_SHOTS=FOLDER keeps pictures of the screens there.
"""

import os
from pathlib import Path

import pytest
from harness import process
from playwright.sync_api import expect

FIRST = 90_000
ORDERS = 10


@pytest.fixture
def shop(open_shop):
    return open_shop(ORDERS, "--restore-rate", "1000", seed=77, name="Webshop to Match")


def shot(page, name):
    if folder := os.environ.get("HUB_SHOTS"):
        page.mouse.move(0, 0)
        page.wait_for_timeout(400)
        page.screenshot(path=Path(folder) / f"{name}.png", animations="disabled")


def matches(shop, *domain):
    fields = ["state", "external_id", "keys", "label", "res_id"]
    return shop.client.read("hub.match", [*shop.mine, *domain], fields, order="id")


def forget_others(shop):
    """Generated people are alike: other stores may have brought some of these."""
    domain = ["|", ("email", "=ilike", "%@example.com"), ("customer_rank", ">", 0)]
    others = shop.client.search("res.partner", domain)
    blank = {"email": False, "phone": False, "name": "Somebody", "customer_rank": 0}
    shop.client.call("res.partner", "write", others, blank)


def populate(shop, flow):
    """Let Odoo know three of the store's customers, one of them twice."""
    forget_others(shop)
    shop.client.call("hub.flow", "action_match", [flow])
    there = ("external_id", "!=", False)
    process.poll(lambda: matches(shop, there), 60, "matched")
    emails = [row["keys"].get("email") for row in matches(shop, there)]
    known = [email for email in emails if email][:3]
    for email in (*known, known[0]):
        values = {"name": f"Known {email}", "email": email.upper(), "customer_rank": 1}
        shop.client.create("res.partner", values)
    return known


def test_a_populated_odoo_is_matched_by_clicking(tab, odoo, shop):
    flow = shop.flow("customer")
    known = populate(shop, flow)
    process.poll(shop.is_idle, 60, "idle")
    tab.goto(f"{odoo.url}/odoo/integration-flows/{flow}")
    tab.wait_for_selector(".o_form_sheet", timeout=FIRST)
    shot(tab, "flow")
    tab.get_by_role("button", name="Match Records").click()
    tab.get_by_role("button", name="Ok").click()
    opened = tab.get_by_role("button", name="Open Matching")
    expect(opened).to_be_visible(timeout=60_000)
    shot(tab, "run")
    opened.click()
    rows = tab.locator(".o_data_row")
    expect(rows).to_have_count(len(known))
    shot(tab, "workbench")

    tab.locator(".o_data_row", has_text="To Choose").click()
    expect(tab.locator(".o_form_sheet")).to_contain_text("Several Odoo records fit.")
    shot(tab, "choice")
    tab.get_by_role("button", name="This One").first.click()
    expect(tab.locator(".o_statusbar_status")).to_contain_text("Linked")
    tab.locator(".o_back_button, .breadcrumb-item a").last.click()

    tab.get_by_role("button", name="Link All Proposed").click()
    tab.get_by_role("button", name="Ok").click()
    expect(tab.locator(".o_notification").first).to_contain_text("2 linked")
    linked = matches(shop, ("state", "=", "accepted"))
    assert len(linked) == len(known)
    shot(tab, "workbench_done")


def test_rules_reviews_and_links_have_their_screens(tab, odoo, shop):
    client, flow = shop.client, shop.flow("customer")
    forget_others(shop)
    client.create("hub.checkpoint.rule", {"flow_id": flow})
    client.call("hub.flow", "action_run", [flow])
    domain = [("flow_id", "=", flow)]
    process.poll(lambda: client.count("hub.checkpoint", domain), 60, "checkpoints")
    process.poll(shop.is_idle, 60, "idle")

    tab.goto(f"{odoo.url}/odoo/integration-review")
    expect(tab.locator(".o_data_row").first).to_be_visible(timeout=FIRST)
    shot(tab, "review")
    tab.locator(".o_list_record_selector input").nth(1).check()
    tab.get_by_role("button", name="Reviewed", exact=True).click()
    process.poll(
        lambda: client.count("hub.checkpoint", [*domain, ("state", "=", "reviewed")]),
        20,
        "reviewed",
    )
    tab.goto(f"{odoo.url}/odoo/integration-flows/{flow}")
    tab.get_by_role("tab", name="Review").click()
    shot(tab, "review_rules")
    tab.goto(f"{odoo.url}/odoo/integration-match-rules")
    expect(tab.locator(".o_list_view")).to_be_visible()
    tab.locator(".o_group_header", has_text="Webshop to Match").click()
    expect(tab.locator(".o_data_row").first).to_be_visible()
    shot(tab, "match_rules")
    tab.locator(".o_menu_sections", has_text="Linked Records").get_by_text(
        "Linked Records"
    ).click()
    tab.get_by_role("menuitem", name="Import Links").click()
    expect(tab.locator(".modal")).to_contain_text("external_id")
    shot(tab, "links")
