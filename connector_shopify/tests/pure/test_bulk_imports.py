# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the simulated store refuses to do in bulk, in Shopify's words."""

import pytest
from shopify_simulator import Shop
from shopify_simulator.bulk_imports import Imports, Refused

GOOD = (
    "mutation M($input: ProductSetInput!) { productSet(input: $input) {"
    " product { id } userErrors { message } } }"
)


@pytest.fixture(scope="module")
def shop():
    return Shop(orders=0, products=2)


@pytest.fixture
def staged(shop):
    """Return a function that uploads a file and returns its path."""

    def upload(content):
        entry = {
            "filename": "a.jsonl",
            "mimeType": "text/jsonl",
            "resource": "BULK_MUTATION_VARIABLES",
            "httpMethod": "POST",
        }
        target = shop.media.stage(entry)
        fields = {row["name"]: row["value"] for row in target["parameters"]}
        assert shop.media.receive(fields, content) == 201
        return fields["key"]

    return upload


@pytest.mark.parametrize(
    ("mutation", "identifier", "words"),
    [
        ("mutation { not parseable", None, "Failed to parse the mutation"),
        ("query { products(first: 1) { nodes { id } } }", None, "Only `mutation`"),
        (
            "mutation M($id: ID!) { a: customerDelete(input: {id: $id}) {"
            " deletedCustomerId } b: customerDelete(input: {id: $id}) {"
            " deletedCustomerId } }",
            None,
            "You must specify a single top level mutation.",
        ),
        (
            "mutation M($id: ID!) { customerDelete(input: {id: $id}) {"
            " deletedCustomerId } }",
            None,
            "You must use an allowed mutation name.",
        ),
        (GOOD, "short", "is too short (minimum is 10 characters)"),
    ],
)
def test_mutations_that_are_refused(shop, staged, mutation, identifier, words):
    with pytest.raises(Refused, match=words.replace("(", r"\(").replace(")", r"\)")):
        shop.bulk.start_mutation(mutation, staged(b"{}"), identifier)


def test_file_that_was_not_uploaded_is_refused(shop):
    with pytest.raises(Refused, match="The JSONL file could not be found"):
        shop.bulk.start_mutation(GOOD, "tmp/nothing.jsonl", None)


def test_file_that_is_too_large_is_refused(shop, staged, monkeypatch):
    monkeypatch.setattr(Imports, "max_megabytes", 1)
    with pytest.raises(Refused, match="exceeds the maximum allowed size of 1 MB"):
        shop.bulk.start_mutation(GOOD, staged(b"x" * 1_100_000), None)


def test_lines_are_done_each_by_itself(shop, staged):
    lines = b'{"input": {"title": "One"}}\nnot json\n{"input": {"title": ""}}'
    operation = shop.bulk.start_mutation(GOOD, staged(lines), None)
    shop.bulk.look(operation["id"])
    shop.bulk.look(operation["id"])
    assert operation["status"] == "COMPLETED"
    rows = shop.bulk.files[operation["id"].rpartition("/")[2]]
    assert len(rows) == 3
    titles = [row["title"] for row in shop.collection("products").objects.values()]
    assert titles.count("One") == 1


def test_sixth_operation_waits_for_a_place(shop, staged):
    for _place in range(5):
        shop.bulk.start_mutation(GOOD, staged(b"{}"), None)
    with pytest.raises(Refused, match="A bulk mutation operation for this app"):
        shop.bulk.start_mutation(GOOD, staged(b"{}"), None)
