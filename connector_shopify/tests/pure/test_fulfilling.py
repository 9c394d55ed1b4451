# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fulfilment orders and fulfilments of the simulator."""

import pytest
from shopify_simulator import Shop

STATE = """query State($id: ID!) { order(id: $id) {
    displayFulfillmentStatus
    fulfillmentOrders(first: 10) { nodes {
        id status assignedLocation { name location { id } }
        fulfillmentHolds { reason displayReason }
        lineItems(first: 100) { nodes {
            id totalQuantity remainingQuantity lineItem { id } } } } }
    fulfillments(first: 10) { id name status createdAt
        location { id } trackingInfo(first: 5) { number company url }
        fulfillmentLineItems(first: 50) { nodes { quantity lineItem { id } } } } } }"""
CREATE = """mutation Create($fulfillment: FulfillmentInput!) {
    fulfillmentCreate(fulfillment: $fulfillment) {
        fulfillment { id status totalQuantity trackingInfo { number } }
        userErrors { field message } } }"""


class Store:
    def __init__(self, *scenarios, **options):
        self.shop = Shop(seed=5, orders=0, restore_rate=1_000_000, **options)
        (self.gid,) = self.shop.place_orders(1, scenarios=["plain", *scenarios])

    def run(self, text, **variables):
        answer = self.shop.executor.execute(text, variables)
        assert "errors" not in answer, answer["errors"]
        return next(iter(answer["data"].values()))

    @property
    def state(self):
        return self.run(STATE, id=self.gid)

    @property
    def work(self):
        return self.state["fulfillmentOrders"]["nodes"]

    def create(self, work, quantity=None, **values):
        rows = [
            {"id": row["id"], "quantity": quantity or row["remainingQuantity"]}
            for row in work["lineItems"]["nodes"]
        ]
        part = {"fulfillmentOrderId": work["id"], "fulfillmentOrderLineItems": rows}
        return self.run(
            CREATE, fulfillment={"lineItemsByFulfillmentOrder": [part], **values}
        )

    def refusal(self, work, quantity=None):
        answer = self.create(work, quantity)
        assert answer["fulfillment"] is None
        (error,) = answer["userErrors"]
        assert not self.shop.dispatch.ledger
        return error["message"]


def test_a_new_order_has_its_work_to_be_done():
    store = Store()
    (work,) = store.work
    ordered = {
        row["id"]: row["quantity"] for row in store.shop.orders[store.gid]["lineItems"]
    }
    rows = work["lineItems"]["nodes"]
    assert work["status"] == "OPEN"
    assert {r["lineItem"]["id"]: r["remainingQuantity"] for r in rows} == ordered
    assert store.state["fulfillments"] == []
    assert store.shop.truth[store.gid].delivered == {}


def test_shipping_everything_closes_the_fulfilment_order():
    store = Store()
    made = store.create(store.work[0], trackingInfo={"number": "T1", "company": "UPS"})
    assert made["fulfillment"]["trackingInfo"] == [{"number": "T1"}]
    assert store.work[0]["status"] == "CLOSED"
    assert store.state["displayFulfillmentStatus"] == "FULFILLED"
    assert len(store.shop.dispatch.ledger) == 1
    truth = store.shop.truth[store.gid]
    assert sum(truth.delivered.values()) == sum(line.quantity for line in truth.lines)


def test_shipping_some_leaves_the_rest_open():
    store = Store()
    gid = store.shop.orders[store.gid]["lineItems"][0]["id"]
    store.shop.orders[store.gid]["lineItems"][0]["quantity"] = 5
    work = store.shop.dispatch.work(store.gid)
    work["lineItems"][0].update(totalQuantity=5, remainingQuantity=5)
    store.shop.dispatch.ship(store.gid, {gid: 2})
    assert store.work[0]["lineItems"]["nodes"][0]["remainingQuantity"] == 3
    assert store.state["displayFulfillmentStatus"] == "PARTIALLY_FULFILLED"
    assert store.shop.truth[store.gid].delivered == {gid: 2}


