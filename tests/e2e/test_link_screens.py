# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links: what of the store stands for which record, from both sides."""

from typing import Any

import pytest
from harness import process
from pictures import picture
from playwright.sync_api import Page, expect

FIRST = 90_000
NAME = "Webshop West"
# two lanes may make the same tag of an order at once: one of them is tried again
pytestmark = pytest.mark.expects_warnings


@pytest.fixture
def shop(open_shop: Any) -> Any:
    """A store whose products and orders are in Odoo, and one refund."""
    shop = open_shop(
        12, "--taxes", "excluded", "--restore-rate", "1000", seed=62, name=NAME
    )
    flows = [shop.flow("product"), shop.flow("customer")]
    shop.client.call("hub.flow", "action_start", flows)
    for flow in flows:
        shop.client.call("hub.flow", "action_run", [flow])
    process.poll(
        lambda: shop.client.count("hub.shopify.product", shop.mine) > 30, 60, "products"
    )
    shop.import_orders(60)
    yield shop
    orders = [row["odoo_id"][0] for row in shop.orders()]
    shop.client.call("sale.order", "unlink", orders)


def open_page(page: Page, odoo: Any, path: str) -> None:
    page.goto(f"{odoo.url}/odoo/{path}")
    page.wait_for_selector(".o_form_sheet, .o_list_renderer", timeout=FIRST)


def test_a_product_leads_to_its_link_and_back(tab: Page, odoo: Any, shop: Any) -> None:
    links = shop.client.read(
        "hub.shopify.product", shop.mine, ["odoo_id", "external_id"]
    )
    # another store may have brought the product first, by a name of its own
    named = [row for row in links if row["odoo_id"][1] == "Rain Jacket"]
    link = (named or links)[0]
    name = link["odoo_id"][1]
    open_page(tab, odoo, f"product.template/{link['odoo_id'][0]}")
    tab.locator("button[name=action_open_hub_links]").click()
    row = tab.locator(".o_data_row", has_text="Shopify Product")
    expect(row).to_contain_text(name)
    row.locator("button[name=action_open]").click()
    sheet = tab.locator(".o_form_sheet")
    expect(sheet).to_contain_text("In Shopify")
    expect(sheet.locator("[name=variant_ids] .o_data_row").first).to_be_visible()
    expect(sheet.locator("[name=external_id]")).to_contain_text(link["external_id"])
    picture(tab, "product_link", readme=True)
    with tab.expect_popup() as popup:
        tab.get_by_role("button", name="Open in Shopify").click()
    number = link["external_id"].rpartition("/")[2]
    assert popup.value.url == f"{shop.store.url}/admin/products/{number}"
    popup.value.close()
    tab.locator("button[name=action_open_record]").click()
    expect(tab.locator("[name=name] textarea, [name=name] input").first).to_have_value(
        name
    )


def test_linked_records_have_lists_that_people_can_read(
    tab: Page, odoo: Any, shop: Any
) -> None:
    open_page(tab, odoo, "shopify-orders")
    expect(tab.locator(".o_data_row .badge", has_text="Paid").first).to_be_visible()
    picture(tab, "linked_orders", readme=True)
    open_page(tab, odoo, "shopify-products")
    expect(tab.locator(".o_data_row .badge", has_text="Active").first).to_be_visible()
    picture(tab, "linked_products", readme=True)
    open_page(tab, odoo, "shopify-variants")
    expect(tab.locator(".o_data_row").first).to_contain_text("SKU-")
