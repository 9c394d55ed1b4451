# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Databases made from templates: installing modules once, copying many times.

Four templates are kept. The first holds the modules of others, an accounting chart
and a warehouse; it is made again when a version changes. The second adds the addons of
this checkout; it is made again when their files change. The third, for addon tests,
adds the addons that exist for tests only; the fourth, those that install themselves
beside further Odoo apps, and these apps.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg2
from psycopg2 import sql

from . import conf, paths, postgres, process

BASE_MODULES = (
    "web",
    "account",
    "sale_stock",
    "queue_job",
    "component",
    "component_event",
    "connector",
)
DISTRIBUTIONS = (
    "odoo-addon-queue_job",
    "odoo-addon-component",
    "odoo-addon-component_event",
    "odoo-addon-connector",
)
PREPARATION = Path(__file__).with_name("prepare_company.py")
# Files that are never loaded into a database.
UNLOADED_FOLDERS = {"tests", "readme", "__pycache__", "description"}
# Templates, named after a hash; every other database after its process.
KEPT_KINDS = {"base", "addons", "tests", "glue"}
KEPT_LOGS = 60
FILESTORE = conf.ODOO_DATA / "filestore"


def template() -> str:
    """The name of the template with the addons of this checkout installed."""
    with process.locked(paths.DATA / "templates.lock"):
        base = _named("base", _versions())
        _ensure(base, None, _install_base)
        addons = paths.addons()
        if not addons:
            return base
        name = _named("addons", [base, *_contents(addons)])
        _ensure(name, base, _install_addons)
        return name


def test_template() -> str:
    """The name of the template that holds the addons for tests as well."""
    source = template()
    with process.locked(paths.DATA / "templates.lock"):
        addons = paths.test_addons()
        if not addons:
            return source
        name = _named("tests", [source, *_contents(addons, paths.TEST_ADDONS)])
        _ensure(name, source, _install_test_addons)
        return name


def glue_template() -> str:
    """The name of the template that holds what comes with further Odoo apps as well."""
    source = test_template()
    with process.locked(paths.DATA / "templates.lock"):
        name = _named("glue", [source, *_contents(paths.glue())])
        _ensure(name, source, _install_glue)
        return name


def base_template() -> str:
    """The name of the template without the addons of this checkout."""
    with process.locked(paths.DATA / "templates.lock"):
        base = _named("base", _versions())
        _ensure(base, None, _install_base)
        return base


def clone(name: str, source: str | None = None) -> str:
    """Make the database ``name`` a fresh copy of the template, and return its name."""
    source = source or template()
    drop(name)
    _execute("CREATE DATABASE {} TEMPLATE {}", name, source)
    if (FILESTORE / source).exists():
        # Stored files are named after their content and never change: links do.
        shutil.copytree(FILESTORE / source, FILESTORE / name, copy_function=os.link)
    return name


def drop(name: str) -> None:
    for last in (False, False, False, True):
        try:
            _execute("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
            break
        except psycopg2.errors.InsufficientPrivilege:
            # an autovacuum worker is in it, which only a superuser may end
            if last:
                raise
            time.sleep(1)
    shutil.rmtree(FILESTORE / name, ignore_errors=True)
    _files(name)[0].unlink(missing_ok=True)


def own_name(purpose: str) -> str:
    """A name for a database of this process; ``sweep`` drops it should we be killed."""
    return f"{_prefix(purpose)}{os.getpid()}"


def sweep() -> None:
    """Remove what processes left that did not end in peace."""
    process.sweep()
    logs = sorted(
        paths.folder(paths.LOGS).iterdir(), key=lambda log: log.stat().st_mtime
    )
    for log in logs[:-KEPT_LOGS]:
        log.unlink(missing_ok=True)
    for name in names(f"hub_{paths.checkout_key()}_"):
        owner = name.rpartition("_")[2]
        kind = name.split("_")[2]
        if kind in KEPT_KINDS or not owner.isdecimal():
            continue
        if not process.is_alive(int(owner)):
            drop(name)


def names(prefix: str = "") -> list[str]:
    """The databases of this checkout's role, oldest first."""
    connection = postgres.ensure().connect()
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT datname FROM pg_database"
                " WHERE pg_get_userbyid(datdba) = current_user ORDER BY oid"
            )
            found = [str(row[0]) for row in cursor.fetchall()]
    finally:
        connection.close()
    return [name for name in found if name.startswith(prefix)]


