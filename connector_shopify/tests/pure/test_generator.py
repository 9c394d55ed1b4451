# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The generated shop is consistent to the cent, varied, and the same for one seed."""

import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shopify_simulator import Shop
from shopify_simulator.basket import SCENARIOS
from shopify_simulator.money import allocate, amount_text, rounded, taxes_on

SIDES = ("shopMoney", "presentmentMoney")

shops = st.builds(
    Shop,
    seed=st.integers(0, 10**6),
    orders=st.just(len(SCENARIOS)),
    currency=st.sampled_from(("EUR", "USD", "CHF", "JPY")),
    taxes=st.sampled_from(("included", "excluded", "mixed")),
    duties=st.booleans(),
    products=st.just(14),
    customers=st.just(20),
)


def money(bag, side="shopMoney"):
    return Decimal(bag[side]["amount"])


def sides(truth):
    return (truth, truth.presentment)


@settings(max_examples=12, deadline=None)
@given(shops)
def test_truth_adds_up_to_the_total(shop):
    for truth in shop.truth.values():
        for amounts in sides(truth):
            total = sum(line.net for line in amounts.lines)
            total += amounts.shipping + amounts.tip + amounts.duties
            if not truth.taxes_included:
                total += amounts.tax_total
            assert total == amounts.total, (truth.name, amounts.currency)


@settings(max_examples=12, deadline=None)
@given(shops)
def test_truth_taxes_add_up_to_the_tax_total(shop):
    for truth in shop.truth.values():
        for amounts in sides(truth):
            rows = [tax for line in amounts.lines for tax in line.taxes]
            rows += amounts.shipping_taxes + amounts.duty_taxes
            assert sum(tax.amount for tax in rows) == amounts.tax_total, truth.name


@settings(max_examples=12, deadline=None)
@given(shops)
def test_order_amounts_are_those_of_the_truth_in_both_moneys(shop):
    for gid, order in shop.orders.items():
        truth = shop.truth[gid]
        for side, amounts in zip(SIDES, sides(truth), strict=True):
            assert money(order["totalPriceSet"], side) == amounts.total
            assert money(order["totalTaxSet"], side) == amounts.tax_total
            assert money(order["totalTipReceivedSet"], side) == amounts.tip
            assert order["totalPriceSet"][side]["currencyCode"] == amounts.currency


@settings(max_examples=12, deadline=None)
@given(shops)
def test_allocations_of_every_line_lead_from_the_price_to_the_net_amount(shop):
    for gid, order in shop.orders.items():
        truth = shop.truth[gid]
        for side, amounts in zip(SIDES, sides(truth), strict=True):
            for line, expected in zip(order["lineItems"], amounts.lines, strict=True):
                cut = sum(
                    money(item["allocatedAmountSet"], side)
                    for item in line["discountAllocations"]
                )
                assert money(line["originalTotalSet"], side) - cut == expected.net


@settings(max_examples=12, deadline=None)
@given(shops)
def test_allocations_add_up_to_the_order_discount(shop):
    for order in shop.orders.values():
        rows = order["lineItems"] + order["shippingLines"]
        for side in SIDES:
            cut = sum(
                money(item["allocatedAmountSet"], side)
                for row in rows
                for item in row["discountAllocations"]
            )
            assert cut == money(order["totalDiscountsSet"], side), order["name"]


@settings(max_examples=12, deadline=None)
@given(shops)
def test_order_tax_lines_add_up_to_the_total_tax(shop):
    for order in shop.orders.values():
        for side in SIDES:
            taxes = sum(money(tax["priceSet"], side) for tax in order["taxLines"])
            assert taxes == money(order["totalTaxSet"], side), order["name"]


@settings(max_examples=12, deadline=None)
@given(shops)
def test_what_is_received_and_outstanding_is_the_total(shop):
    for order in shop.orders.values():
        if order["displayFinancialStatus"] == "VOIDED":
            continue
        for side in SIDES:
            paid = money(order["totalReceivedSet"], side)
            open_ = money(order["totalOutstandingSet"], side)
            assert paid + open_ == money(order["totalPriceSet"], side)


def test_one_seed_gives_one_shop():
    first, second = (json.dumps(_plain(Shop(seed=3, orders=40))) for _ in range(2))
    assert first == second


def test_another_seed_gives_another_shop():
    assert _plain(Shop(seed=3, orders=5)) != _plain(Shop(seed=4, orders=5))


def _plain(shop):
    return {gid: truth.to_json() for gid, truth in shop.truth.items()}


# === VARIETY ===


@pytest.fixture(scope="module")
def shop():
    return Shop(seed=7, orders=2 * len(SCENARIOS))


