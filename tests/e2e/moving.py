# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database with both connectors, and its server."""

import contextlib
from collections.abc import Iterator

from beside import Beside
from harness import conf, database, incumbent, paths, postgres, simulator, tls
from harness.server import OdooServer
from opening import WORKERS


def install(name: str) -> dict[str, str]:
    """Make a database with both connectors; return what its server is to know."""
    extra = {"addons_path": f"{paths.ROOT},{incumbent.addons_path()}"}
    database.clone(name)
    settings = conf.write(
        paths.DATA / "conf" / f"{name}.conf", postgres.ensure(), name, extra
    )
    arguments = ["--config", str(settings), "--stop-after-init", "--no-http"]
    conf.run_odoo(
        ["--init", incumbent.NAME, *arguments], paths.LOGS / f"{name}_init.log"
    )
    return extra


@contextlib.contextmanager
def opened(seed: int) -> Iterator[Beside]:
    """A store that the incumbent has brought into Odoo for a while."""
    name = database.own_name("beside")
    folder = paths.folder(paths.DATA / "tls" / name)
    try:
        extra = install(name)
        with (
            simulator.start(seed, 0) as store,
            tls.in_front_of(int(store.url.rpartition(":")[2]), folder) as (port, trust),
            OdooServer(
                name, WORKERS, {"REQUESTS_CA_BUNDLE": str(trust)}, extra
            ) as odoo,
        ):
            yield Beside(odoo, store, port)
    finally:
        database.drop(name)
