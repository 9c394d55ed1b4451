# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Loaded by setup/test into each pytest run.

- A test that logs at WARNING or above without saying so fails: what an operator would
  be woken up for must be intended. ``assertLogs`` and Odoo's ``mute_logger`` say so,
  for whole tests ``@pytest.mark.expects_warnings`` does.
- Runs without a database find the addons under their real name, odoo.addons.<name>.
- The counts of the run go to the file named in HARNESS_COUNTS, for the summary, and
  which tests passed to HARNESS_PASSED, for the capabilities they prove.
"""

import json
import logging
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from . import paths

# Third parties whose warnings are about our tools, not about our addons.
FOREIGN_LOGGERS = ("py.warnings", "asyncio", "urllib3", "hypothesis", "faker")


class _Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not record.name.startswith(FOREIGN_LOGGERS):
            self.lines.append(
                f"{record.levelname} {record.name}: {record.getMessage()}"
            )


def pytest_configure(config: pytest.Config) -> None:
    odoo_is_configured = config.pluginmanager.hasplugin("odoo") and (
        config.getoption("--odoo-config", None) or os.environ.get("ODOO_RC")
    )
    if not odoo_is_configured and paths.addons():
        _expose_addons()


def _expose_addons() -> None:
    import odoo.addons

    search_path = [str(paths.ROOT), *odoo.addons.__path__]
    odoo.addons.__path__ = search_path

    import pytest_odoo

    # Its name for a test module of an addon: odoo.addons.<addon>.tests.<module>.
    pytest_odoo.monkey_patch_resolve_pkg_root_and_module_name()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    collector = _Collector()
    root = logging.getLogger()
    root.addHandler(collector)
    try:
        result = yield
    finally:
        root.removeHandler(collector)
    if collector.lines and not item.get_closest_marker("expects_warnings"):
        pytest.fail(
            "logged without being expected:\n" + "\n".join(collector.lines),
            pytrace=False,
        )
    return result


def pytest_terminal_summary(terminalreporter: Any) -> None:
    target = os.environ.get("HARNESS_COUNTS")
    if not target:
        return
    stats = terminalreporter.stats
    counts = {
        "passed": len(stats.get("passed", [])) + len(stats.get("xpassed", [])),
        "failed": len(stats.get("failed", [])) + len(stats.get("error", [])),
        "skipped": len(stats.get("skipped", [])) + len(stats.get("xfailed", [])),
    }
    Path(target).write_text(json.dumps(counts))
    passed = {report.nodeid.partition("[")[0] for report in stats.get("passed", [])}
    failed = {
        report.nodeid.partition("[")[0]
        for name in ("failed", "error", "skipped", "xfailed")
        for report in stats.get(name, [])
    }
    Path(os.environ["HARNESS_PASSED"]).write_text("\n".join(sorted(passed - failed)))
