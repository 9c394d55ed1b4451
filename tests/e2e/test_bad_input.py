# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wrong settings and incomplete orders: a clear word, a remedy, nothing lost."""

import contextlib

import pytest
from harness import process
from harness.rpc import RpcError

SCENARIOS = 36


def verdict_of(shop):
    """Test the connection; return (whether it passed, what is said)."""
    passed = shop.backend("action_test_connection")
    read = shop.read_backend("verdict", "verdict_ok")
    assert read["verdict_ok"] is passed
    return passed, read["verdict"]


@contextlib.contextmanager
def archived(client, model, domain):
    """Without these records, until the end."""
    found = client.search(model, domain)
    assert found
    client.call(model, "write", found, {"active": False})
    try:
        yield found
    finally:
        client.call(model, "write", found, {"active": True})


# === CONNECTION ===#


def test_a_good_connection_says_what_it_may_do(open_shop):
    passed, verdict = verdict_of(open_shop(connect=False))
    assert passed
    for words in ("Connected to", "currency EUR", "permission read_orders"):
        assert words in verdict


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("shopify_client_secret", "wrong", "invalid_client"),
        ("shopify_client_id", "nobody", "application_cannot_be_found"),
        ("shopify_access_token", "shpat_wrong", "refuses the access token"),
    ],
)
def test_wrong_credentials_are_told_with_the_remedy(open_shop, field, value, reason):
    shop = open_shop(connect=False, **{field: value})
    passed, verdict = verdict_of(shop)
    assert not passed
    assert reason in verdict
    assert "installed in this store" in verdict
    assert value not in verdict
    told = shop.backend("action_connect")
    assert told["tag"] == "display_notification"
    assert told["params"]["message"] == verdict
    assert shop.read_backend("state")["state"] == "draft"


def test_a_closed_port_is_told_as_such(open_shop):
    url = f"http://127.0.0.1:{process.free_port()}"
    passed, verdict = verdict_of(open_shop(connect=False, api_url=url))
    assert not passed
    assert f"{url} does not answer" in verdict
    assert "refused" in verdict
    assert "Check the address and the network" in verdict


def test_an_address_that_is_no_store_is_told_as_such(odoo, open_shop):
    passed, verdict = verdict_of(open_shop(connect=False, api_url=odoo.direct_url))
    assert not passed
    assert "Check the address" in verdict


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1", "https://169.254.169.254", "https://[fd00::1]"]
)
def test_private_addresses_are_not_called(open_shop, url):
    passed, verdict = verdict_of(open_shop(connect=False, api_url=url))
    assert not passed
    assert "is not a public address" in verdict


def test_this_very_machine_is_not_called_in_production(open_shop):
    shop = open_shop(connect=False)
    shop.configure(api_url="https://127.0.0.1", environment="production")
    passed, verdict = verdict_of(shop)
    assert not passed
    assert "127.0.0.1 is not a public address" in verdict


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1",
        "http://shop.example.com",
        "ftp://shop.example.com",
        "https://user:password@shop.example.com",
        "shop.example.com",
    ],
)
def test_unsafe_addresses_are_refused_when_they_are_entered(open_shop, url):
    shop = open_shop(connect=False)
    with pytest.raises(RpcError) as refused:
        shop.configure(api_url=url, environment="production")
    assert refused.value.name == "odoo.exceptions.ValidationError"
    assert "https" in refused.value.message
    assert "password" not in refused.value.message


def test_a_missing_permission_is_named(open_shop):
    shop = open_shop(connect=False)
    shop.control("scopes", scopes=["read_customers", "read_products"])
    passed, verdict = verdict_of(shop)
    assert not passed
    assert "lacks the permission read_orders. Add it" in verdict
    assert "lacks the permission read_customers" not in verdict


def test_credentials_revoked_later_pause_the_backend_until_they_work(open_shop):
    shop = open_shop(5)
    shop.control("token/expire")
    shop.control("token/refuse", error="app_not_installed")
    shop.start_import()
    process.poll(lambda: shop.read_backend("state")["state"] == "paused", 60, "paused")
    (problem,) = shop.exceptions()
    assert problem["category"] == "auth"
    assert "app_not_installed" in problem["explanation"]
    assert problem["remedy"]
    shop.control("token/refuse", error=None)
    shop.backend("action_resume")
    shop.import_orders(60)
    assert shop.differences() == []
    process.poll(lambda: not shop.exceptions(), 30, "resolved")


# === ORDERS THAT LACK SOMETHING ===#


