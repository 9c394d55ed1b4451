# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The schema extract is what its script makes, and our documents are valid in it."""

import os
import shutil
import subprocess
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import pytest
from graphql import parse, validate
from shopify_simulator import Shop, admin_schema
from shopify_simulator.bulk_imports import Imports
from shopify_simulator.bulk_rules import refusal

from odoo.addons.connector_shopify.components import customer_bulk, product_bulk
from odoo.addons.connector_shopify.components.bulk import SOURCES
from odoo.addons.connector_shopify.components.product_bulk_change import KINDS
from odoo.addons.connector_shopify.components.queries import in_bulk

ROOT = Path(__file__).resolve().parents[3]
COMMITTED = ROOT / "connector_shopify/tests/schema/admin_2026-10.graphql"
DOCUMENTS = sorted((ROOT / "connector_shopify/graphql").glob("*.graphql"))


@pytest.fixture(scope="module")
def script():
    loader = SourceFileLoader("shopify_schema", str(ROOT / "setup/shopify_schema"))
    module = module_from_spec(spec_from_loader("shopify_schema", loader))
    loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tarball(script, tmp_path_factory):
    """The npm package. Without npm or network there is nothing to compare with."""
    if not shutil.which("npm"):
        return _unavailable("npm is not installed")
    try:
        return script.download(tmp_path_factory.mktemp("npm"))
    except (subprocess.SubprocessError, OSError) as error:
        return _unavailable(f"npm cannot fetch {script.PACKAGE}: {error}")


def _unavailable(reason):
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    sys.stdout.write(f"{reason}\n")
    pytest.skip(reason)


def test_extract_is_byte_for_byte_what_the_script_makes(script, tarball):
    schema = script.read_schema(tarball, script.PINNED)
    made = script.to_sdl(schema, script.PINNED)
    assert made.encode() == COMMITTED.read_bytes()


def test_documents_are_valid_in_every_supported_version(script, tarball):
    assert DOCUMENTS, "connector_shopify/graphql holds no documents"
    assert script.validate_documents(DOCUMENTS, tarball=tarball) == []


@pytest.mark.parametrize("presentment", [True, False])
def test_bulk_queries_are_valid_in_every_supported_version(
    script, tarball, tmp_path, presentment
):
    paths = []
    for name, source in SOURCES.items():
        text = in_bulk(source.fragment, presentment)
        text = f"{{ {source.connection} {{ edges {{ node {text} }} }} }}"
        assert refusal(admin_schema().schema, parse(text)) == "", name
        paths.append(tmp_path / f"{name}.graphql")
        paths[-1].write_text(text)
    assert script.validate_documents(paths, tarball=tarball) == []


def test_bulk_mutations_are_valid_in_every_supported_version(script, tarball, tmp_path):
    texts = {
        "customers": customer_bulk.mutation("Customers"),
        "products": product_bulk.mutation("Products"),
        **{kind.name: kind.text.format(name=kind.name) for kind in KINDS},
    }
    imports = Imports(Shop(orders=0, products=1, customers=1))
    paths = []
    for name, text in texts.items():
        imports._check_mutation(text)
        paths.append(tmp_path / f"{name}.graphql")
        paths[-1].write_text(text)
    assert script.validate_documents(paths, tarball=tarball) == []


def test_an_unknown_field_is_reported_for_every_version(script, tarball, tmp_path):
    path = tmp_path / "broken.graphql"
    path.write_text("{ shop { id nonsense } }")
    errors = script.validate_documents([path], tarball=tarball)
    assert len(errors) == len(script.SUPPORTED)
    assert "nonsense" in errors[0] and errors[0].startswith("2026-01 broken.graphql")


def test_documents_are_valid_in_the_committed_extract(script):
    texts = {path.name: path.read_text() for path in DOCUMENTS}
    schema = admin_schema().schema
    for name, document in script.with_fragments(texts).items():
        assert validate(schema, document) == [], name


def test_a_document_takes_only_the_fragments_it_spreads(script):
    texts = {
        "fragments.graphql": """
            fragment A on Shop { id ...B } fragment B on Shop { name }
            fragment Unused on Shop { email }""",
        "shop.graphql": "{ shop { ...A } }",
    }
    (document,) = script.with_fragments(texts).values()
    names = [node.name.value for node in document.definitions[1:]]
    assert names == ["A", "B"]


def test_extract_holds_no_prose():
    text = COMMITTED.read_text()
    assert '"""' not in text
    reasons = {part.split('"')[0] for part in text.split('@deprecated(reason: "')[1:]}
    assert reasons == {"deprecated"}


def test_extract_keeps_scopes_and_protected_fields():
    admin = admin_schema()
    assert "read_orders" in admin.scopes["Order"]
    assert admin.protected["Customer", "firstName"] == "name"


def test_extract_knows_the_idempotent_directive():
    document = parse('{ shop @idempotent(key: "k") { id } }')
    assert validate(admin_schema().schema, document) == []
