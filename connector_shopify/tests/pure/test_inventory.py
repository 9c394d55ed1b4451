# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Idempotent mutations, compare-and-swap, and the ledger of what really happened."""

import pytest
import requests
from shopify_simulator import Shop, SimulatorServer

SET = """
mutation Set($input: InventorySetQuantitiesInput!, $key: String!) {
  inventorySetQuantities(input: $input) @idempotent(key: $key) {
    inventoryAdjustmentGroup {
      changes { delta item { id inventoryLevel(locationId: $location) { isActive } } }
    }
    userErrors { code message field }
  }
}
""".replace("$key: String!)", "$key: String!, $location: ID!)")
LEVEL = """
query Level($item: ID!, $location: ID!) {
  inventoryItem(id: $item) {
    tracked
    inventoryLevel(locationId: $location) {
      isActive
      quantities(names: ["available", "committed", "on_hand"]) { name quantity }
    }
    inventoryLevels(first: 5) { nodes { location { id } } }
  }
}
"""
ACTIVATE = """
mutation Activate($item: ID!, $location: ID!, $key: String!) {
  inventoryActivate(inventoryItemId: $item, locationId: $location)
    @idempotent(key: $key) {
    inventoryLevel { isActive quantities(names: ["available"]) { quantity } }
    userErrors { message }
  }
}
"""


class Store:
    def __init__(self):
        self.shop = Shop(seed=7, orders=0)
        self.inventory = self.shop.inventory
        self.first, self.second = self.inventory.locations
        self.items = [
            gid for gid, item in self.inventory.items.items() if item["tracked"]
        ]
        self.item = self.items[1]

    def execute(self, text, **variables):
        return self.shop.executor.execute(text, variables)

    def set(self, quantity, key="K1", change_from=None, **row):
        row.setdefault("inventoryItemId", self.item)
        row.setdefault("locationId", self.first)
        row.update(quantity=quantity, changeFromQuantity=change_from)
        return self.set_rows([row], key)

    def set_rows(self, rows, key="K1"):
        values = {"name": "available", "reason": "correction", "quantities": rows}
        return self.execute(SET, input=values, key=key, location=self.first)

    def available(self, location=None):
        return self.inventory.quantity(self.item, location or self.first)

    def effects(self):
        return len(self.shop.ledger.of("inventorySetQuantities"))


@pytest.fixture
def store():
    return Store()


def codes(answer):
    payload = answer["data"]["inventorySetQuantities"]
    return [error["code"] for error in payload["userErrors"]]


# === IDEMPOTENCY ===


def test_without_the_directive_the_mutation_is_refused(store):
    text = SET.replace("@idempotent(key: $key)", "").replace("$key: String!, ", "")
    row = {"inventoryItemId": store.item, "locationId": store.first, "quantity": 1}
    values = {"name": "available", "reason": "correction", "quantities": [row]}
    answer = store.execute(text, input=values, location=store.first)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_REQUEST"
    assert error["message"] == (
        "The @idempotent directive is required for this mutation but was not provided."
    )


def test_a_known_key_gets_the_first_answer_and_no_second_effect(store):
    before = store.available()
    first = store.set(before + 5, change_from=before)
    again = store.set(before + 5, change_from=before)
    assert first["data"] == again["data"]
    assert codes(again) == []
    assert store.effects() == 1


def test_a_known_key_with_other_parameters_is_refused(store):
    store.set(5)
    assert codes(store.set(6)) == ["IDEMPOTENCY_KEY_PARAMETER_MISMATCH"]
    assert store.available() == 5


def test_a_repetition_may_find_the_first_one_still_running(store):
    store.set(5)
    store.shop.idempotency.busy = 1
    assert codes(store.set(5)) == ["IDEMPOTENCY_CONCURRENT_REQUEST"]
    assert codes(store.set(5)) == []


def test_after_a_refusal_the_key_is_used_up(store):
    stale = store.available() + 1
    assert codes(store.set(5, change_from=stale)) == ["CHANGE_FROM_QUANTITY_STALE"]
    again = codes(store.set(5, change_from=stale))
    assert again == ["IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"]
    assert store.effects() == 0


def test_a_forgotten_key_is_stopped_by_the_comparison(store):
    before = store.available()
    store.set(before + 5, change_from=before)
    store.shop.idempotency.forget()
    answer = store.set(before + 5, change_from=before)
    assert codes(answer) == ["CHANGE_FROM_QUANTITY_STALE"]


