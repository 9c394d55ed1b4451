# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Models are spread over several files: none may hide what another one defines."""

import ast
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def model_of(node: ast.ClassDef) -> str | None:
    """Return the model a class defines or extends."""
    found: dict[str, str] = {}
    for row in node.body:
        if isinstance(row, ast.Assign) and isinstance(row.value, ast.Constant):
            found[ast.unparse(row.targets[0])] = row.value.value
    return found.get("_name") or found.get("_inherit")


@pytest.mark.parametrize("addon", ADDONS)
def test_method_of_a_model_is_defined_once_or_goes_on(addon: str) -> None:
    """Further definitions in the same addon call super, or replace by accident."""
    places = defaultdict(list)
    for path in sorted((ROOT / addon).rglob("*.py")):
        if "tests" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.ClassDef) or not model_of(node):
                continue
            for row in node.body:
                if isinstance(row, ast.FunctionDef):
                    if "super(" not in ast.unparse(row):
                        place = f"{path.relative_to(ROOT)}:{row.lineno}"
                        places[model_of(node), row.name].append(place)
    doubled = {key: found for key, found in places.items() if len(found) > 1}
    assert not doubled
