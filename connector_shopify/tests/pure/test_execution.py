# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queries are checked against the real schema and answered completely or loudly."""

import json
from pathlib import Path

import pytest
from graphql import execute_sync, parse
from shopify_simulator import Shop, admin_schema

FULL_ORDER = (Path(__file__).parent / "full_order.graphql").read_text()


@pytest.fixture
def shop():
    return Shop(seed=7, orders=40, max_cost=10**6, bucket_size=10**6)


def run(shop, text, **variables):
    return shop.executor.execute(text, variables)


def first_gid(shop):
    return next(iter(shop.orders))


# === ANSWERS ===


def test_every_field_of_an_order_is_answered(shop):
    answer = run(shop, FULL_ORDER, first=40, query=None)
    assert "errors" not in answer
    assert len(answer["data"]["orders"]["nodes"]) == 40


def test_answers_are_those_of_graphql_core(shop):
    """The compiled plan and the reference implementation agree on every value."""

    def resolve(parent, info, **args):
        value = parent[info.field_name]
        if info.return_type.__str__().rstrip("!").endswith("Connection"):
            return {"nodes": value[: args["first"]], "edges": [], "pageInfo": {}}
        return value

    text = FULL_ORDER.replace("pageInfo { hasNextPage endCursor }", "")
    ours = run(shop, text, first=40, query=None)
    rows = sorted(shop.orders.values(), key=lambda row: (row["updatedAt"], row["id"]))
    theirs = execute_sync(
        admin_schema().schema,
        parse(text),
        root_value={"orders": rows},
        variable_values={"first": 40},
        field_resolver=resolve,
        type_resolver=lambda value, info, kind: value["__typename"],
    )
    assert theirs.errors is None
    assert json.dumps(ours["data"]) == json.dumps(theirs.data)


def test_aliases_fragments_and_directives_are_obeyed(shop):
    text = """query ($no: Boolean!) { a: order(id: "%s") { ...F title: name
      note @skip(if: true) tags @include(if: $no) } } fragment F on Order { name id }"""
    order = run(shop, text % first_gid(shop), no=False)["data"]["a"]
    assert list(order) == ["name", "id", "title"] and order["title"] == "#1001"


def test_boolean_variables_do_not_share_a_plan(shop):
    text = "query ($yes: Boolean!) { shop { id name @include(if: $yes) } }"
    assert "name" in run(shop, text, yes=True)["data"]["shop"]
    assert "name" not in run(shop, text, yes=False)["data"]["shop"]