def test_the_directive_is_not_known_on_other_mutations(store):
    text = (
        'mutation M($id: ID!) { tagsAdd(id: $id, tags: ["a"]) @idempotent(key: "K")'
        " { userErrors { message } } }"
    )
    (error,) = store.execute(text, id="gid://shopify/Product/1")["errors"]
    assert error["extensions"]["code"] == "NOT_SIMULATED"


def test_arrays_hold_250_entries_at_most(store):
    row = {
        "inventoryItemId": store.item,
        "locationId": store.first,
        "quantity": 1,
        "changeFromQuantity": None,
    }
    (error,) = store.set_rows([row] * 251)["errors"]
    assert error["extensions"]["code"] == "MAX_INPUT_SIZE_EXCEEDED"
    assert "251" in error["message"]


# === COMPARE AND SWAP ===


def test_change_from_quantity_must_be_given(store):
    row = {"inventoryItemId": store.item, "locationId": store.first, "quantity": 1}
    (error,) = store.set_rows([row])["errors"]
    assert error["extensions"]["code"] == "INVALID_FIELD_ARGUMENTS"
    assert error["message"] == (
        "InventoryQuantityInput must include the following argument:"
        " changeFromQuantity."
    )


def test_one_stale_row_stops_the_whole_call(store):
    rows = [
        {
            "inventoryItemId": item,
            "locationId": store.first,
            "quantity": 77,
            "changeFromQuantity": -1 if item == store.items[1] else None,
        }
        for item in store.items[:3]
    ]
    (error,) = store.set_rows(rows)["data"]["inventorySetQuantities"]["userErrors"]
    assert error["field"] == ["input", "quantities", "1", "changeFromQuantity"]
    assert store.effects() == 0


def test_an_order_commits_stock(store):
    (gid,) = store.shop.place_orders(1, scenarios=["plain"])
    line = next(
        line
        for line in store.shop.orders[gid]["lineItems"]
        if line["variant"] and line["variant"]["inventoryItem"]["tracked"]
    )
    item = line["variant"]["inventoryItem"]["id"]
    answer = store.execute(LEVEL, item=item, location=store.first)
    level = answer["data"]["inventoryItem"]["inventoryLevel"]
    found = {row["name"]: row["quantity"] for row in level["quantities"]}
    assert found["committed"] >= line["quantity"]
    assert found["on_hand"] == found["available"] + found["committed"]


@pytest.mark.parametrize(
    "row, code",
    [
        (
            {"inventoryItemId": "gid://shopify/InventoryItem/1"},
            "INVALID_INVENTORY_ITEM",
        ),
        ({"locationId": "gid://shopify/Location/1"}, "INVALID_LOCATION"),
    ],
)
def test_what_does_not_exist_is_refused(store, row, code):
    assert codes(store.set(1, **row)) == [code]


# === LOCATIONS ===


def test_a_quantity_does_not_make_an_item_stocked_at_a_location(store):
    pair = {"item": store.item, "location": store.second}
    assert codes(store.set(9, locationId=store.second)) == []
    item = store.execute(LEVEL, **pair)["data"]["inventoryItem"]
    assert item["inventoryLevel"] is None
    assert len(item["inventoryLevels"]["nodes"]) == 1
    answer = store.execute(ACTIVATE, **pair, key="K2")["data"]["inventoryActivate"]
    assert answer["inventoryLevel"] == {
        "isActive": True,
        "quantities": [{"quantity": 9}],
    }
    item = store.execute(LEVEL, **pair)["data"]["inventoryItem"]
    assert len(item["inventoryLevels"]["nodes"]) == 2


# === CONTROL ===


def test_the_ledger_is_readable_from_outside(store):
    with SimulatorServer(store.shop) as server:
        store.set(5)
        url = f"{server.url}/_control"
        entries = requests.get(f"{url}/ledger", timeout=5).json()["entries"]
        assert [entry["key"] for entry in entries] == ["K1"]
        pair = {"item": store.item, "location": store.first}
        requests.post(f"{url}/stock", json={**pair, "quantity": 8}, timeout=5)
        stock = requests.get(f"{url}/stock", params=pair, timeout=5).json()
        assert stock == {"quantity": 8}
        assert len(requests.get(f"{url}/ledger", timeout=5).json()["entries"]) == 1
