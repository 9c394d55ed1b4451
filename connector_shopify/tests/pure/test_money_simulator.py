# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The simulated till and payments account keep their own books right."""

from decimal import Decimal

import pytest
from shopify_simulator import SCOPES, Shop

MARK = """mutation($id: ID!) { orderMarkAsPaid(input: {id: $id}) {
  order { id displayFinancialStatus canMarkAsPaid } userErrors { field message } } }"""
CAPTURE = """mutation($input: OrderCaptureInput!) { orderCapture(input: $input) {
  transaction { kind status parentTransaction { id } }
  userErrors { field message } } }"""
PAYOUTS = """{ shopifyPaymentsAccount { payouts(first: 5) { nodes {
  id status net { amount } } } } }"""


@pytest.fixture
def shop():
    return Shop(seed=3, orders=0, scopes=(*SCOPES, "read_shopify_payments"))


def run(shop, text, **variables):
    return shop.executor.execute(text, variables)


def place(shop, *scenarios):
    (gid,) = shop.place_orders(1, scenarios=list(scenarios))
    return gid, shop.truth[gid]


def test_marking_as_paid_settles_the_order_once(shop):
    gid, truth = place(shop, "unpaid")
    data = run(shop, MARK, id=gid)["data"]["orderMarkAsPaid"]
    assert data["order"]["displayFinancialStatus"] == truth.financial_status == "PAID"
    assert truth.presentment.received == truth.presentment.total
    again = run(shop, MARK, id=gid)["data"]["orderMarkAsPaid"]
    assert again["userErrors"][0]["message"] == "Order cannot be marked as paid."
    assert len(shop.orders[gid]["transactions"]) == 1


def test_no_more_is_captured_than_was_authorized(shop):
    gid, truth = place(shop, "authorized")
    (held,) = shop.orders[gid]["transactions"]
    total = truth.presentment.total
    given = {
        "id": gid,
        "parentTransactionId": held["id"],
        "currency": truth.presentment.currency,
    }
    too_much = run(shop, CAPTURE, input={**given, "amount": str(total + 1)})
    assert too_much["data"]["orderCapture"]["userErrors"]
    part = run(shop, CAPTURE, input={**given, "amount": "1.00"})
    assert part["data"]["orderCapture"]["transaction"]["kind"] == "CAPTURE"
    assert truth.financial_status == "PARTIALLY_PAID"
    shop.till.capture(gid)
    assert truth.presentment.received == total
    with pytest.raises(ValueError, match="nothing is authorized"):
        shop.till.capture(gid)


def test_payouts_need_their_scope(shop):
    errors = run(shop, PAYOUTS)["errors"]
    assert "read_shopify_payments_payouts" in errors[0]["message"]


def test_a_payout_is_the_sum_of_its_entries_and_pays_each_once(shop):
    for _number in range(6):
        gid, _truth = place(shop, "unpaid")
        shop.till.pay(gid, gateway="shopify_payments")
    truth = shop.payouts.truth(shop.payouts.pay_out())
    gross = sum(map(Decimal, truth["entries"].values()))
    assert len(truth["entries"]) == 6
    assert Decimal(truth["net"]) == gross - Decimal(truth["fees"])
    assert not shop.payouts.truth(shop.payouts.pay_out())["entries"]
