# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo's configuration file and one-shot Odoo commands."""

import configparser
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from . import paths
from .postgres import Dsn

ODOO_DATA = paths.DATA / "odoo"
# The addons path where the addons for tests are wanted too.
WITH_TESTS = {"addons_path": f"{paths.ROOT},{paths.TEST_ADDONS}"}


def write(
    path: Path,
    dsn: Dsn,
    database: str,
    options: Mapping[str, str] | None = None,
    queue_job: Mapping[str, str] | None = None,
) -> Path:
    """A configuration file for one database; passwords in it: readable by us only."""
    parser = configparser.RawConfigParser()
    parser["options"] = {
        **dsn.odoo_options(),
        "db_name": database,
        "dbfilter": f"^{database}$",
        "list_db": "False",
        "addons_path": str(paths.ROOT) if paths.addons() else "",
        "data_dir": str(paths.folder(ODOO_DATA)),
        "http_interface": "127.0.0.1",
        "workers": "0",
        "max_cron_threads": "0",
        "db_maxconn": "32",
        **(options or {}),
    }
    if queue_job:
        parser["queue_job"] = dict(queue_job)
    paths.folder(path.parent)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as handle:
        parser.write(handle)
    return path


def run_odoo(arguments: Sequence[str], log: Path, stdin: Path | None = None) -> None:
    """Run the odoo script to its end, output in ``log``; raise when it failed."""
    paths.folder(log.parent)
    with log.open("ab") as output, (stdin or Path(os.devnull)).open("rb") as source:
        done = subprocess.run(
            [str(paths.PYTHON), str(paths.ODOO_SCRIPT), *arguments],
            stdin=source,
            stdout=output,
            stderr=output,
            cwd=paths.ROOT,
        )
    if done.returncode:
        tail = log.read_text(errors="replace")[-4000:]
        raise RuntimeError(f"odoo {arguments[0]} failed, see {log}:\n{tail}")