def _named(kind: str, parts: list[str]) -> str:
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]
    return f"{_prefix(kind)}{digest}"


def _prefix(kind: str) -> str:
    return f"hub_{paths.checkout_key()}_{kind}_"


def _versions() -> list[str]:
    return [
        *(f"{name} {importlib.metadata.version(name)}" for name in DISTRIBUTIONS),
        _odoo_version(),
        " ".join(BASE_MODULES),
        PREPARATION.read_text(),
    ]


def _odoo_version() -> str:
    """Of what bootstrap fetched; your own checkout is only known by its place."""
    spec = importlib.util.find_spec("odoo.release")
    home = Path(spec.origin).parents[1] if spec and spec.origin else paths.ROOT
    fetched = paths.ROOT / ".odoo"
    return (fetched / "version").read_text() if fetched in home.parents else str(home)


def _contents(addons: list[str], folder: Path = paths.ROOT) -> Iterator[str]:
    for addon in addons:
        for path in sorted((folder / addon).rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and not UNLOADED_FOLDERS.intersection(inside.parts):
                yield f"{inside} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _ensure(name: str, source: str | None, install: Callable[[str], None]) -> None:
    if name in names():
        return
    kind = name.rpartition("_")[0] + "_"
    building = f"{kind}building"
    log = _files(building)[1]
    log.unlink(missing_ok=True)
    where = log.relative_to(paths.ROOT)
    print(f"- database template {name} (once; {where})", file=sys.stderr)
    if source:
        clone(building, source)
    else:
        drop(building)
        _execute("CREATE DATABASE {} TEMPLATE template0", building)
    install(building)
    if (FILESTORE / building).exists():
        shutil.rmtree(FILESTORE / name, ignore_errors=True)
        (FILESTORE / building).rename(FILESTORE / name)
    _execute("ALTER DATABASE {} ALLOW_CONNECTIONS false", building)
    _execute("ALTER DATABASE {} RENAME TO {}", building, name)
    # The previous one may be in use by a run that started with other sources.
    for outdated in names(kind)[:-2]:
        drop(outdated)


def _install_base(name: str) -> None:
    _odoo(name, ["--init", ",".join(BASE_MODULES)])
    configuration, log = _files(name)
    arguments = ["shell", "--config", str(configuration), "--no-http"]
    conf.run_odoo(arguments, log, stdin=PREPARATION)


def _install_addons(name: str) -> None:
    _odoo(name, ["--init", ",".join(paths.addons())])


def _install_test_addons(name: str) -> None:
    _odoo(name, ["--init", ",".join(paths.test_addons())], conf.WITH_TESTS)


def _install_glue(name: str) -> None:
    _odoo(name, ["--init", ",".join(paths.glue())], conf.WITH_TESTS)


def _odoo(
    name: str, arguments: list[str], options: Mapping[str, str] | None = None
) -> None:
    configuration, log = _files(name)
    conf.write(configuration, postgres.ensure(), name, options)
    common = ["--config", str(configuration), "--stop-after-init", "--no-http"]
    conf.run_odoo([*arguments, *common], log)


def _files(name: str) -> tuple[Path, Path]:
    """The configuration and the log of what works on the database."""
    return paths.DATA / "conf" / f"{name}.conf", paths.LOGS / f"{name}.log"


def _execute(statement: str, *identifiers: str) -> None:
    connection = postgres.ensure().connect()
    try:
        with connection.cursor() as cursor:
            names = map(sql.Identifier, identifiers)
            cursor.execute(sql.SQL(statement).format(*names))
    finally:
        connection.close()
