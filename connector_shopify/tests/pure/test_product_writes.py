# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Products and variants as the API writes them, and what it refuses."""

import pytest
from shopify_simulator import Shop

ERRORS = "userErrors { field message code }"
SET = f"""
mutation Set($identifier: ProductSetIdentifiers, $input: ProductSetInput!) {{
  productSet(identifier: $identifier, input: $input) {{
    product {{
      id title handle status
      options {{ id name values }}
      variants(first: 50) {{ nodes {{ id sku price title }} }}
    }}
    {ERRORS}
  }}
}}
"""
UPDATE = """
mutation Update($product: ProductUpdateInput!) {
  productUpdate(product: $product) { product { title } userErrors { field message } }
}
"""
CHANGE = f"""
mutation Change($id: ID!, $variants: [ProductVariantsBulkInput!]!, $part: Boolean) {{
  productVariantsBulkUpdate(
    productId: $id, variants: $variants, allowPartialUpdates: $part
  ) {{ productVariants {{ id price sku }} {ERRORS} }}
}}
"""
ADD = f"""
mutation Add($id: ID!, $variants: [ProductVariantsBulkInput!]!) {{
  productVariantsBulkCreate(productId: $id, variants: $variants) {{
    productVariants {{ id price sku }} {ERRORS}
  }}
}}
"""
DROP = f"""
mutation Drop($id: ID!, $ids: [ID!]!) {{
  productVariantsBulkDelete(productId: $id, variantsIds: $ids) {{ {ERRORS} }}
}}
"""
DEFINE = f"""
mutation Define($definition: MetafieldDefinitionInput!) {{
  metafieldDefinitionCreate(definition: $definition) {{ {ERRORS} }}
}}
"""
IDENTITY = {"namespace": "$app:odoo", "key": "record", "value": "x:product.template,1"}


class Store:
    def __init__(self):
        self.shop = Shop(seed=7, orders=0, restore_rate=10**6)

    def run(self, text, **variables):
        answer = self.shop.executor.execute(text, variables)
        assert "errors" not in answer, answer["errors"]
        (result,) = answer["data"].values()
        return result

    def set(self, identifier=None, **values):
        return self.run(SET, identifier=identifier, input=values)

    def make(self, *sizes, **values):
        chosen = [{"optionValues": [_size(size)], "price": "5"} for size in sizes]
        options = [{"name": "Size", "values": [{"name": size} for size in sizes]}]
        return self.set(
            title="Shirt", productOptions=options, variants=chosen, **values
        )

    def define(self):
        names = {key: IDENTITY[key] for key in ("namespace", "key")}
        values = {**names, "name": "Record", "ownerType": "PRODUCT", "type": "id"}
        return self.run(DEFINE, definition=values)


@pytest.fixture
def store():
    return Store()


def _size(name):
    return {"optionName": "Size", "name": name}


def _codes(result):
    return [error.get("code") for error in result["userErrors"]]


def test_product_is_created_with_its_variants(store):
    product = store.make("S", "M")["product"]
    assert product["options"][0]["values"] == ["S", "M"]
    assert [v["title"] for v in product["variants"]["nodes"]] == ["S", "M"]
    assert store.shop.find(product["variants"]["nodes"][1]["id"])


def test_same_custom_id_is_the_same_product(store):
    store.define()
    first = store.make("S", identifier={"customId": IDENTITY}, metafields=[IDENTITY])
    again = store.make("S", identifier={"customId": IDENTITY}, metafields=[IDENTITY])
    assert first["product"]["id"] == again["product"]["id"]
    assert first["product"]["variants"] == again["product"]["variants"]


def test_metafields_without_the_custom_id_are_refused(store):
    store.define()
    typed = {**IDENTITY, "type": "id"}
    refused = store.make("S", identifier={"customId": IDENTITY}, metafields=[typed])
    assert _codes(refused) == ["METAFIELD_MISMATCH"]


def test_definition_is_made_once(store):
    assert _codes(store.define()) == []
    assert _codes(store.define()) == ["TAKEN"]


def test_set_deletes_what_its_lists_leave_out(store):
    product = store.make("S", "M")["product"]
    again = store.make("M", identifier={"id": product["id"]})["product"]
    assert [v["title"] for v in again["variants"]["nodes"]] == ["M"]
    assert again["variants"]["nodes"][0]["id"] == product["variants"]["nodes"][1]["id"]
    assert store.shop.find(product["variants"]["nodes"][0]["id"]) is None


def test_duplicate_handle_is_refused(store):
    store.make("S", handle="shirt")
    assert _codes(store.make("S", handle="shirt")) == ["HANDLE_NOT_UNIQUE"]


def test_fourth_option_is_refused(store):
    options = [{"name": n, "values": [{"name": "1"}]} for n in "abcd"]
    values = [{"optionName": n, "name": "1"} for n in "abcd"]
    refused = store.set(
        title="X", productOptions=options, variants=[{"optionValues": values}]
    )
    assert _codes(refused) == ["OPTIONS_OVER_LIMIT"]


def test_two_variants_with_the_same_values_are_refused(store):
    assert _codes(store.make("S", "S")) == ["INVALID_VARIANT"]


def test_unknown_product_is_refused(store):
    gone = "gid://shopify/Product/1"
    refused = store.run(UPDATE, product={"id": gone, "title": "x"})
    assert refused["userErrors"] == [
        {"field": ["id"], "message": "Product does not exist"}
    ]
    assert _codes(store.run(ADD, id=gone, variants=[])) == ["PRODUCT_DOES_NOT_EXIST"]


def test_one_invalid_variant_stops_all_or_only_itself(store):
    product = store.make("S", "M")["product"]
    one, two = (v["id"] for v in product["variants"]["nodes"])
    rows = [{"id": one, "price": "-1"}, {"id": two, "price": "9"}]
    refused = store.run(CHANGE, id=product["id"], variants=rows, part=False)
    assert store.shop.find(two)["price"] == "5.00"
    partly = store.run(CHANGE, id=product["id"], variants=rows, part=True)
    assert _codes(refused) == _codes(partly) == ["GREATER_THAN_OR_EQUAL_TO"]
    assert partly["userErrors"][0]["field"] == ["variants", "0", "price"]
    assert store.shop.find(two)["price"] == "9.00"


def test_variant_needs_a_value_of_every_option_and_no_twin(store):
    gid = store.make("S")["product"]["id"]
    assert _codes(store.run(ADD, id=gid, variants=[{"price": "1"}])) == [
        "NEED_TO_ADD_OPTION_VALUES"
    ]
    twin = {"optionValues": [_size("S")]}
    assert _codes(store.run(ADD, id=gid, variants=[twin])) == ["VARIANT_ALREADY_EXISTS"]
    added = store.run(ADD, id=gid, variants=[{"optionValues": [_size("L")]}])
    assert _codes(added) == []
    assert store.shop.find(gid)["options"][0]["values"] == ["S", "L"]


def test_last_variant_stays(store):
    product = store.make("S", "M")["product"]
    one, two = (v["id"] for v in product["variants"]["nodes"])
    assert _codes(store.run(DROP, id=product["id"], ids=[one])) == []
    refused = store.run(DROP, id=product["id"], ids=[two])
    assert _codes(refused) == ["CANNOT_DELETE_LAST_VARIANT"]
