# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One Odoo server for all tests; a store and a backend of its own for each."""

import itertools
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from harness import database, rpc, sandbox, simulator
from harness.server import OdooServer
from shop import Shop

# More HTTP workers than jobs that may run at once: imports never block webhooks.
WORKERS = 5
# What Odoo refuses a person (odoo.http, WARNING) is no trouble of the server.
LOUD = re.compile(
    r"^\S+ \S+ \d+ (?:ERROR|CRITICAL|WARNING(?! \S+ odoo\.http:)) .*", re.M
)

OpenShop = Callable[..., Shop]

_numbers = itertools.count(1)


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


def prepared(odoo: OdooServer) -> rpc.Client:
    client = rpc.Client(odoo.url, odoo.db)
    sandbox.Sandbox(client, None).prepare_company()  # type: ignore[arg-type]
    # where stores send their webhooks to; logging in does not change it
    parameters = {"web.base.url": odoo.url, "web.base.url.freeze": "True"}
    for key, value in parameters.items():
        client.call("ir.config_parameter", "set_param", key, value)
    return client


@pytest.fixture
def open_shop(odoo: OdooServer, client: rpc.Client) -> Iterator[OpenShop]:
    """Opens a store with so many orders, and connects a backend of its own with it."""
    yield from shops(odoo, client)


def shops(odoo: OdooServer, client: rpc.Client) -> Iterator[OpenShop]:
    opened: list[Shop] = []
    started: list[simulator.Store] = []

    def open_shop(
        orders: int = 0,
        *options: str,
        seed: int = 1,
        store: simulator.Store | None = None,
        connect: bool = True,
        **values: Any,
    ) -> Shop:
        if store is None:
            store = simulator.start(seed, orders, *options)
            started.append(store)
        shop = Shop(odoo, client, store, f"Store {next(_numbers)}", **values)
        opened.append(shop)
        shop.connect() if connect else shop.create()
        return shop

    yield open_shop
    for shop in opened:
        if shop.backend_id:
            shop.remove()
    for store in started:
        store.stop()


@pytest.fixture(autouse=True)
def quiet_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """What an operator would be woken up for must be intended, in the server too."""
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
