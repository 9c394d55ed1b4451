# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Models that are spread over several files: no part undoes another one."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))


def parts(addon):
    """Yield (model, path, class) of every class that makes or extends a model."""
    for path in sorted((ROOT / addon).rglob("*.py")):
        inside = path.relative_to(ROOT / addon)
        if inside.parts[0] == "tests":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                name = constant(node, "_name") or constant(node, "_inherit")
                if name:
                    yield name, inside.as_posix(), node


def constant(node, name):
    for row in node.body:
        if isinstance(row, ast.Assign) and ast.unparse(row.targets[0]) == name:
            return row.value.value if isinstance(row.value, ast.Constant) else None
    return None


@pytest.mark.parametrize("addon", ADDONS)
def test_no_part_of_a_model_replaces_a_method_of_another(addon):
    """A method of the same name must mean to extend it: it calls super."""
    found = {}
    for name, path, node in parts(addon):
        for method in node.body:
            if isinstance(method, ast.FunctionDef):
                if "super(" not in ast.unparse(method):
                    found.setdefault((name, method.name), []).append(path)
    assert not {key: paths for key, paths in found.items() if len(paths) > 1}
