# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders that wait for a person: on hold, or changed in the store."""

from typing import Any

import pytest
from pictures import picture
from playwright.sync_api import Page, expect

FIRST = 90_000
NAME = "Store That Changes Its Mind"


@pytest.fixture
def shop(open_shop: Any) -> Any:
    """One order on hold, and one that was changed after it was locked."""
    shop = open_shop(
        2,
        "--taxes",
        "excluded",
        seed=61,
        name=NAME,
        connect=False,
        order_confirm="released",
    )
    risky, changed = shop.truth()
    shop.control("order/risk", id=risky, recommendation="INVESTIGATE")
    shop.backend("action_connect")
    shop.start_import()
    shop.settled(2)
    ids = {row["external_id"]: row["odoo_id"][0] for row in shop.orders()}
    shop.held, shop.changed = ids[risky], ids[changed]
    shop.client.call("sale.order", "action_lock", [shop.changed])
    row = shop.client.read(
        "sale.order.line",
        [("order_id", "=", shop.changed), ("hub_external_id", "like", "/LineItem/")],
        ["hub_external_id"],
    )[0]
    shop.control(
        "order/edit", id=changed, quantities={row["hub_external_id"]: 0}, emit=True
    )
    shop.settled(3)
    yield shop
    orders = [shop.held, shop.changed]
    shop.client.call("sale.order", "action_unlock", orders)
    shop.client.call("sale.order", "action_cancel", orders)


def open_order(page: Page, odoo: Any, number: int) -> None:
    page.goto(f"{odoo.url}/odoo/sales/{number}")
    page.wait_for_selector(".o_form_view .o_form_sheet", timeout=FIRST)


def test_a_held_order_says_why_and_is_released(tab: Page, odoo: Any, shop: Any) -> None:
    open_order(tab, odoo, shop.held)
    alert = tab.locator(".alert-danger", has_text="On hold, not confirmed.")
    expect(alert).to_contain_text("risk assessment")
    expect(tab.locator(".ribbon", has_text="On Hold")).to_be_visible()
    picture(tab, "order_on_hold", readme=True)
    tab.get_by_role("button", name="Release", exact=True).click()
    tab.get_by_role("button", name="Ok").click()
    expect(tab.locator(".alert-info", has_text="Released by")).to_be_visible()

    open_order(tab, odoo, shop.changed)
    tab.get_by_role("button", name="Compare with Store").click()
    expect(
        tab.locator(".o_form_view", has_text="Not taken over by itself.")
    ).to_be_visible()
    row = tab.locator(".o_data_row", has_text="Removed There")
    expect(row).to_have_count(1)
    picture(tab, "order_diff", readme=True)
