# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What people see and click, in a real browser.

setup/screenshots has the pictures taken anew.
"""

import contextlib

import pytest
from harness import browser, process, rpc
from pictures import picture
from playwright.sync_api import expect

# the first page compiles the assets
FIRST, SOON = 90_000, 20_000
SCENARIOS, HELD_UP = 36, 8
ORDERS = SCENARIOS + HELD_UP - 1
NAME = "Webshop Europe"
PASSWORD = "not-a-secret-here"


@pytest.fixture
def shop(open_shop):
    """A store of which everything is in Odoo except what one missing tax holds up."""
    shop = open_shop(
        SCENARIOS, "--taxes", "excluded", "--restore-rate", "1000", seed=51, name=NAME
    )
    shop.place(HELD_UP - 1, "two_taxes")
    # sold, but nobody has said which tax that is
    domain = [("amount", "=", 5), ("price_include_override", "=", "tax_excluded")]
    taxes = shop.client.search("account.tax", domain)
    shop.client.call("account.tax", "write", taxes, {"active": False})
    try:
        shop.import_orders(120)
    finally:
        shop.client.call("account.tax", "write", taxes, {"active": True})
    yield shop
    # else the same orders of the next test would look like duplicates
    ids = [order["odoo_id"][0] for order in shop.orders()]
    shop.client.call("sale.order", "unlink", ids)


def open_app(page, odoo):
    page.goto(f"{odoo.url}/odoo/integration-hub")
    page.wait_for_selector(".o_kanban_renderer, .o_view_nocontent", timeout=FIRST)


def card(page, shop):
    name = page.get_by_text(shop.name, exact=True)
    return page.locator(".o_kanban_record", has=name)


def open_record(page, odoo, action, record):
    page.goto(f"{odoo.url}/odoo/{action}/{record}")
    page.wait_for_selector(".o_form_view .o_form_sheet")


def test_the_overview_shows_how_each_backend_is(tab, odoo, shop):
    open_app(tab, odoo)
    mine = card(tab, shop)
    expect(mine).to_contain_text("Needs Action")
    expect(mine.locator("a", has_text="To do")).to_contain_text("1")
    failed = mine.locator("a", has_text="Failed")
    expect(failed).to_contain_text(str(HELD_UP))
    done = mine.locator("a", has_text="Done 24 h")
    expect(done).to_contain_text(str(ORDERS - HELD_UP))
    picture(tab, "overview")


def test_the_dashboard_tells_what_must_be_done(tab, odoo, shop):
    count_settled(shop)
    tab.goto(f"{odoo.url}/odoo/integration-dashboard")
    screen = tab.locator(".o_hub_dashboard")
    expect(screen).to_contain_text("You must act", timeout=FIRST)
    choice = screen.get_by_label("Connected system")
    if choice.count():
        choice.select_option(label=shop.name)
    act = screen.locator(".o_hub_act")
    line = act.locator(".o_hub_line", has_text='"GST 5% excl."')
    expect(line).to_contain_text(f"{HELD_UP} waiting")
    row = screen.locator("tr", has_text="Orders from Shopify")
    expect(row).to_have_count(1)
    expect(row.locator("td").nth(3)).to_have_text(str(ORDERS - HELD_UP))
    expect(row.locator("td").nth(4)).to_have_text(str(HELD_UP))
    picture(tab, "dashboard")
    # every figure leads to what is behind it
    row.locator("td").nth(4).get_by_role("link").click()
    expect(tab.locator(".o_data_row")).to_have_count(HELD_UP)
    tab.go_back()
    line.get_by_role("link").click()
    expect(tab.locator(".o_form_sheet")).to_contain_text("Choose the Odoo tax")


def test_the_dashboard_fits_a_phone(tab, odoo, shop):
    size = tab.viewport_size
    tab.set_viewport_size({"width": 390, "height": 800})
    try:
        tab.goto(f"{odoo.url}/odoo/integration-dashboard")
        screen = tab.locator(".o_hub_dashboard")
        expect(screen).to_contain_text("You must act", timeout=FIRST)
        wider = "e => [...e.querySelectorAll('*')].some(c => c.scrollWidth > 390)"
        assert not screen.evaluate(wider)
        picture(tab, "dashboard_phone")
    finally:
        tab.set_viewport_size(size)


def count_settled(shop):
    """Have counted at once what is counted every minute."""
    (cron,) = shop.client.search("ir.cron", [("code", "=", "model._cron_collect()")])
    # it may be at it by itself
    with contextlib.suppress(rpc.RpcError):
        shop.client.call("ir.cron", "method_direct_trigger", [cron])


def test_the_app_is_reached_by_its_menu(tab, odoo, shop):
    tab.goto(f"{odoo.url}/odoo")
    tab.locator(
        ".o_navbar_apps_menu button, .o_main_navbar .dropdown-toggle"
    ).first.click()
    tab.get_by_role("menuitem", name="Integration Hub").click()
    expect(tab.locator(".o_hub_dashboard")).to_contain_text("You must act")
    tab.locator(".o_menu_sections .o_nav_entry", has_text="Systems").click()
    expect(card(tab, shop)).to_be_visible()
    tab.locator(".o_menu_sections .o_nav_entry", has_text="Messages").click()
    expect(tab.locator(".o_breadcrumb")).to_contain_text("Messages")
    expect(tab.locator(".o_data_row").first).to_be_visible()
    picture(tab, "messages")


def test_a_backend_tells_the_verdict_of_its_connection_test(tab, odoo, shop):
    open_app(tab, odoo)
    card(tab, shop).locator(".fw-bold").first.click()
    sheet = tab.locator(".o_form_sheet")
    expect(sheet).to_contain_text("Connected to")
    expect(sheet).to_contain_text("read_orders")
    picture(tab, "backend")
    tab.get_by_role("tab", name="Flows").click()
    expect(sheet).to_contain_text("Orders from Shopify")
    picture(tab, "flows")


def test_a_missing_tax_is_mapped_where_the_problem_is_shown(tab, odoo, shop):
    (problem,) = shop.exceptions()
    assert problem["message_count"] == HELD_UP
    open_app(tab, odoo)
    card(tab, shop).locator("a", has_text="To do").click()
    row = tab.locator(".o_data_row, .o_kanban_record", has_text='"GST 5% excl."')
    expect(row).to_be_visible()
    picture(tab, "exceptions")
    row.click()
    sheet = tab.locator(".o_form_sheet")
    expect(sheet).to_contain_text("Choose the Odoo tax it stands for")
    picture(tab, "exception")
    field = tab.locator("[name=tax_id] input")
    field.click()
    field.fill("5%")
    tab.get_by_role("option", name="5%", exact=True).click()
    tab.get_by_role("button", name="Save and Retry").click()
    shop.wait_for_orders(ORDERS)
    process.poll(lambda: not shop.exceptions(), 30, "resolved")
    assert shop.differences() == []
    # the page learns of it by itself
    current = tab.locator(".o_statusbar_status .o_arrow_button_current")
    expect(current).to_have_text("Resolved", timeout=SOON)


def test_an_order_and_its_message_lead_to_each_other(tab, odoo, shop):
    gid, expected = next(
        (gid, truth)
        for gid, truth in shop.truth().items()
        if truth["scenarios"][0] == "plain"
    )
    links = {order["external_id"]: order["odoo_id"][0] for order in shop.orders()}
    open_record(tab, odoo, "sales", links[gid])
    sheet = tab.locator(".o_form_sheet")
    money = expected["presentment"]
    customer = sheet.locator("[name=partner_id] input").first
    expect(customer).to_have_value(expected["billing_address"]["name"])
    for line in money["lines"]:
        expect(sheet.locator("[name=order_line]")).to_contain_text(line["title"])
    total = f"{float(money['total']):,.2f}"
    expect(sheet.locator("[name=tax_totals]")).to_contain_text(total)
    picture(tab, "order")
    tab.locator("button[name=action_open_hub_messages]").click()
    row = tab.locator(".o_data_row", has_text=expected["name"])
    expect(row).to_have_count(1)
    row.locator(".o_data_cell").first.click()
    expect(tab.locator(".o_form_sheet [name=payload_preview]")).to_contain_text(gid)
    picture(tab, "message")
    tab.locator("button[name=action_open_record]").click()
    expect(tab.locator(".o_form_sheet [name=tax_totals]")).to_contain_text(total)


@contextlib.contextmanager
def other_person(tab, odoo, login):
    """A page of somebody else, in the same browser."""
    context = tab.context
    cookies = context.cookies()
    context.clear_cookies()
    page = context.new_page()
    try:
        page.set_default_timeout(SOON)
        browser.log_in(page, odoo.url, login, PASSWORD)
        yield page
    finally:
        page.close()
        context.clear_cookies()
        context.add_cookies(cookies)


def create_viewer(client, login):
    groups = [("module", "=", "connector_hub"), ("name", "=", "group_hub_user")]
    (group,) = client.read("ir.model.data", groups, ["res_id"])
    values = {"name": "Viewer", "login": login, "password": PASSWORD}
    client.create("res.users", {**values, "group_ids": [(4, group["res_id"])]})


def test_a_plain_user_sees_personal_data_masked(tab, odoo, shop):
    gid, expected = next(
        (gid, truth) for gid, truth in shop.truth().items() if truth["email"]
    )
    login = f"viewer-{shop.backend_id}"
    create_viewer(shop.client, login)
    (message,) = shop.messages(("external_id", "=", gid))
    with other_person(tab, odoo, login) as page:
        open_record(page, odoo, "integration-messages", message["id"])
        sheet = page.locator(".o_form_sheet")
        payload = sheet.locator("[name=payload_preview]")
        expect(payload).to_contain_text("•••")
        expect(payload).to_contain_text(gid)
        expect(sheet).to_contain_text("Personal data and secrets are masked")
        content = payload.inner_text().casefold()
        assert expected["email"].casefold() not in content
        assert expected["billing_address"]["address1"].casefold() not in content
        expect(page.get_by_role("button", name="Apply Again")).to_have_count(0)
        picture(page, "message-masked")
