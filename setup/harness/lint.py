# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/lint: every static check, without network. ``--fix`` repairs what it can."""

import os
import subprocess
import sys
import time
import xml.parsers.expat
from collections.abc import Callable
from pathlib import Path

from . import paths

TYPING = paths.DATA / "typing"
# What is checked strictly, where it exists: (path in an addon, mypy's option).
TYPED = (
    ("documents", "-p"),
    ("http_client.py", "-m"),
    ("http_guard.py", "-m"),
    ("components", "-p"),
)


def ruff() -> bool:
    return _run("ruff", "check", "--output-format=concise", ".")


def ruff_format() -> bool:
    return _run("ruff", "format", "--check", "--output-format=concise", ".")


def pylint_odoo() -> bool:
    addons = paths.addons() + paths.glue()
    if not addons:
        return True
    style = "colorized" if sys.stdout.isatty() else "text"
    options = ("--rcfile=.pylintrc-mandatory", f"--output-format={style}")
    return _run("pylint", *options, *addons)


def mypy() -> bool:
    """Addons are checked under their real name, which needs them below odoo/addons."""
    (TYPING / "odoo" / "addons").mkdir(parents=True, exist_ok=True)
    targets = ["-p", "harness"]
    for addon in paths.addons() + paths.glue():
        link = TYPING / "odoo" / "addons" / addon
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(paths.ROOT / addon)
        for inside, option in TYPED:
            if (paths.ROOT / addon / inside).exists():
                name = inside.removesuffix(".py")
                targets += [option, f"odoo.addons.{addon}.{name}"]
    return _run("mypy", *targets)


def xml_files() -> bool:
    """Every XML file of the suite is well-formed."""
    fine = True
    for path in _tracked("*.xml"):
        try:
            xml.parsers.expat.ParserCreate().Parse(path.read_bytes(), True)
        except xml.parsers.expat.ExpatError as error:
            print(f"{path.relative_to(paths.ROOT)}: {error}")
            fine = False
    return fine


CHECKS: dict[str, Callable[[], bool]] = {
    "ruff check": ruff,
    "ruff format": ruff_format,
    "pylint-odoo": pylint_odoo,
    "mypy": mypy,
    "xml": xml_files,
}


def _tracked(pattern: str) -> list[Path]:
    """Files of the checkout, new ones included, ignored ones not."""
    command = ["git", "ls-files", "-z", "-co", "--exclude-standard", pattern]
    listing = subprocess.run(command, cwd=paths.ROOT, capture_output=True, check=True)
    names = listing.stdout.decode().split("\0")
    return [path for name in names if name and (path := paths.ROOT / name).is_file()]


def _run(tool: str, *arguments: str) -> bool:
    environment = {**os.environ, "RUFF_CACHE_DIR": str(paths.ROOT / ".cache" / "ruff")}
    # Without a home of its own, pylint would keep statistics in the user's.
    environment["PYLINTHOME"] = str(paths.ROOT / ".cache" / "pylint")
    command = [str(paths.PYTHON), "-m", tool, *arguments]
    return subprocess.run(command, cwd=paths.ROOT, env=environment).returncode == 0


def main() -> int:
    if "--fix" in sys.argv[1:]:
        _run("ruff", "check", "--fix", ".")
        _run("ruff", "format", ".")
    failed = []
    for name, check in CHECKS.items():
        started = time.monotonic()
        if not check():
            failed.append(name)
        print(f"- {name}: {time.monotonic() - started:.1f} s", flush=True)
    if failed:
        print("failed: " + ", ".join(failed))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
