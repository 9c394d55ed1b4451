# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The simulator's refunds, as the connector reads and translates them."""

from decimal import Decimal

import pytest

from odoo.addons.connector_hub.documents import Restock
from odoo.addons.connector_shopify.components import order_givebacks, refund_parts
from odoo.addons.connector_shopify.components.queries import document
from odoo.addons.connector_shopify.tests.simulator import Shop
from odoo.addons.connector_shopify.tests.simulator.refunds import RefundRefused


class Client:
    """Runs documents against a shop without HTTP."""

    def __init__(self, shop):
        self.shop = shop
        self.calls = []

    def query(self, name, **variables):
        self.calls.append(name)
        answer = self.shop.executor.execute(document(name), variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]


@pytest.fixture
def shop():
    return Shop(seed=5, orders=0, restore_rate=1_000_000)


def place(shop, *scenarios):
    (gid,) = shop.place_orders(1, scenarios=list(scenarios or ("plain",)))
    return gid, shop.orders[gid]


def read(shop, gid, side="shop"):
    client = Client(shop)
    data = client.query(
        "orders_by_id", ids=[gid], lines=60, presentment=side == "presentment"
    )
    nodes = data["nodes"]
    order_givebacks.complete(client, nodes, {"presentment": side == "presentment"})
    return nodes[0], client


@pytest.mark.parametrize(
    "scenario", ["plain", "line_discount", "two_taxes", "yen", "presentment"]
)
@pytest.mark.parametrize("side", ["shop", "presentment"])
def test_refunds_of_all_units_one_by_one_are_worth_the_order(shop, scenario, side):
    gid, order = place(shop, scenario)
    for line in order["lineItems"]:
        for _unit in range(line["quantity"]):
            shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)])
    if order["shippingLines"]:
        shop.refunds.make(gid, shipping="full")
    payload, _client = read(shop, gid, side)
    found = refund_parts.refunds(payload, side)
    truth = shop.truth[gid]
    amounts = truth.presentment if side == "presentment" else truth
    value = sum(refund.value(truth.taxes_included) for refund in found)
    assert value == amounts.total - amounts.tip - amounts.duties
    told = "value_presentment" if side == "presentment" else "value"
    assert [refund.value(truth.taxes_included) for refund in found] == [
        getattr(refund, told) for refund in truth.refunds
    ]
    assert [refund.paid for refund in found] == [
        refund.value(truth.taxes_included) for refund in found
    ]


def test_amount_without_lines_is_an_adjustment(shop):
    gid, _order = place(shop)
    shop.refunds.make(gid, amount="4.20")
    payload, _client = read(shop, gid)
    (refund,) = refund_parts.refunds(payload, "shop")
    assert refund.value(True) == refund.paid == Decimal("4.20")
    assert not refund.lines


def test_less_than_calculated_is_a_negative_adjustment(shop):
    gid, order = place(shop)
    line = order["lineItems"][0]
    whole = shop.refunds.calculate(gid, [(line["id"], 1, "CANCEL", None)])
    less = whole["suggested"][1] - 1
    shop.refunds.make(gid, [(line["id"], 1, "CANCEL", None)], amount=less)
    payload, _client = read(shop, gid)
    (refund,) = refund_parts.refunds(payload, "shop")
    assert refund.value(shop.truth[gid].taxes_included) == refund.paid == less


def test_refund_before_capture_pays_nothing_and_voids(shop):
    gid, order = place(shop, "authorized")
    lines = [(row["id"], row["quantity"], "CANCEL", None) for row in order["lineItems"]]
    shop.refunds.make(gid, lines, shipping="full")
    payload, _client = read(shop, gid)
    (refund,) = refund_parts.refunds(payload, "shop")
    assert (refund.paid, refund.payments) == (0, ())
    assert order["displayFinancialStatus"] == "VOIDED"
    assert {line.restock for line in refund.lines} == {Restock.CANCEL}


def test_more_than_was_bought_is_refused(shop):
    gid, order = place(shop)
    line = order["lineItems"][0]
    with pytest.raises(RefundRefused, match="cannot refund more items"):
        shop.refunds.make(gid, [(line["id"], line["quantity"] + 1, "CANCEL", None)])


def test_more_than_was_paid_is_refused(shop):
    gid, _order = place(shop)
    total = shop.truth[gid].presentment.total
    with pytest.raises(RefundRefused, match="is greater than net payment received"):
        shop.refunds.make(gid, amount=total + 1)


def test_lines_that_do_not_fit_are_read_page_by_page(shop):
    gid, order = place(shop, "many_lines")
    lines = [(row["id"], 1, "NO_RESTOCK", None) for row in order["lineItems"]]
    shop.refunds.make(gid, lines)
    payload, client = read(shop, gid)
    assert client.calls.count("refund_lines") == 1
    (refund,) = refund_parts.refunds(payload, "shop")
    assert [line.line_id for line in refund.lines] == [row[0] for row in lines]
    assert refund_parts.refunded_quantities(payload) == dict.fromkeys(
        (row[0] for row in lines), 1
    )


def test_orders_without_refunds_cost_no_call(shop):
    gid, _order = place(shop)
    _payload, client = read(shop, gid)
    assert client.calls == ["orders_by_id"]
