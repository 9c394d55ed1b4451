# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One Odoo server for all tests; a store and a backend of its own for each."""

import re
import time
from collections.abc import Iterator

import pytest
from harness import browser, database, rpc
from harness.server import OdooServer
from opening import WORKERS, OpenShop, prepared, shops
from playwright.sync_api import Page, expect

#: milliseconds for which a page may keep us waiting
SOON = 30_000

# also what is expected to be seen: the machine has other things to do
expect.set_options(timeout=SOON)

# What Odoo refuses a person (odoo.http), and Python's warnings about the code of
# others, are no trouble of the server; nor what two did at the same moment, which it
# does again by itself.
LOUD = re.compile(
    r"^(?!.* bad query: .*\nERROR: +could not serialize)"
    r"\S+ \S+ \d+ (?:ERROR|CRITICAL|WARNING(?! \S+ (?:odoo\.http|py\.warnings):))"
    r" .*",
    re.M,
)


@pytest.fixture(scope="session")
def odoo() -> Iterator[OdooServer]:
    database.sweep()
    name = database.own_name("e2e")
    try:
        database.clone(name)
        with OdooServer(name, workers=WORKERS) as server:
            yield server
    finally:
        database.drop(name)


@pytest.fixture(scope="session")
def client(odoo: OdooServer) -> rpc.Client:
    """An administrator, of a company that the stores' orders can be booked in."""
    return prepared(odoo)


@pytest.fixture(scope="module")
def tab(odoo: OdooServer, client: rpc.Client) -> Iterator[Page]:
    """A browser in which the administrator is logged in."""
    with browser.page() as page:
        page.set_default_timeout(SOON)
        problems: list[str] = []
        page.on("pageerror", lambda error: problems.append(str(error)))
        browser.log_in(page, odoo.url)
        yield page
        assert problems == []


@pytest.fixture
def open_shop(odoo: OdooServer, client: rpc.Client) -> Iterator[OpenShop]:
    """Opens a store with so many orders, and connects a backend of its own with it."""
    yield from shops(odoo, client)


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """What an operator would be woken up for must be intended, in the server too."""
    if "odoo" not in request.fixturenames:
        yield
        return
    server: OdooServer = request.getfixturevalue("odoo")
    start = server.log_path.stat().st_size
    yield
    with server.log_path.open("rb") as log:
        log.seek(start)
        lines = LOUD.findall(log.read().decode(errors="replace"))
    if lines and not request.node.get_closest_marker("expects_warnings"):
        pytest.fail("the server logged:\n" + "\n".join(lines[:20]), pytrace=False)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    started = time.monotonic()
    try:
        return (yield)
    finally:
        print(f"{item.name}: {time.monotonic() - started:.1f} s")