def test_what_is_closed_on_hold_or_scheduled_cannot_be_shipped():
    for status, prepare in (
        ("closed", lambda s: s.shop.dispatch.ship(s.gid)),
        ("on_hold", lambda s: s.shop.dispatch.hold(s.work[0]["id"])),
        ("scheduled", lambda s: s.shop.dispatch.schedule(s.work[0]["id"])),
    ):
        store = Store()
        work = store.work[0]
        prepare(store)
        number = work["id"].rpartition("/")[2]
        assert store.refusal(work) == (
            f"Fulfillment order {number} has an unfulfillable status= {status}."
        )


def test_more_than_remains_cannot_be_shipped():
    store = Store()
    assert store.refusal(store.work[0], 1000) == (
        "Invalid fulfillment order line item quantity requested."
    )


def test_a_released_hold_can_be_shipped():
    store = Store()
    store.shop.dispatch.hold(store.work[0]["id"], "AWAITING_PAYMENT")
    assert store.work[0]["fulfillmentHolds"][0]["reason"] == "AWAITING_PAYMENT"
    assert store.state["displayFulfillmentStatus"] == "ON_HOLD"
    store.shop.dispatch.release(store.work[0]["id"])
    assert store.create(store.work[0])["fulfillment"]


def test_two_locations_have_a_fulfilment_order_each():
    store = Store("many_lines", "two_locations")
    places = [work["assignedLocation"]["location"]["id"] for work in store.work]
    assert len(set(places)) == 2
    assert len(store.shop.dispatch.ship(store.gid)) == 2


def test_moved_work_is_done_elsewhere():
    store = Store()
    other = store.shop.generator.world.locations[1]
    store.shop.dispatch.move(store.work[0]["id"], other["id"])
    assert [w["assignedLocation"]["name"] for w in store.work] == [other["name"]]


def test_split_work_is_two_fulfilment_orders():
    store = Store("many_lines")
    rows = store.work[0]["lineItems"]["nodes"]
    store.shop.dispatch.split(store.work[0]["id"], {rows[0]["lineItem"]["id"]: 1})
    first, second = store.work
    assert [r["remainingQuantity"] for r in second["lineItems"]["nodes"]] == [1]
    total = sum(
        r["remainingQuantity"] for w in (first, second) for r in w["lineItems"]["nodes"]
    )
    assert total == sum(row["remainingQuantity"] for row in rows)


def test_a_cancelled_fulfilment_can_be_shipped_again():
    store = Store()
    made = store.create(store.work[0])["fulfillment"]
    answer = store.run(
        "mutation Cancel($id: ID!) { fulfillmentCancel(id: $id) {"
        " fulfillment { status } userErrors { message } } }",
        id=made["id"],
    )
    assert answer["fulfillment"]["status"] == "CANCELLED"
    assert store.shop.truth[store.gid].delivered == {}
    assert [work["status"] for work in store.work] == ["CLOSED", "OPEN"]
    assert store.create(store.work[1])["fulfillment"]


def test_tracking_is_replaced():
    store = Store()
    made = store.create(store.work[0])["fulfillment"]
    store.run(
        "mutation Track($id: ID!, $info: FulfillmentTrackingInput!) {"
        " fulfillmentTrackingInfoUpdate(fulfillmentId: $id, trackingInfoInput: $info) {"
        " fulfillment { id } userErrors { message } } }",
        id=made["id"],
        info={"numbers": ["A", "B"], "company": "UPS"},
    )
    found = store.state["fulfillments"][0]["trackingInfo"]
    assert [row["number"] for row in found] == ["A", "B"]


@pytest.mark.parametrize("scenario", ["fulfilled", "partly_fulfilled", "two_parcels"])
def test_orders_may_be_shipped_before_anybody_reads_them(scenario):
    store = Store("many_lines", scenario)
    truth = store.shop.truth[store.gid]
    left = sum(line.quantity for line in truth.lines) - sum(truth.delivered.values())
    assert (left > 0) is (scenario == "partly_fulfilled")
    assert truth.delivered


def test_a_share_of_a_shop_is_shipped_and_the_orders_stay_the_same():
    plain, shipped = Shop(seed=3, orders=60), Shop(seed=3, orders=60, fulfilled=0.5)
    assert [t.total for t in plain.truth.values()] == [
        t.total for t in shipped.truth.values()
    ]
    assert 20 < sum(bool(t.delivered) for t in shipped.truth.values()) < 45
