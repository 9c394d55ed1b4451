# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The rules of the design that a program can check, on the sources alone."""

import ast
import csv
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ADDONS = sorted(path.parent.name for path in ROOT.glob("*/__manifest__.py"))
HUB = "connector_hub"
SYSTEMS = re.compile(
    r"shopify|salesforce|dynamics|d365|dataverse|business.central", re.I
)
#: a file has at most 300 lines, a function about 30
MAX_LINES, MAX_FUNCTION = 300, 33
MANIFEST_KEYS = set(
    "name summary version license author website category development_status"
    " depends".split()
)
#: folder of the hub: parts of the hub it may import (itself is always allowed)
ALLOWED = {
    "documents": set(),
    "components": {"documents", "exceptions", "http_client", "importers.task"},
    "importers": {"documents", "exceptions", "cursor"},
    "exporters": {"documents", "exceptions", "cursor", "components.push"},
    "controllers": {"models", "exceptions", "cursor"},
    "models": {
        "documents",
        "exceptions",
        "cursor",
        "http_guard",
        "signed_webhook",
        "importers",
        "exporters",
        "components.event",  # for typing: what goes to and comes from an adapter
        "components.push",
    },
}
#: the only modules that end transactions: jobs, and the webhook that acknowledges
COMMITTERS = {
    "models/hub_flow_drain.py",
    "models/hub_flow_apply.py",
    "models/hub_flow_poll.py",
    "controllers/webhook.py",
}


def sources(addon, *, tests=False):
    """Yield (path inside the addon, syntax tree) of its Python files."""
    folder = ROOT / addon
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if tests or inside.parts[0] != "tests":
            yield inside.as_posix(), ast.parse(path.read_text())


def files_of_the_suite():
    """Yield every Python file we write, tests and tools included."""
    tops = [*ADDONS, "setup", "tests"]
    for top in tops:
        yield from sorted((ROOT / top).rglob("*.py"))


def imports(addon, path, tree):
    """Yield the absolute names a module imports."""
    package = ["odoo", "addons", addon, *Path(path).parent.parts]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            yield from (f"{name}.{alias.name}" for alias in node.names)


def outside(addon, folder, name):
    """Return the part of the hub that ``name`` is in, when it is not ``folder``."""
    prefix = f"odoo.addons.{addon}."
    if not name.startswith(prefix):
        return None
    inside = name.removeprefix(prefix)
    return None if inside.split(".")[0] == folder else inside


@pytest.mark.parametrize("folder", ALLOWED)
def test_parts_of_the_hub_import_only_what_they_may(folder):
    wrong = []
    for path, tree in sources(HUB):
        if not path.startswith(f"{folder}/"):
            continue
        for name in imports(HUB, path, tree):
            part = outside(HUB, folder, name)
            allowed = ALLOWED[folder]
            if part and not any(f"{part}.".startswith(f"{a}.") for a in allowed):
                wrong.append(f"{path} imports {part}")
    assert not wrong


def test_documents_know_pydantic_and_the_standard_library_only():
    wrong = {
        f"{path} imports {name}"
        for path, tree in sources(HUB)
        if path.startswith("documents/")
        for name in imports(HUB, path, tree)
        if name.startswith(("odoo", "requests", "psycopg2", "werkzeug"))
        and not name.startswith(f"odoo.addons.{HUB}.documents")
    }
    assert not wrong


def test_only_the_http_client_knows_requests():
    wrong = {
        f"{addon}/{path}"
        for addon in ADDONS
        for path, tree in sources(addon)
        for name in imports(addon, path, tree)
        if name.split(".")[0] in ("requests", "urllib3", "httpx", "aiohttp")
        and path not in ("http_client.py", "http_guard.py")
    }
    assert not wrong


def test_connectors_import_the_hub_and_never_each_other():
    own = {addon for addon in ADDONS if addon.startswith("connector_")}
    wrong = {
        f"{addon}/{path} imports {name}"
        for addon in own
        for path, tree in sources(addon, tests=True)
        for name in imports(addon, path, tree)
        for other in own - {addon, HUB}
        if name.startswith(f"odoo.addons.{other}.")
    }
    assert not wrong


def test_the_hub_depends_on_no_connector():
    manifest = ast.literal_eval((ROOT / HUB / "__manifest__.py").read_text())
    assert not [name for name in manifest["depends"] if name in set(ADDONS) - {HUB}]


def test_the_hub_names_no_system():
    wrong = []
    for path in sorted((ROOT / HUB).rglob("*")):
        inside = path.relative_to(ROOT / HUB)
        if inside.parts[0] in ("tests", "readme", "i18n") or not path.is_file():
            continue
        if path.suffix in (".py", ".xml", ".csv", ".js", ".scss", ".graphql", ".json"):
            lines = enumerate(path.read_text().splitlines(), start=1)
            wrong += [f"{inside}:{n}: {row}" for n, row in lines if SYSTEMS.search(row)]
    assert not wrong