def test_nodes_answers_null_for_an_unknown_id(shop):
    ids = [first_gid(shop), "gid://shopify/Order/1"]
    answer = run(shop, "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=ids)
    assert [row and row["id"] for row in answer["data"]["nodes"]] == [ids[0], None]


def test_introspection_is_answered(shop):
    answer = run(shop, '{ __type(name: "MoneyBag") { fields { name } } }')
    names = [row["name"] for row in answer["data"]["__type"]["fields"]]
    assert names == ["presentmentMoney", "shopMoney"]


def test_products_and_variants_are_answered(shop):
    answer = run(
        shop,
        """{ products(first: 50) { nodes { id legacyResourceId title handle status
        vendor descriptionHtml productType tags createdAt updatedAt isGiftCard
        options { id name position values } variants(first: 20) { nodes { id title sku
        legacyResourceId barcode price compareAtPrice position taxable createdAt
        updatedAt selectedOptions { name value } inventoryQuantity inventoryItem { id
        tracked requiresShipping unitCost { amount currencyCode }
        measurement { weight { value unit } } } } } } }
        locations(first: 5) { nodes { id name isActive fulfillsOnlineOrders
        address { city countryCode } } } }""",
    )
    assert "errors" not in answer
    assert len(answer["data"]["products"]["nodes"]) == 41


def test_customers_are_answered(shop):
    answer = run(
        shop,
        """{ customers(first: 100, sortKey: UPDATED_AT) { nodes { id legacyResourceId
        firstName lastName displayName createdAt updatedAt taxExempt taxExemptions
        locale defaultEmailAddress { emailAddress marketingState } tags note state
        verifiedEmail defaultPhoneNumber { phoneNumber } defaultAddress { city }
        addressesV2(first: 5) { nodes { id address1 zip countryCodeV2 } } } } }""",
    )
    assert "errors" not in answer
    assert len(answer["data"]["customers"]["nodes"]) == 60


def test_orders_are_counted(shop):
    text = "{ ordersCount { count precision } few: ordersCount(limit: 9) "
    answer = run(shop, text + "{ count precision } }")
    assert answer["data"] == {
        "ordersCount": {"count": 40, "precision": "EXACT"},
        "few": {"count": 9, "precision": "AT_LEAST"},
    }


# === REFUSALS ===


def test_an_unknown_field_is_refused_as_shopify_does(shop):
    answer = run(shop, "{ shop { nonsense } }")
    assert "data" not in answer
    assert answer["errors"][0]["message"] == (
        "Field 'nonsense' doesn't exist on type 'Shop'"
    )
    assert answer["errors"][0]["extensions"]["code"] == "undefinedField"


def test_an_unknown_argument_is_refused(shop):
    (error,) = run(shop, "{ orders(first: 1, nonsense: 1) { nodes { id } } }")["errors"]
    assert error["extensions"]["code"] == "argumentNotAccepted"


def test_a_field_that_is_not_simulated_says_so(shop):
    answer = run(shop, "{ orders(first: 1) { nodes { id statusPageUrl clientIp } } }")
    messages = [error["message"] for error in answer["errors"]]
    assert messages[0] == "simulator: Order.statusPageUrl is not simulated"


@pytest.mark.parametrize(
    "text",
    [
        "{ productTags(first: 1) { nodes } }",
        "{ orders(first: 1, sortKey: DESTINATION) { nodes { id } } }",
        '{ orders(first: 1, query: "status:open") { nodes { id } } }',
        '{ orders(first: 1, query: "anything") { nodes { id } } }',
        "{ orders(first: 1) { nodes { lineItems(first: 1) { nodes { discountedTotalSet("
        "withCodeDiscounts: true) { shopMoney { amount } } } } } } }",
        'mutation { orderClose(input: {id: "gid://shopify/Order/1"}) {'
        " userErrors { message } } }",
        "mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE,"
        ' webhookSubscription: {uri: "https://a.example", filter: "id:1"})'
        " { userErrors { message } } }",
    ],
)
def test_what_nobody_modelled_is_not_accepted(shop, text):
    (error,) = run(shop, text)["errors"]
    assert error["extensions"]["code"] == "NOT_SIMULATED"


def test_a_wrong_variable_is_refused(shop):
    text = "query ($first: Int!) { orders(first: $first) { nodes { id } } }"
    (error,) = run(shop, text, first="many")["errors"]
    assert error["extensions"]["code"] == "INVALID_VARIABLE"


def test_a_missing_page_size_is_refused(shop):
    (error,) = run(shop, "{ orders { nodes { id } } }")["errors"]
    assert error["message"] == "you must provide one of first or last"


def test_a_page_over_250_is_refused(shop):
    answer = run(shop, "{ orders(first: 251) { nodes { id } } }")
    assert answer["errors"] and answer["data"] is None


# === ACCESS ===


def test_a_missing_scope_gives_partial_data_and_an_error(shop):
    shop.scopes = tuple(scope for scope in shop.scopes if "customers" not in scope)
    text = '{ shop { name } order(id: "%s") { name customer { id } } }'
    answer = run(shop, text % first_gid(shop))
    assert answer["data"]["order"] == {"name": "#1001", "customer": None}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "ACCESS_DENIED"
    assert error["path"] == ["order", "customer"]
    assert "Required access: `read_customers` access scope." in error["message"]


def test_nodes_of_a_type_without_scope_are_refused(shop):
    shop.scopes = tuple(scope for scope in shop.scopes if scope != "read_orders")
    text = "query ($ids: [ID!]!) { nodes(ids: $ids) { id ... on Order { name } } }"
    answer = run(shop, text, ids=[first_gid(shop)])
    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
    assert "name" not in str(answer["data"])


def test_a_denied_field_that_cannot_be_null_empties_its_parent(shop):
    shop.scopes = tuple(scope for scope in shop.scopes if "_orders" not in scope)
    answer = run(shop, "{ shop { name } orders(first: 1) { nodes { id } } }")
    assert answer["data"] is None
    assert answer["errors"][0]["path"] == ["orders"]


def test_protected_customer_data_is_null_with_an_error_per_field(shop):
    shop.denied = frozenset({"email"})
    text = "query ($id: ID!) { order(id: $id) { name email phone } }"
    answer = run(shop, text, id=first_gid(shop))
    assert answer["data"]["order"]["email"] is None
    assert answer["data"]["order"]["name"] == "#1001"
    assert "not approved to use the email field" in answer["errors"][0]["message"]


def test_old_orders_are_hidden_without_read_all_orders(shop):
    shop.scopes = tuple(scope for scope in shop.scopes if scope != "read_all_orders")
    (fresh,) = shop.place_orders(1)
    answer = run(shop, "{ orders(first: 250) { nodes { id } } }")
    assert [row["id"] for row in answer["data"]["orders"]["nodes"]] == [fresh]
