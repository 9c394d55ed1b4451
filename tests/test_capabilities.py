# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the connectors say they can do is stated once, and proven by tests.

That those tests pass as well is checked by setup/test, once it has run them all.
"""

import pytest
from harness import capabilities, paths

ADDONS = capabilities.addons()
SOUND = {"id": "a.b", "area": "A", "title": "T", "supported": True, "test": "x.py::y"}


@pytest.fixture
def addon(tmp_path, monkeypatch):
    """An addon of its own, outside the repository: its name, and a way to write it."""
    folder = tmp_path / "connector_x"
    (folder / "tests" / "pure").mkdir(parents=True)
    (folder / "readme").mkdir()
    (folder / "readme" / "DESCRIPTION.md").write_text("Connects X.\n")
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    monkeypatch.setattr(paths, "addons", lambda: ["connector_x"])
    monkeypatch.setattr(capabilities, "_known", {})
    test = "class TestY:\n    def test_z(self):\n        pass\n"
    (folder / "tests" / "test_y.py").write_text(test)
    inherited = "class TestC(Contract):\n    pass\n"
    (folder / "tests" / "test_c.py").write_text(inherited)
    contract = "class Contract:\n    def test_round_trip(self):\n        pass\n"
    (folder / "tests" / "contract.py").write_text(contract)
    (folder / "tests" / "pure" / "test_p.py").write_text("def test_q():\n    pass\n")
    return folder


def state(folder, *entries):
    lines = []
    for entry in entries:
        lines.append("[[capability]]")
        for key, value in {**SOUND, **entry}.items():
            if value is not None:
                text = str(value).lower() if isinstance(value, bool) else f'"{value}"'
                lines.append(f"{key} = {text}")
    (folder / "capabilities.toml").write_text("\n".join(lines))


def found(folder, *entries):
    state(folder, *entries)
    return list(capabilities.problems(folder.name))


# === THE REPOSITORY ===#


@pytest.mark.parametrize("name", ADDONS)
def test_every_supported_capability_names_a_test(name):
    assert not list(capabilities.problems(name))


@pytest.mark.parametrize("name", ADDONS)
def test_readme_has_the_table_as_generated(name):
    path = paths.ROOT / name / capabilities.FRAGMENT
    assert path.read_text() == capabilities.rendered(name), "run setup/capabilities"


# === THE CHECK ITSELF ===#


def test_existing_tests_are_found(addon):
    tests = ("test_y.py::TestY::test_z", "test_c.py::TestC::test_round_trip")
    entries = [
        {"id": f"a.b{number}", "test": f"connector_x/tests/{test}"}
        for number, test in enumerate(tests)
    ]
    assert not found(addon, *entries)


@pytest.mark.parametrize(
    "test",
    [
        "connector_x/tests/test_none.py::TestY::test_z",
        "connector_x/tests/test_y.py::TestY::test_none",
        "connector_x/tests/test_y.py::TestNone::test_z",
        "connector_x/tests/test_c.py::TestC::test_none",
        "connector_x/tests/pure/test_p.py::test_q",
    ],
)
def test_what_proves_nothing_is_named(addon, test):
    (problem,) = found(addon, {"test": test})
    assert problem.startswith("a.b: ")


def test_what_is_said_twice_is_named(addon):
    entry = {"test": "connector_x/tests/test_y.py::TestY::test_z"}
    assert found(addon, entry, entry) == ["a.b is there twice"]


@pytest.mark.parametrize(
    "entry",
    [
        {"test": None},
        {"supported": False},
        {"supported": False, "test": None, "why": ""},
        {"id": "Wrong"},
        {"title": ""},
        {"more": "x"},
    ],
)
def test_incomplete_entries_are_refused(addon, entry):
    state(addon, entry)
    with pytest.raises(ValueError):
        capabilities.load(addon.name)


def test_capability_whose_test_did_not_pass_is_named(addon):
    one, other = ("connector_x/tests/test_y.py::TestY::test_z", "x.py::TestX::test_x")
    state(addon, {"test": one}, {"id": "a.c", "test": other})
    (line,) = capabilities.unproven({one})
    assert "a.c" in line and other in line


def test_table_says_what_is_supported_and_why_not(addon):
    why = {"id": "a.c", "supported": False, "test": None, "why": "Later | never."}
    state(addon, {}, why)
    text = capabilities.rendered(addon.name)
    assert text.startswith("Connects X.\n\n## Capabilities\n\nWhat is marked")
    assert "| T | yes | `a.b` |" in text
    assert "| T | no: Later \\| never. | `a.c` |" in text


def test_table_written_again_is_the_same(addon):
    state(addon, {})
    text = capabilities.rendered(addon.name)
    (addon / "readme" / "DESCRIPTION.md").write_text(text)
    assert capabilities.rendered(addon.name) == text
