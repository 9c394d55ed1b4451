# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Setting up a store in a real browser, from the empty form to mapped values."""

from collections.abc import Iterator

import pytest
from harness import rpc, simulator
from harness.server import OdooServer
from pictures import picture
from playwright.sync_api import Locator, Page, expect
from shop import Shop

ORDERS = 6
NAME = "Webshop North"
FIRST, SOON = 90_000, 20_000


@pytest.fixture
def shop(odoo: OdooServer, client: rpc.Client) -> Iterator[Shop]:
    """A store that Odoo does not know yet."""
    with simulator.start(52, ORDERS, "--restore-rate", "1000") as store:
        shop = Shop(odoo, client, store, NAME)
        yield shop
        found = client.search("hub.backend", [("name", "=", NAME)])
        if found:
            shop.backend_id = found[0]
            shop.remove()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def choose(page: Page, field: str, label: str) -> None:
    page.locator(f"[name={field}] input").first.click()
    page.locator(".o_select_menu_item", has_text=label).first.click()


def fill_in(tab: Page, odoo: OdooServer, shop: Shop) -> Locator:
    """Fill in the form of a new backend; return its sheet."""
    tab.goto(f"{odoo.url}/odoo/integration-backends/new")
    tab.wait_for_selector(".o_form_view .o_form_sheet", timeout=FIRST)
    choose(tab, "system", "Shopify")
    tab.locator("[name=name] input").fill(NAME)
    choose(tab, "environment", "Development")
    tab.locator("[name=api_url] input").fill(shop.store.url)
    tab.locator("[name=shopify_client_id] input").fill(shop.store.client_id)
    tab.locator("[name=shopify_client_secret] input").fill(shop.store.client_secret)
    return tab.locator(".o_form_sheet")


def test_a_store_is_set_up_by_clicking(tab: Page, odoo: OdooServer, shop: Shop) -> None:
    sheet = fill_in(tab, odoo, shop)
    granted = shop.look("scopes")["scopes"]
    shop.control("scopes", scopes=["read_orders", "read_customers"])
    press(tab, "Test Connection")
    missing = tab.locator(".alert-danger", has_text="The connection does not work yet.")
    expect(missing).to_contain_text("read_products", timeout=SOON)
    picture(tab, "missing_permission")
    shop.control("scopes", scopes=granted)
    press(tab, "Test Connection")
    expect(tab.locator(".alert-success")).to_contain_text("The connection works.")
    tab.get_by_role("tab", name="Flows", exact=True).click()
    expect(sheet).to_contain_text("Orders from Shopify")
    picture(tab, "store_setup", readme=True)
    press(tab, "Connect")
    tab.get_by_role("tab", name="Connection", exact=True).click()
    told = sheet.locator("[name=subscription_verdict]")
    expect(told).to_contain_text("notified", timeout=SOON)
    sheet.locator("button[name=action_check_subscriptions]").click()
    expect(told).to_contain_text("notified", timeout=SOON)
    picture(tab, "webhooks")
    discover_and_map(tab)


def discover_and_map(tab: Page) -> None:
    # what was pressed last reloads the form, which would go back to its first tab
    tab.reload()
    tab.wait_for_selector(".o_form_view .o_form_sheet")
    tab.get_by_role("tab", name="Mappings", exact=True).click()
    tab.locator("button[name=action_discover]").click()
    expect(tab.locator(".o_breadcrumb")).to_contain_text(f"Mappings of {NAME}")
    rows = tab.locator(".o_data_row")
    places = rows.filter(has_text="Stock Location")
    expect(places.first).to_contain_text("WH")
    expect(places.filter(has_text="gid://")).to_have_count(0)
    gateway = rows.filter(has_text="To Choose").filter(has_text="Payment Gateway").first
    name = gateway.locator("td[name=remote_value]").inner_text()
    gateway.locator("td[name=target_name]").click()
    gateway = tab.locator(".o_selected_row")
    gateway.locator("td[name=target_name] input").click()
    picture(tab, "mappings", readme=True)
    tab.get_by_role("option", name="Bank").first.click()
    press(tab, "Save")
    row = rows.filter(has=tab.get_by_text(name, exact=True))
    expect(row).to_contain_text("Decided", timeout=SOON)
    expect(row).to_contain_text("Bank")
