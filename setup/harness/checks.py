# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/test: static checks, then every test of the repository.

    setup/test                      everything, as CI does
    setup/test PATH -k NAME ...     only these tests, with pytest's own options

All sections run, also after one has failed; the tests of the first addon run beside the
static checks and those of the others, as the machine has a second core. After
everything, each supported capability must have its test among those that passed. The
last line sums up the pytest runs.
"""

import contextlib
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from . import capabilities, conf, database, lint, paths, postgres, process

REPORTS = paths.DATA / "reports"
ADDON_TESTS = "addon tests"
# Tests of addons that need a further Odoo app: those of glue addons, and of connectors
# together with them.
GLUE_TESTS = "glue tests"
NO_TESTS = 5  # pytest's exit code when nothing was collected


@dataclasses.dataclass
class Result:
    name: str
    fine: bool
    seconds: float
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    proven: set[str] = dataclasses.field(default_factory=set)


def main() -> int:
    process.exit_on_signals()
    arguments = sys.argv[1:]
    results = list(_selected(arguments) if arguments else _everything())
    if not arguments:
        results.append(_capabilities(results))
    return _summary(results)


def _everything() -> Iterator[Result]:
    first, *others = [f"{addon}/tests" for addon in paths.addons()]
    with _beside(f"{ADDON_TESTS} of {Path(first).parent}", [first]) as results:
        yield from _checks()
        targets = [f"{addon}/tests/pure" for addon in paths.addons()]
        yield from _tests("pure tests", _existing(targets), [])
        files = sorted(path.name for path in (paths.ROOT / "tests").glob("test_*.py"))
        yield from _tests("architecture tests", [f"tests/{name}" for name in files], [])
        yield from _tests(ADDON_TESTS, _existing(others), [])
        yield from _tests(GLUE_TESTS, _existing(_glue_targets()), [])
    yield from results
    for folder in ("e2e", "chaos"):
        yield from _tests(f"{folder} tests", _existing([f"tests/{folder}"]), [])


def _glue_targets() -> list[str]:
    targets = [f"{addon}/tests" for addon in paths.glue()]
    return [*targets, *(f"{addon}/tests/glue" for addon in paths.addons())]


def _checks() -> Iterator[Result]:
    for name, check in lint.CHECKS.items():
        _headline(name)
        started = time.monotonic()
        fine = check()
        yield _closed(Result(name, fine, time.monotonic() - started))


@contextlib.contextmanager
def _beside(name: str, targets: list[str]) -> Iterator[list[Result]]:
    """Run tests of addons on the other core; what they print comes at the end."""
    database.test_template()  # once, before two of them want it
    results: list[Result] = []
    log = paths.folder(REPORTS) / f"{name.replace(' ', '-')}.log"

    def work() -> None:
        started = time.monotonic()
        with log.open("w") as output:
            result = _with_database(name, targets, [], output)
        result.seconds = time.monotonic() - started
        results.append(result)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield results
    thread.join()
    _headline(name)
    print(log.read_text(), flush=True)
    for result in results:
        _closed(result)
    if not results:
        results.append(Result(name, False, 0, failed=1))


def _capabilities(results: list[Result]) -> Result:
    """What the connectors say they can do has passed in this very run."""
    _headline("capabilities")
    passed = set().union(*(result.proven for result in results))
    unproven = list(capabilities.unproven(passed))
    print("\n".join(unproven) or "all proven")
    return _closed(Result("capabilities", not unproven, 0.0))


def _selected(arguments: list[str]) -> Iterator[Result]:
    """The developer's choice: the kind of run follows from the paths."""
    chosen = [value for value in arguments if _is_path(value)]
    options = [value for value in arguments if not _is_path(value)]
    if not chosen:
        chosen = _existing([*(f"{addon}/tests" for addon in paths.addons()), "tests"])
    kinds: dict[str, list[str]] = {}
    for path in chosen:
        kinds.setdefault(_kind(path), []).append(path)
    for kind, targets in kinds.items():
        yield from _tests(kind, targets, options)


def _kind(path: str) -> str:
    inside = Path(path.partition("::")[0]).resolve().relative_to(paths.ROOT)
    if inside.parts[0] in paths.GLUE_NAMES or inside.parts[1:3] == ("tests", "glue"):
        return GLUE_TESTS
    if inside.parts[0] not in paths.ADDON_NAMES:
        return "tests"
    return "pure tests" if inside.parts[1:3] == ("tests", "pure") else ADDON_TESTS


