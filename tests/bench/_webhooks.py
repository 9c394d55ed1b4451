# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Webhooks acknowledged, against a controller that hardly does anything.

The yardstick is a controller with ``auth='none'`` and one INSERT, on the same server
with the same workers; it is sent the same headers and bodies. No job runner: what is
measured is the acknowledgement. Both are asked in turns of a second or two, so that
what else the machine does hits both.

A bare controller of a module is asked as any other address of Odoo is, without a
session: Odoo then has PostgreSQL list the databases. The hub's addresses name theirs.
How much of the ratio is due to that tells ``webhook_vs_bare_named``: there the bare
controller is told the database in a header, which those who send webhooks cannot do.
"""

import statistics
import sys
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import _load
import requests
from harness import conf, database, paths, postgres, rpc, sandbox, simulator
from harness.server import OdooServer

BARE_TABLE = (
    "CREATE TABLE hub_bench_bare"
    " (id serial PRIMARY KEY, body bytea, received_at timestamp)"
)
#: requests of one kind before it is the other's turn
TURN = 50


def measure(count: int, rounds: int) -> dict[str, float]:
    """Return the ratio to the bare controller, and the p99 (ms) at half the rate."""
    name = database.own_name("benchweb")
    database.clone(name)
    try:
        _install_bare(name)
        addons = f"{paths.ROOT},{Path(__file__).parent / 'addons'}"
        extra = {"addons_path": addons, "server_wide_modules": "base,rpc,web"}
        with (
            simulator.start(1, 100) as store,
            OdooServer(name, workers=2, cron_threads=0, extra_conf=extra) as odoo,
        ):
            return _measure(odoo, store, count, rounds)
    finally:
        database.drop(name)


def _measure(
    odoo: OdooServer, store: simulator.Store, count: int, rounds: int
) -> dict[str, float]:
    box = sandbox.Sandbox(rpc.Client(odoo.url, odoo.db), store)
    box.connect()
    backend = box.client.read(
        "hub.backend", [("id", "=", box.backend_id)], ["webhook_url"]
    )[0]
    path = urlsplit(backend["webhook_url"]).path
    signed = _signed(store)
    _in_turns(odoo, path, signed, 2 * TURN)  # warms up
    ratios, named_ratios, latencies = [], [], []
    for _round in range(rounds):
        ours, theirs, named = _in_turns(odoo, path, signed, count)
        hooks = [_hook(path, signed[n % len(signed)]) for n in range(count)]
        slowest = _p99(_load.post_paced(odoo.direct_url, hooks, ours / 2))
        ratios.append(ours / theirs)
        named_ratios.append(ours / named)
        latencies.append(slowest * 1000)
        print(
            f"webhooks {ours:.0f}/s, bare {theirs:.0f}/s, ratio {ours / theirs:.2f},"
            f" bare with the database named {named:.0f}/s,"
            f" p99 at {ours / 2:.0f}/s {slowest * 1000:.0f} ms",
            file=sys.stderr,
        )
    return {
        "webhook_vs_bare_controller": statistics.median(ratios),
        "webhook_vs_bare_named": statistics.median(named_ratios),
        "webhook_p99_ms_at_half_rate": statistics.median(latencies),
    }


def _in_turns(
    odoo: OdooServer, path: str, signed: list[dict[str, Any]], count: int
) -> tuple[float, ...]:
    """Return how many are answered per second: webhooks, bare, bare and named."""
    seconds = [0.0, 0.0, 0.0]
    for start in range(0, count, TURN):
        numbers = range(start, min(start + TURN, count))
        hooks = [_hook(path, signed[n % len(signed)]) for n in numbers]
        bare = [("/hub_bench/bare", headers, body) for _path, headers, body in hooks]
        name = {"X-Odoo-Database": odoo.db}
        named = [(where, {**headers, **name}, body) for where, headers, body in bare]
        for kind, load in enumerate((hooks, bare, named)):
            seconds[kind] += len(load) / _load.post_all(odoo.direct_url, load)
    return tuple(count / taken for taken in seconds)


def _p99(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=100)[98]


def _install_bare(name: str) -> None:
    addons = f"{paths.ROOT},{Path(__file__).parent / 'addons'}"
    configuration = conf.write(
        paths.DATA / "conf" / f"{name}_init.conf",
        postgres.ensure(),
        name,
        {"addons_path": addons},
    )
    arguments = ["--config", str(configuration), "--stop-after-init", "--no-http"]
    conf.run_odoo(
        ["--init", "hub_bench_bare", *arguments], paths.LOGS / f"{name}_init.log"
    )
    connection = postgres.ensure().connect(name)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(BARE_TABLE)
    finally:
        connection.close()


def _signed(store: simulator.Store) -> list[dict[str, Any]]:
    truth = requests.get(f"{store.url}/_control/truth", timeout=30).json()
    return [
        requests.post(
            f"{store.url}/_control/webhook/sign", json={"id": gid}, timeout=30
        ).json()
        for gid in truth
    ]


def _hook(path: str, signed: dict[str, Any]) -> _load.Request:
    """A delivery of its own: Shopify does not sign the delivery's id."""
    headers = {**signed["headers"], "X-Shopify-Webhook-Id": str(uuid.uuid4())}
    return path, headers, signed["body"].encode()