def test_an_unmapped_tax_holds_up_its_orders_only_until_it_is_mapped(open_shop):
    options = ("--taxes", "excluded", "--restore-rate", "1000")
    shop = open_shop(2 * SCENARIOS, *options, seed=21)
    with_vat = [("amount", "=", 19), ("price_include_override", "=", "tax_excluded")]
    with archived(shop.client, "account.tax", with_vat) as taxes:
        shop.import_orders(120)
        (problem,) = shop.exceptions()
        assert problem["category"] == "mapping"
        assert 'Tax "MwSt 19% excl."' in problem["name"]
        assert "Choose the Odoo tax" in problem["remedy"]
        waiting = problem["message_count"]
        assert 0 < waiting < 2 * SCENARIOS
        assert len(shop.orders()) == 2 * SCENARIOS - waiting
        with pytest.raises(RpcError, match="Choose the Odoo tax"):
            shop.client.call("hub.exception", "action_map", [problem["id"]])
    chosen = {"tax_id": taxes[0]}
    shop.client.call("hub.exception", "write", [problem["id"]], chosen)
    shop.client.call("hub.exception", "action_map", [problem["id"]])
    shop.wait_for_orders(2 * SCENARIOS)
    shop.settled(2 * SCENARIOS)
    assert shop.differences() == []
    process.poll(lambda: not shop.exceptions(), 30, "resolved")


def test_an_inactive_currency_holds_up_its_orders_only(open_shop):
    shop = open_shop(0, seed=22)
    shop.place(2, "plain")
    shop.place(2, "yen")
    with archived(shop.client, "res.currency", [("name", "=", "JPY")]):
        summary = shop.import_orders(60)
        assert summary.orders_imported == 2
        (problem,) = shop.exceptions()
        assert "JPY" in problem["name"]
        assert "Activate JPY" in problem["remedy"]
    shop.client.call("hub.exception", "action_retry", [problem["id"]])
    shop.wait_for_orders(4)
    assert shop.differences() == []
    process.poll(lambda: not shop.exceptions(), 30, "resolved")


def test_an_order_of_nobody_waits_for_the_customer_of_anonymous_orders(open_shop):
    shop = open_shop(0, seed=23)
    other, nobody = shop.place(2, "plain")
    names = ("customer", "email", "phone", "billingAddress", "shippingAddress")
    blank = dict.fromkeys((*names, "purchasingEntity"))
    shop.control("touch", id=nobody, fields=blank)
    assert shop.import_orders(60).orders_imported == 1
    (problem,) = shop.exceptions()
    assert problem["name"] == f"Orders of {shop.name} name no buyer."
    assert "Set a customer for anonymous orders" in problem["remedy"]
    partner = shop.client.create("res.partner", {"name": "Counter Sales"})
    shop.configure(guest_partner_id=partner)
    shop.client.call("hub.exception", "action_retry", [problem["id"]])
    shop.wait_for_orders(2)
    orders = {order["external_id"]: order["odoo_id"][0] for order in shop.orders()}
    (booked,) = shop.client.read(
        "sale.order", [("id", "=", orders[nobody])], ["partner_id"]
    )
    assert booked["partner_id"][0] == partner
    assert shop.differences(other) == []
    process.poll(lambda: not shop.exceptions(), 30, "resolved")


def test_orders_that_vanished_are_told_once_and_can_be_skipped(open_shop):
    shop = open_shop(2, "--start", "2020-01-01T08:00:00Z", seed=24)
    shop.import_orders(60)
    # without read_all_orders a store shows the orders of the last 60 days
    scopes = ["read_orders", "read_customers", "read_products"]
    shop.control("scopes", scopes=scopes)
    ids = [message["id"] for message in shop.messages()]
    shop.client.call("hub.message", "action_retry", ids)
    shop.settled(2)
    (problem,) = process.poll(shop.exceptions, 30, "exception")
    assert (problem["category"], problem["message_count"]) == ("business", 2)
    assert "not found any more" in problem["name"]
    assert "Skip the message" in problem["remedy"]
    shop.client.call("hub.message", "action_skip", ids)
    assert shop.exceptions() == []
    assert {message["state"] for message in shop.messages()} == {"skipped"}
    # what is in Odoo stays
    assert shop.differences() == []


def test_a_locked_order_is_never_cancelled_silently(open_shop):
    shop = open_shop(0, seed=25)
    (gid,) = shop.place(1, "plain", emit=True)
    shop.wait_for_orders(1)
    (order,) = shop.orders()
    order_id = order["odoo_id"][0]
    shop.client.call("sale.order", "action_confirm", [order_id])
    # what is locked, people have settled
    shop.client.call("sale.order", "action_lock", [order_id])
    cancelled = {"cancelledAt": "2026-12-01T08:00:00Z", "cancelReason": "CUSTOMER"}
    shop.control("touch", id=gid, fields=cancelled, emit=True)
    shop.settled(2)
    (problem,) = process.poll(shop.exceptions, 30, "exception")
    assert "cancelled in the store" in problem["name"]
    assert "Skip the message to keep it" in problem["remedy"]
    read = shop.client.read("sale.order", [("id", "=", order_id)], ["state"])
    assert read[0]["state"] == "sale"
