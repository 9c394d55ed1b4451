# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/test: static checks, then every test of the repository.

    setup/test                      everything, as CI does
    setup/test PATH -k NAME ...     only these tests, with pytest's own options

All sections run, also after one has failed, two at a time. After everything, each
supported capability must have its test among those that passed. The last line sums up
the pytest runs.
"""

import contextlib
import dataclasses
import json
import os
import queue
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from . import capabilities, conf, database, paths, postgres, process

REPORTS = paths.DATA / "reports"
ADDON_TESTS = "addon tests"
# Tests of addons that need a further Odoo app: those of glue addons, and of connectors
# together with them.
GLUE_TESTS = "glue tests"
LINTERS = "linters"
AT_ONCE = 2  # sections: one for each core of a small machine
#: processes of sections at this moment
_running: "set[subprocess.Popen[bytes]]" = set()
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
    """The longest first, so that no core waits for the other one at the end."""
    database.test_template()  # once, before two of them want it
    addons = paths.addons()
    first, *others = [f"{addon}/tests" for addon in addons]
    files = sorted(path.name for path in (paths.ROOT / "tests").glob("test_*.py"))
    sections = {
        ADDON_TESTS: others,
        "e2e tests": ["tests/e2e"],
        f"{ADDON_TESTS} of {addons[0]}": [first],
        "chaos tests": ["tests/chaos"],
        LINTERS: ["."],
        "pure tests": [f"{addon}/tests/pure" for addon in addons],
        "architecture tests": [f"tests/{name}" for name in files],
        GLUE_TESTS: _glue_targets(),
    }
    waiting: queue.Queue[tuple[str, list[str]]] = queue.Queue()
    for name, targets in sections.items():
        if existing := _existing(targets):
            waiting.put((name, existing))
    yield from _side_by_side(waiting)


def _side_by_side(
    waiting: "queue.Queue[tuple[str, list[str]]]",
) -> Iterator[Result]:
    """Run sections; what one prints comes in one piece, when it has ended."""
    count, ended = waiting.qsize(), queue.Queue[tuple[Result, str]]()

    def work() -> None:
        while not stopping.is_set():
            try:
                name, targets = waiting.get_nowait()
            except queue.Empty:
                return
            ended.put(_logged(name, targets))

    stopping = threading.Event()
    threads = [threading.Thread(target=work, daemon=True) for _core in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    try:
        for _section in range(count):
            result, printed = ended.get()
            _headline(result.name)
            print(printed, flush=True)
            yield _closed(result)
    finally:
        stopping.set()
        for running in list(_running):
            running.terminate()
        for thread in threads:
            thread.join(30)


def _logged(name: str, targets: list[str]) -> tuple[Result, str]:
    """Run a section; return what it printed as well. Whatever happens is its result."""
    options = ["--durations=10", "--durations-min=5"]
    try:
        log = paths.folder(REPORTS) / f"{name.replace(' ', '-')}.log"
        with log.open("w") as output:
            result = _result(name, targets, options, output)
        return result, log.read_text(errors="replace")
    except BaseException:  # noqa: B036 - a thread that dies would be waited for
        return Result(name, False, 0, failed=1), traceback.format_exc()


def _glue_targets() -> list[str]:
    targets = [f"{addon}/tests" for addon in paths.glue()]
    return [*targets, *(f"{addon}/tests/glue" for addon in paths.addons())]


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
        _headline(kind)
        yield _closed(_result(kind, targets, options))


def _kind(path: str) -> str:
    inside = Path(path.partition("::")[0]).resolve().relative_to(paths.ROOT)
    if inside.parts[0] in paths.GLUE_NAMES or inside.parts[1:3] == ("tests", "glue"):
        return GLUE_TESTS
    if inside.parts[0] not in paths.ADDON_NAMES:
        return "tests"
    return "pure tests" if inside.parts[1:3] == ("tests", "pure") else ADDON_TESTS


def _result(
    name: str,
    targets: list[str],
    options: Sequence[str] = (),
    output: IO[str] | None = None,
) -> Result:
    """Run one section; whatever goes wrong is its failure."""
    started = time.monotonic()
    try:
        if name == LINTERS:
            result = _linters(output)
        elif name.startswith((ADDON_TESTS, GLUE_TESTS)):
            result = _with_database(name, targets, options, output)
        else:
            result = _pytest(name, ["-p", "no:odoo", *targets, *options], output)
    except Exception:
        traceback.print_exc(file=output)
        result = Result(name, False, 0, failed=1)
    result.seconds = time.monotonic() - started
    return result


def _linters(output: IO[str] | None) -> Result:
    command = [str(paths.PYTHON), "-m", "harness.lint"]
    return Result(LINTERS, _run(command, output) == 0, 0)


def _run(
    command: list[str], output: IO[str] | None, env: dict[str, str] | None = None
) -> int:
    """Run a process of a section, which ends with us; return its exit code."""
    with subprocess.Popen(
        command, cwd=paths.ROOT, env=env, stdout=output, stderr=output
    ) as running:
        _running.add(running)
        try:
            return running.wait()
        finally:
            _running.discard(running)


def _with_database(
    name: str, targets: list[str], options: Sequence[str], output: IO[str] | None
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


def _pytest(name: str, arguments: list[str], output: IO[str] | None) -> Result:
    counts = paths.folder(REPORTS) / f"{name.replace(' ', '-')}.json"
    counts.unlink(missing_ok=True)
    passed = counts.with_suffix(".passed")
    passed.unlink(missing_ok=True)
    reports = {"HARNESS_COUNTS": str(counts), "HARNESS_PASSED": str(passed)}
    code = _run(
        [str(paths.PYTHON), "-m", "pytest", "-p", "harness.pytest_plugin", *arguments],
        output,
        {**os.environ, **_private_folders(), **reports},
    )
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