def calls(tree, *names):
    """Yield the calls of methods with one of these names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in names:
                yield node


def test_only_the_backend_calls_work_on():
    wrong = {
        f"{addon}/{path}:{call.lineno}"
        for addon in ADDONS
        for path, tree in sources(addon)
        for call in calls(tree, "work_on")
        if addon != HUB or not path.startswith("models/hub_backend")
    }
    assert not wrong


def test_only_jobs_and_the_webhook_end_transactions():
    wrong = {
        f"{addon}/{path}:{call.lineno}"
        for addon in ADDONS
        for path, tree in sources(addon)
        for call in calls(tree, "commit")
        if addon != HUB or path not in COMMITTERS
    }
    assert not wrong


def test_nothing_listens_to_component_events_nor_uses_the_generic_exporter():
    text = re.compile(r"generic\.exporter|component\.listener|_apply_on_event|skip_if")
    wrong = {
        f"{addon}/{path}"
        for addon in ADDONS
        for path, _tree in sources(addon)
        if text.search((ROOT / addon / path).read_text())
    }
    assert not wrong


def test_files_stay_short():
    lengths = {p: len(p.read_text().splitlines()) for p in files_of_the_suite()}
    long = {str(p.relative_to(ROOT)): n for p, n in lengths.items() if n > MAX_LINES}
    assert not long


def test_functions_stay_short():
    long = {}
    for path in files_of_the_suite():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = _body_lines(node)
                if lines > MAX_FUNCTION:
                    long[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = lines
    assert not long


def _body_lines(function):
    """Count the lines of a function's code: texts, such as SQL, and tables are none."""
    first = function.body[0]
    lines = function.end_lineno - first.lineno + 1
    texts = [
        node.end_lineno - node.lineno
        for node in ast.walk(function)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return lines - sum(texts) - _table_lines(function)


def _table_lines(function):
    """Count the rows of a function that ends with one large table of names."""
    last = function.body[-1]
    value = getattr(last, "value", None) if isinstance(last, ast.Return) else None
    rows = getattr(value, "keywords", None) or getattr(value, "keys", ())
    return value.end_lineno - value.lineno if len(rows) > 10 else 0


# === ODOO ===#


def models(addon):
    """Yield (name, class) of the models that an addon defines with a table."""
    for _path, tree in sources(addon):
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                name = _constant(node, "_name")
                added = f"_inherit = ['{name}'," in ast.unparse(node)  # a mixin
                kinds = {ast.unparse(base).split(".")[-1] for base in node.bases}
                if name and not added and kinds & {"Model", "TransientModel"}:
                    yield name, node


def _constant(node, name):
    for row in node.body:
        if isinstance(row, ast.Assign) and ast.unparse(row.targets[0]) == name:
            return row.value.value if isinstance(row.value, ast.Constant) else None
    return None


def has_company(node):
    text = ast.unparse(node)
    return "company_id = fields" in text or "'hub.binding'" in text


@pytest.mark.parametrize("addon", ADDONS)
def test_every_model_has_access_rights(addon):
    path = ROOT / addon / "security" / "ir.model.access.csv"
    rows = list(csv.DictReader(path.read_text().splitlines()))
    granted = {row["model_id:id"].rpartition(".")[2] for row in rows}
    assert all(row["group_id:id"] for row in rows), "a line for everybody"
    wanted = {f"model_{name.replace('.', '_')}" for name, _node in models(addon)}
    assert wanted <= granted


@pytest.mark.parametrize("addon", ADDONS)
def test_every_model_with_a_company_has_a_rule(addon):
    text = "".join(p.read_text() for p in (ROOT / addon / "security").glob("*.xml"))
    missing = [
        name
        for name, node in models(addon)
        if has_company(node) and f'ref="model_{name.replace(".", "_")}"' not in text
    ]
    assert not missing


@pytest.mark.parametrize("addon", ADDONS)
def test_manifest_follows_the_conventions(addon):
    manifest = ast.literal_eval((ROOT / addon / "__manifest__.py").read_text())
    assert MANIFEST_KEYS <= manifest.keys()
    assert re.fullmatch(r"19\.0\.\d+\.\d+\.\d+", manifest["version"])
    assert manifest["license"] == "LGPL-3"
    assert (ROOT / addon / "pyproject.toml").is_file()
    assert not [f for f in manifest.get("data", ()) if not (ROOT / addon / f).is_file()]


@pytest.mark.parametrize("addon", ADDONS)
def test_every_python_file_names_its_licence(addon):
    wrong = [
        str(path.relative_to(ROOT))
        for path in (ROOT / addon).rglob("*.py")
        if path.name not in ("__init__.py", "__manifest__.py")
        and "License LGPL-3.0 or later" not in path.read_text()[:200]
    ]
    assert not wrong