def _tests(name: str, targets: list[str], options: list[str]) -> Iterator[Result]:
    if not targets:
        return
    _headline(name)
    started = time.monotonic()
    if name in (ADDON_TESTS, GLUE_TESTS):
        result = _with_database(name, targets, options)
    else:
        result = _pytest(name, ["-p", "no:odoo", *targets, *options])
    result.seconds = time.monotonic() - started
    yield _closed(result)


def _with_database(
    name: str, targets: list[str], options: list[str], output: IO[str] | None = None
) -> Result:
    try:
        with _test_database(name) as configuration:
            extra = ["--odoo-config", str(configuration), "--odoo-http"]
            extra += ["--odoo-log-level", "warn"]
            extra += ["--ignore-glob=*/tests/pure/*"]
            if name != GLUE_TESTS:
                extra += ["--ignore-glob=*/tests/glue/*"]
            return _pytest(name, [*extra, *targets, *options], output)
    except RuntimeError as error:  # the addons do not install
        print(error, file=output)
        return Result(name, False, 0, failed=1)


@contextlib.contextmanager
def _test_database(purpose: str) -> Iterator[Path]:
    database.sweep()
    own = database.own_name("test_" + "".join(filter(str.isalpha, purpose))[-8:])
    glue = purpose == GLUE_TESTS
    source = database.glue_template() if glue else database.test_template()
    name = database.clone(own, source)
    path = paths.DATA / "conf" / f"{name}.conf"
    try:
        options = {"http_port": str(process.free_port()), **conf.WITH_TESTS}
        yield conf.write(path, postgres.ensure(), name, options)
    finally:
        database.drop(name)
        path.unlink(missing_ok=True)


def _pytest(name: str, arguments: list[str], output: IO[str] | None = None) -> Result:
    counts = paths.folder(REPORTS) / f"{name.replace(' ', '-')}.json"
    counts.unlink(missing_ok=True)
    passed = counts.with_suffix(".passed")
    passed.unlink(missing_ok=True)
    reports = {"HARNESS_COUNTS": str(counts), "HARNESS_PASSED": str(passed)}
    code = subprocess.run(
        [str(paths.PYTHON), "-m", "pytest", "-p", "harness.pytest_plugin", *arguments],
        cwd=paths.ROOT,
        env={**os.environ, **_private_folders(), **reports},
        stdout=output,
        stderr=output,
    ).returncode
    result = Result(name, code in (0, NO_TESTS), 0)
    if counts.exists():
        for key, value in json.loads(counts.read_text()).items():
            setattr(result, key, value)
        result.proven = set(passed.read_text().splitlines())
    elif not result.fine:  # it ended before it could count
        result.failed = 1
    return result


def _private_folders() -> dict[str, str]:
    """Where pytest and npm keep what they would put into /tmp and the home."""
    return {
        "PYTEST_DEBUG_TEMPROOT": str(paths.folder(paths.DATA / "tmp")),
        "npm_config_cache": str(paths.ROOT / ".cache" / "npm"),
    }


def _existing(candidates: list[str]) -> list[str]:
    return [path for path in candidates if (paths.ROOT / path).exists()]


def _is_path(argument: str) -> bool:
    return not argument.startswith("-") and (
        Path(argument.partition("::")[0]).resolve().exists()
    )


def _headline(name: str) -> None:
    print(f"\n=== {name}", flush=True)


def _closed(result: Result) -> Result:
    verdict = "ok" if result.fine else "FAILED"
    print(f"--- {result.name}: {verdict}, {result.seconds:.1f} s", flush=True)
    return result


def _summary(results: list[Result]) -> int:
    print("\n=== summary")
    for result in results:
        verdict = "ok    " if result.fine else "FAILED"
        print(f"{verdict} {result.seconds:7.1f} s  {result.name}")
    totals = [sum(getattr(r, key) for r in results) for key in _COUNTS]
    print("{} passed, {} failed, {} skipped".format(*totals), flush=True)
    return 0 if all(result.fine for result in results) else 1


_COUNTS = ("passed", "failed", "skipped")

if __name__ == "__main__":
    sys.exit(main())
