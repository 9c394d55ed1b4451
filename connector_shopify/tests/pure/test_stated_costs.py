# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Every document states what it costs, and none can cost more than is allowed."""

import json
import subprocess
import sys

import pytest
from harness import npm, paths
from shopify_simulator import Shop

from odoo.addons.connector_shopify.components.costs import page_length
from odoo.addons.connector_shopify.components.queries import FOLDER, document, names
from odoo.addons.connector_shopify.const import LINES_WITH_ORDER, MAX_QUERY_COST

STATED = json.loads((FOLDER / "costs.json").read_text())
VERSIONS = ("2026-01", "2026-04", "2026-07", "2026-10")


def test_stated_costs_are_as_computed():
    command = [sys.executable, "setup/shopify_costs", "--check"]
    done = subprocess.run(command, cwd=paths.ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"run setup/shopify_costs: {done.stdout}{done.stderr}"


def test_every_document_is_stated_and_none_exceeds_the_limit():
    assert set(names()) == set(STATED)
    dearest = max(STATED.values(), key=lambda each: each["cost"])
    assert dearest["cost"] <= MAX_QUERY_COST


@pytest.mark.parametrize("name", ["orders_by_id", "products_by_id"])
def test_a_page_of_the_stated_length_is_served_and_a_longer_one_refused(name):
    shop, length = Shop(seed=7, orders=0), page_length(name)
    variables = {"lines": LINES_WITH_ORDER, "presentment": True}

    def ask(count):
        ids = [f"gid://shopify/Order/{number}" for number in range(count)]
        return shop.executor.execute(document(name), {**variables, "ids": ids})

    cost = ask(length)["extensions"]["cost"]["requestedQueryCost"]
    assert cost == STATED[name]["cost"]
    (error,) = ask(length + 1)["errors"]
    assert error["extensions"]["code"] == "MAX_COST_EXCEEDED"


@pytest.mark.parametrize("version", VERSIONS)
def test_shopifys_own_validator_takes_every_document(version, tmp_path):
    package = npm.package("@shopify/ai-toolkit", "1.8.4")
    together = tmp_path / "all.graphql"
    texts = [path.read_text() for path in sorted(FOLDER.glob("*.graphql"))]
    together.write_text("\n".join(texts))
    answer = _validate(package, together, version)
    if answer["success"]:
        return
    for name in names():
        alone = tmp_path / f"{name}.graphql"
        alone.write_text(document(name))
        answer = _validate(package, alone, version)
        assert answer["success"], f"{name}: {answer}"


def test_shopifys_own_validator_refuses_what_does_not_exist(tmp_path):
    package = npm.package("@shopify/ai-toolkit", "1.8.4")
    path = tmp_path / "wrong.graphql"
    path.write_text("query Wrong { shop { nonsense } }")
    assert not _validate(package, path, VERSIONS[-1])["success"]


def _validate(package, path, version):
    script = "skills/shopify-admin/scripts/validate.mjs"
    arguments = ("--file", str(path), "--version", version, "--json")
    return npm.node(package, script, *arguments)