@pytest.fixture(scope="module")
def by_scenario(shop):
    orders = {}
    for gid, truth in shop.truth.items():
        for name in truth.scenarios:
            orders.setdefault(name, (shop.orders[gid], truth))
    return orders


def test_every_scenario_occurs(by_scenario):
    assert set(SCENARIOS) <= set(by_scenario)


def test_a_guest_has_an_email_and_no_customer(by_scenario):
    order, truth = by_scenario["guest"]
    assert (order["customer"], truth.customer_gid) == (None, None) and order["email"]


def test_a_phone_order_has_no_email(by_scenario):
    order, truth = by_scenario["phone_only"]
    assert order["email"] is None and truth.email is None and order["phone"]


def test_an_email_in_another_case_is_the_same_person(by_scenario):
    order, truth = by_scenario["other_case_email"]
    known = order["customer"]["defaultEmailAddress"]["emailAddress"]
    assert order["email"] != known and truth.email == known.lower()


def test_an_upper_case_guest_is_a_known_customer(shop, by_scenario):
    order, truth = by_scenario["other_case_guest"]
    known = {
        row["defaultEmailAddress"]["emailAddress"].lower()
        for row in shop.collection("customers").objects.values()
    }
    assert order["customer"] is None and truth.email in known


def test_yen_have_no_decimals(by_scenario):
    order, truth = by_scenario["yen"]
    assert truth.presentment.currency == "JPY"
    assert truth.presentment.total == truth.presentment.total.to_integral_value()
    assert order["totalPriceSet"]["presentmentMoney"]["amount"].endswith(".0")


def test_a_deleted_product_leaves_its_line(by_scenario):
    order, _ = by_scenario["deleted_product"]
    gone = [line for line in order["lineItems"] if line["product"] is None]
    assert gone and all(line["title"] and line["variant"] is None for line in gone)


def test_cash_rounding_is_outside_the_total(shop):
    orders = shop.place_orders(20, scenarios=["cash_rounding"])
    truths = [shop.truth[gid] for gid in orders]
    assert any(truth.cash_rounding for truth in truths)
    for truth in truths:
        assert (truth.total + truth.cash_rounding) % Decimal("0.05") == 0
        assert truth.received == truth.total


def test_a_tip_is_in_the_total_and_on_no_line(by_scenario):
    order, truth = by_scenario["tip"]
    assert truth.tip > 0
    assert all("tip" not in line["title"].lower() for line in order["lineItems"])


def test_a_business_order_names_company_and_purchase_order(by_scenario):
    order, truth = by_scenario["b2b"]
    assert order["purchasingEntity"]["__typename"] == "PurchasingCompany"
    assert truth.company_name == order["purchasingEntity"]["company"]["name"]
    assert order["poNumber"]


def test_two_variants_share_a_sku_and_others_have_none(shop):
    skus = [row["sku"] for row in shop.collection("productVariants").objects.values()]
    filled = [sku for sku in skus if sku]
    assert len(filled) - len(set(filled)) == 1
    assert None in skus and "" in skus


def test_large_orders_need_nested_paging(by_scenario):
    assert len(by_scenario["many_lines"][0]["lineItems"]) >= 60


def test_duties_occur_only_when_asked_for():
    assert not any(truth.duties for truth in Shop(orders=60).truth.values())
    assert any(truth.duties for truth in Shop(orders=60, duties=True).truth.values())


# === MONEY ===


amounts = st.decimals("0.01", 10000, places=2)


@given(amounts, st.lists(amounts, min_size=1, max_size=30))
def test_allocation_is_exact_and_fair(total, weights):
    shares = allocate(total, weights, "EUR")
    assert sum(shares) == total
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share - total * weight / sum(weights)) < Decimal("0.01")


@given(amounts, st.sampled_from(("0.07", "0.19", "0.2")))
def test_included_tax_is_what_the_net_price_would_bear(amount, rate):
    (tax,) = taxes_on(amount, [Decimal(rate)], True, "EUR")
    (again,) = taxes_on(amount - tax, [Decimal(rate)], False, "EUR")
    assert abs(tax - again) <= Decimal("0.01")


def test_half_a_cent_is_rounded_up():
    assert rounded(Decimal("0.125"), "EUR") == Decimal("0.13")
    assert rounded(Decimal("0.5"), "JPY") == Decimal("1")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("10.00", "10.0"), ("9.90", "9.9"), ("0", "0.0"), ("1200", "1200.0")],
)
def test_amounts_are_written_as_shopify_writes_them(amount, text):
    assert amount_text(Decimal(amount)) == text
