# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""PostgreSQL crashes and comes back: what was under way is done, once."""

import contextlib
import threading
import time
from collections.abc import Iterator

import psycopg2
import pytest
from harness import conf, database, process, rpc
from harness.server import OdooServer
from imaginary import Link, System, running
from own_postgres import OwnPostgres, own_postgres

ORDERS = 200
RECOVERY = 240
#: no cursor is ahead of what is stored, no link older than a message that is done
AHEAD = """
    SELECT f.cursor, max(m.version) FROM hub_flow f
      LEFT JOIN hub_message m ON m.flow_id = f.id
     WHERE f.id = %(flow)s GROUP BY f.cursor
    HAVING f.cursor > coalesce(max(m.version), '')
"""

# what a lost database leaves in the log is what this is about
pytestmark = pytest.mark.expects_warnings


@pytest.fixture(scope="module")
def server() -> Iterator[OwnPostgres]:
    database.sweep()
    with own_postgres() as server:
        yield server


@pytest.fixture(scope="module")
def odoo(server: OwnPostgres) -> Iterator[OdooServer]:
    # a template itself lets nobody in
    name = database.clone(database.own_name("restart"), database.test_template())
    options = {**conf.WITH_TESTS, **server.dsn.odoo_options()}
    try:
        server.copy(name, name)
        with OdooServer(name, workers=4, extra_conf=options) as odoo:
            yield odoo
    finally:
        database.drop(name)


class Observer:
    """Compares the cursor with what is stored, all the time."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.ahead: list[tuple[str, str]] = []
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._over.wait(0.02):
            with contextlib.suppress(psycopg2.Error):
                self.ahead += self.link.rows(AHEAD)

    def __enter__(self) -> "Observer":
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()


@pytest.fixture
def system() -> Iterator[System]:
    with running() as system:
        yield system


def link(odoo: OdooServer, server: OwnPostgres, system: System, name: str) -> Link:
    odoo.keep_up()
    odoo.wait_ready()
    made = Link(rpc.Client(odoo.direct_url, odoo.db), server.dsn, system, name)
    values = {"batch_size": 20, "poll_minutes": 1}
    made.client.call("hub.flow", "write", [made.flow_id], values)
    return made


def is_complete(odoo: OdooServer, link: Link, names: list[str]) -> None:
    """Wait until every order is in Odoo; each is there once, in its last version.

    Odoo's master process may give up when the database is away at the wrong moment; in
    production it is then started again.
    """
    started = time.monotonic()

    def probe() -> bool:
        odoo.keep_up()
        with contextlib.suppress(psycopg2.Error):
            open_or_not = link.states()
            return sum(open_or_not.values()) >= ORDERS and not (
                {"pending", "processing"} & open_or_not.keys()
            )
        return False

    process.poll(probe, RECOVERY, "all orders", 0.5)
    print(f"{link.name}: complete {time.monotonic() - started:.1f} s after the restart")
    assert set(link.states()) <= {"done", "unchanged", "superseded"}
    assert link.orders() == sorted(f"#{name}" for name in names)
    older = link.rows(
        "SELECT b.external_id FROM hub_fake_order b JOIN hub_message m"
        "    ON m.flow_id = %(flow)s AND m.external_id = b.external_id"
        " WHERE b.backend_id = %(backend)s AND m.state = 'done'"
        " AND b.version < m.version"
    )
    assert older == []


def test_fault_07_database_crash_in_the_middle_of_a_drain(
    odoo: OdooServer, server: OwnPostgres, system: System
) -> None:
    names = [system.place(number) for number in range(ORDERS)]
    shop = link(odoo, server, system, "Drain")
    with Observer(shop) as observer:
        shop.client.call("hub.flow", "action_run", [shop.flow_id])
        process.poll(lambda: shop.states().get("done", 0) >= 40, 120, "middle", 0.02)
        server.crash()
        assert shop.announce(odoo.direct_url, names[0]) == 503, "nothing can be stored"
        server.start()
        is_complete(odoo, shop, names)
    assert observer.ahead == []


def test_fault_07_database_crash_in_the_middle_of_a_poll(
    odoo: OdooServer, server: OwnPostgres, system: System
) -> None:
    names = [system.place(number) for number in range(ORDERS)]
    system.far.set("page_size", 20)
    shop = link(odoo, server, system, "Poll")
    with Observer(shop) as observer:
        shop.client.call("hub.flow", "action_run", [shop.flow_id])
        process.poll(lambda: sum(shop.states().values()) >= 40, 120, "middle", 0.01)
        server.crash()
        server.start()
        is_complete(odoo, shop, names)
    assert observer.ahead == []
