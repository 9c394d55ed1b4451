# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each connector can do: ``<addon>/capabilities.toml``, proven by tests.

    [[capability]]
    id = "orders.refund.partial"        dotted, unique in the addon
    area = "Refunds and returns"        heading of the README's table
    title = "Partial refunds ..."       one line for people
    supported = true
    test = "connector_x/tests/test_y.py::TestY::test_z"

    [[capability]]
    id = "orders.refund.pos"
    area = "Refunds and returns"
    title = "..."
    supported = false
    why = "What is missing, and what happens instead."

The test of a supported capability talks to the simulator over HTTP. Only a promise
about our own sources, such as that every query is valid, may be proven in tests/pure;
it says ``offline = true``.
"""

import ast
import dataclasses
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from . import paths

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = "capabilities.toml"
#: the readme fragment whose end is generated, and the heading where that begins
FRAGMENT = Path("readme", "DESCRIPTION.md")
HEADING = "## Capabilities\n"
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
#: what the entry of a capability has, when it is supported and when it is not
KEYS = {
    True: {"id", "area", "title", "supported", "test"},
    False: {"id", "area", "title", "supported", "why"},
}


@dataclasses.dataclass(frozen=True)
class Capability:
    id: str
    area: str
    title: str
    supported: bool
    test: str = ""
    why: str = ""
    offline: bool = False


def addons() -> list[str]:
    """Return the addons that state their capabilities."""
    return [name for name in paths.addons() if (paths.ROOT / name / FILE).exists()]


def load(addon: str) -> list[Capability]:
    """Return an addon's capabilities in the order of the file.

    :raises ValueError: an entry lacks something, or has too much
    """
    text = (paths.ROOT / addon / FILE).read_text()
    return [_read(entry) for entry in tomllib.loads(text).get("capability", [])]


def _read(entry: dict[str, Any]) -> Capability:
    name = entry.get("id", "?")
    wanted = KEYS[bool(entry.get("supported"))]
    if entry.keys() - {"offline"} != wanted:
        wrong = ", ".join(sorted((entry.keys() - {"offline"}) ^ wanted))
        raise ValueError(f"{name}: missing, or not for it: {wrong}")
    if not ID.fullmatch(name) or not all(entry[key] for key in wanted - {"supported"}):
        raise ValueError(f"{name}: the id is not dotted lower case, or a text is empty")
    return Capability(**entry)


# === CHECKS ===#


def problems(addon: str) -> Iterator[str]:
    """Yield what is wrong with an addon's file, as sentences."""
    seen: set[str] = set()
    for capability in load(addon):
        if capability.id in seen:
            yield f"{capability.id} is there twice"
        seen.add(capability.id)
        if capability.supported:
            yield from _test_problems(capability)


def _test_problems(capability: Capability) -> Iterator[str]:
    path, _sep, name = capability.test.partition("::")
    if not (paths.ROOT / path).is_file():
        yield f"{capability.id}: there is no file {path}"
    elif not _has_test(paths.ROOT / path, name.split("::")):
        yield f"{capability.id}: {path} has no test {name}"
    elif ("pure" in Path(path).parts) is not capability.offline:
        yield f"{capability.id}: its test has to go over HTTP, or it says offline"


def _has_test(path: Path, names: list[str]) -> bool:
    """Return whether a file has ``[function]`` or ``[class, method]``.

    A method may be inherited: contract tests are written once for all connectors.
    """
    nodes: Iterable[ast.stmt] = ast.parse(path.read_text()).body
    if len(names) == 1:
        return names[0] in _functions(nodes)
    own = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    waiting, seen = [own.get(names[0])], set()
    while waiting:
        cls = waiting.pop()
        if cls is None or cls in seen:
            continue
        if names[1] in _functions(cls.body):
            return True
        seen.add(cls)
        waiting += [own.get(base) or _classes().get(base) for base in _bases(cls)]
    return False


def _functions(nodes: Iterable[ast.stmt]) -> set[str]:
    return {node.name for node in nodes if isinstance(node, ast.FunctionDef)}


def _bases(cls: ast.ClassDef) -> list[str]:
    return [ast.unparse(base).rpartition(".")[2] for base in cls.bases]


def _classes() -> dict[str, ast.ClassDef]:
    """Return the classes that tests may inherit from, by name."""
    if not _known:
        for addon in paths.addons():
            for path in sorted((paths.ROOT / addon / "tests").glob("*.py")):
                nodes = ast.parse(path.read_text()).body
                found = [node for node in nodes if isinstance(node, ast.ClassDef)]
                _known.update({node.name: node for node in found})
    return _known


_known: dict[str, ast.ClassDef] = {}


def unproven(passed: set[str]) -> Iterator[str]:
    """Yield the supported capabilities whose test is not among those that passed.

    :param passed: ids of tests as pytest names them, without parameters
    """
    for addon in addons():
        for capability in load(addon):
            if capability.supported and capability.test not in passed:
                yield f"{addon}: {capability.id}: {capability.test} did not pass"


# === README ===#


def rendered(addon: str) -> str:
    """Return the readme fragment as it should be: its text, then the tables."""
    path = paths.ROOT / addon / FRAGMENT
    text = path.read_text().partition(HEADING)[0].rstrip()
    return f"{text}\n\n{HEADING}\n" + "\n".join(_tables(load(addon)))


def _tables(capabilities: list[Capability]) -> Iterator[str]:
    yield "What is marked *yes* is proven by a test against a simulated system."
    for area in dict.fromkeys(capability.area for capability in capabilities):
        yield f"\n### {area}\n\n| What | Supported | Id |\n|---|---|---|"
        for each in capabilities:
            if each.area == area:
                state = "yes" if each.supported else f"no: {each.why}"
                yield f"| {_cell(each.title)} | {_cell(state)} | `{each.id}` |"
    yield ""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
