# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same orders through OCA's shopify_connector; see shopify.py."""

import contextlib
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path

import _shop_ours
import requests
from _orders import _control as control
from harness import (
    conf,
    database,
    incumbent,
    paths,
    postgres,
    rpc,
    sandbox,
    simulator,
    tls,
)
from harness.server import OdooServer

PAID = {"order_invoicing_policy": "paid", "order_confirmation_policy": "auto"}


def speed(kind: str, count: int, seed: int) -> float:
    """Return orders per second, to quotations or to paid invoices."""
    with _opened(count, seed) as shop:
        if kind == "paid":
            shop.write(PAID)
            shop.map_gateways(_shop_ours.GATEWAYS)
        started = time.monotonic()
        shop.call("action_import_orders")
        shop.wait_idle()
        seconds = time.monotonic() - started
        reached = shop.reached()
    print(f"incumbent, {kind}: {count / seconds:.1f}/s, {reached}", file=sys.stderr)
    return count / seconds


@contextlib.contextmanager
def _opened(orders: int, seed: int) -> Iterator[incumbent.Incumbent]:
    name = database.own_name("incumbent")
    folder = paths.folder(paths.DATA / "bench" / name)
    extra = {"addons_path": f"{paths.ROOT},{incumbent.addons_path()}"}
    try:
        _install(name, extra)
        with (
            simulator.start(seed, orders) as store,
            tls.in_front_of(_port(store.url), folder) as (port, certificate),
            _server(name, extra, certificate) as odoo,
        ):
            client = rpc.Client(odoo.url, name)
            sandbox.Sandbox(client, store).prepare_company()
            _shop_ours.unlimited(store)
            _grant(store)
            yield incumbent.Incumbent(client, port, store.access_token)
    finally:
        database.drop(name)


def _grant(store: simulator.Store) -> None:
    """Answer what ours does not ask for: with returns, and else with nothing."""
    scopes = requests.get(f"{store.url}/_control/scopes", timeout=10).json()["scopes"]
    control(store, "scopes", scopes=[*scopes, "read_returns"])
    control(store, "lenient")


def _install(name: str, extra: dict[str, str]) -> None:
    database.clone(name, database.base_template())
    settings = conf.write(
        paths.DATA / "conf" / f"{name}.conf", postgres.ensure(), name, extra
    )
    arguments = ["--config", str(settings), "--stop-after-init", "--no-http"]
    conf.run_odoo(
        ["--init", incumbent.NAME, *arguments], paths.LOGS / f"{name}_init.log"
    )


def _server(name: str, extra: dict[str, str], certificate: Path) -> OdooServer:
    trusted = {"REQUESTS_CA_BUNDLE": str(certificate)}
    return OdooServer(
        name, _shop_ours.WORKERS, trusted, extra, "root:2", cron_threads=0
    )


def _port(url: str) -> int:
    port = urllib.parse.urlsplit(url).port
    assert port, url
    return port
