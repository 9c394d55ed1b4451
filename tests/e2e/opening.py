# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fixtures of the end-to-end and the chaos tests, as plain generators."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from harness import rpc, sandbox, simulator
from harness.server import OdooServer
from shop import Shop

# More HTTP workers than jobs that may run at once: imports never block webhooks.
WORKERS = 5

OpenShop = Callable[..., Shop]

_numbers = itertools.count(1)


def prepared(odoo: OdooServer) -> rpc.Client:
    client = rpc.Client(odoo.url, odoo.db)
    sandbox.Sandbox(client, None).prepare_company()  # type: ignore[arg-type]
    # where stores send their webhooks to; logging in does not change it
    parameters = {"web.base.url": odoo.url, "web.base.url.freeze": "True"}
    for key, value in parameters.items():
        client.call("ir.config_parameter", "set_param", key, value)
    return client


def shops(odoo: OdooServer, client: rpc.Client) -> Iterator[OpenShop]:
    opened: list[Shop] = []
    started: list[simulator.Store] = []

    def open_shop(
        orders: int = 0,
        *options: str,
        seed: int = 1,
        store: simulator.Store | None = None,
        connect: bool = True,
        name: str = "",
        **values: Any,
    ) -> Shop:
        if store is None:
            store = simulator.start(seed, orders, *options)
            started.append(store)
        name = name or f"Store {next(_numbers)}"
        shop = Shop(odoo, client, store, name, **values)
        opened.append(shop)
        shop.connect() if connect else shop.create()
        return shop

    yield open_shop
    for shop in opened:
        if shop.backend_id:
            shop.remove()
    for store in started:
        store.stop()
