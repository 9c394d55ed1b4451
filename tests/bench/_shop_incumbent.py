# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The same orders through OCA's shopify_connector; see shopify.py."""

import contextlib
import itertools
import sys
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _shop_ours
import _tls
import requests
from _orders import _control as control
from harness import (
    conf,
    database,
    incumbent,
    paths,
    postgres,
    process,
    rpc,
    sandbox,
    simulator,
)
from harness.server import OdooServer

COUNTRIES = ("DE", "AT", "CH", "FR", "GB", "IE", "US", "CA", "JP", "CN", "NL", "ES")
PAID = {"order_invoicing_policy": "paid", "order_confirmation_policy": "auto"}
OPEN_JOBS = ("wait_dependencies", "pending", "enqueued", "started")


def speed(kind: str, count: int, seed: int) -> float:
    """Return orders per second, to quotations or to paid invoices."""
    with _opened(count, seed) as shop:
        if kind == "paid":
            shop.write(PAID)
            shop.map_gateways()
        started = time.monotonic()
        shop.call("action_import_orders")
        shop.wait_idle()
        seconds = time.monotonic() - started
        reached = shop.reached()
    print(f"incumbent, {kind}: {count / seconds:.1f}/s, {reached}", file=sys.stderr)
    return count / seconds


class Incumbent:
    """The other connector, connected with a store, its products imported."""

    def __init__(self, client: rpc.Client, port: int, token: str) -> None:
        self.client = client
        self._join_its_people()
        (self.company,) = client.search("res.company", [], limit=1)
        self.id = client.create(
            "shopify.instance",
            {
                "name": "Store",
                "shop_url": f"127.0.0.1:{port}",
                "access_token": token,
                "company_id": self.company,
                "high_risk_hold_enabled": False,
                "draft_order_import_enabled": False,
            },
        )
        self.call("action_test_connection")
        self._allow_other_products()
        self._map_taxes()
        self.call("action_import_products")
        self.wait_idle()

    def _join_its_people(self) -> None:
        name = [("module", "=", incumbent.NAME), ("name", "=", "group_shopify_manager")]
        (group,) = self.client.read("ir.model.data", name, ["res_id"])
        values = {"group_ids": [(4, group["res_id"])]}
        self.client.call("res.users", "write", [self.client.uid], values)

    def _allow_other_products(self) -> None:
        product = self.client.create("product.product", {"name": "Other"})
        gift = self.client.create(
            "product.product", {"name": "Gift Card", "type": "service"}
        )
        self.write(
            {
                "unknown_product_policy": "placeholder",
                "placeholder_product_id": product,
                "gift_card_product_id": gift,
            }
        )

    def _map_taxes(self) -> None:
        taxes = self.client.read(
            "account.tax",
            [("type_tax_use", "=", "sale"), ("amount_type", "=", "percent")],
            ["amount", "price_include"],
        )
        found = {(tax["amount"], tax["price_include"]): tax["id"] for tax in taxes}
        countries = self.client.search("res.country", [("code", "in", COUNTRIES)])
        rows = [
            {
                "instance_id": self.id,
                "rate": str(round(rate / 100, 6)),
                "country_id": country,
                "price_included": included,
                "tax_id": tax,
            }
            for country, ((rate, included), tax) in itertools.product(
                countries, found.items()
            )
        ]
        self.client.call("shopify.tax.mapping", "create", rows)

    def map_gateways(self) -> None:
        for number, gateway in enumerate(_shop_ours.GATEWAYS):
            values = {"name": gateway.title(), "code": f"GW{number}", "type": "bank"}
            journal = self.client.create("account.journal", values)
            self.client.create(
                "shopify.gateway.journal",
                {"instance_id": self.id, "gateway": gateway, "journal_id": journal},
            )
            if gateway == "gift_card":
                self.write({"gift_card_journal_id": journal})

    def call(self, method: str, *arguments: Any) -> Any:
        return self.client.call("shopify.instance", method, [self.id], *arguments)

    def write(self, values: dict[str, Any]) -> None:
        self.call("write", values)

    def wait_idle(self) -> None:
        waiting = [("state", "in", OPEN_JOBS)]
        process.poll(
            lambda: not self.client.count("queue.job", waiting),
            _shop_ours.PATIENCE,
            "idle",
            interval=0.3,
        )

    def reached(self) -> dict[str, int]:
        count = self.client.count
        states = ("paid", "in_payment")
        return {
            "orders": count("shopify.order", [("odoo_id", "!=", False)]),
            "confirmed": count("sale.order", [("state", "=", "sale")]),
            "paid": count("account.move", [("payment_state", "in", states)]),
            "failed jobs": count("queue.job", [("state", "=", "failed")]),
        }


@contextlib.contextmanager
def _opened(orders: int, seed: int) -> Iterator[Incumbent]:
    name = database.own_name("incumbent")
    folder = paths.folder(paths.DATA / "bench" / name)
    extra = {"addons_path": f"{paths.ROOT},{incumbent.addons_path()}"}
    try:
        _install(name, extra)
        with (
            simulator.start(seed, orders) as store,
            _tls.in_front_of(_port(store.url), folder) as (port, certificate),
            _server(name, extra, certificate) as odoo,
        ):
            client = rpc.Client(odoo.url, name)
            sandbox.Sandbox(client, store).prepare_company()
            _shop_ours.unlimited(store)
            _grant(store)
            yield Incumbent(client, port, store.access_token)
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
