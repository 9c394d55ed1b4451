# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders of a simulated store through our connector; see shopify.py."""

import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _orders
from harness import database, paths, process, rpc, simulator
from harness.server import OdooServer

sys.path.insert(0, str(paths.ROOT / "tests" / "e2e"))

import shop as shops  # noqa: E402

#: two jobs at once, as with the incumbent
CHANNELS = "root:2,root.hub:2"
WORKERS = 4
GATEWAYS = (
    "shopify_payments",
    "paypal",
    "klarna",
    "manual",
    "cash",
    "gift_card",
    "bogus",
)
PAID = {"order_confirm": "released", "order_invoice": "payment"}
PATIENCE = 1200  # seconds
#: what Odoo logs for each statement
STATEMENT = b" odoo.sql_db: ["


@contextlib.contextmanager
def opened(
    orders: int, seed: int, conf: dict[str, str] | None = None, **values: Any
) -> Iterator[shops.Shop]:
    """A store whose products are in Odoo, and which does not limit its callers."""
    name = database.own_name("shopify")
    database.clone(name)
    try:
        with (
            simulator.start(seed, orders) as store,
            OdooServer(name, WORKERS, None, conf, CHANNELS, cron_threads=0) as odoo,
        ):
            client = rpc.Client(odoo.url, name)
            shop = shops.Shop(odoo, client, store, "Store", **values)
            shop.prepare_company()
            _orders._prepare(shop)
            unlimited(store)
            shop.forget_calls()
            yield shop
    finally:
        database.drop(name)


def unlimited(store: simulator.Store) -> None:
    """Lift the rate limit, else that is what would be measured."""
    _orders._control(store, "bucket", size=10**6, restore_rate=10**6)


def speed(kind: str, count: int, seed: int) -> float:
    """Return orders per second, to quotations or to paid invoices."""
    paid = kind == "paid"
    values = {**PAID, "order_register_payment": True} if paid else {}
    with opened(count, seed, **values) as shop:
        if paid:
            map_gateways(shop)
        shop.import_orders(PATIENCE)
        process.poll(shop.is_idle, PATIENCE, "idle", interval=0.5)
        seconds = _orders._seconds(shop.odoo.db, shop.flow("order"))
        print(f"{kind}: {count / seconds:.1f}/s, {_reached(shop)}", file=sys.stderr)
    return count / seconds


def _reached(shop: shops.Shop) -> dict[str, Any]:
    client = shop.client
    orders = [link["odoo_id"][0] for link in shop.orders()]
    own = [("id", "in", orders)]
    return {
        "orders": len(orders),
        "confirmed": client.count("sale.order", [*own, ("state", "=", "sale")]),
        "invoiced": client.count(
            "sale.order", [*own, ("invoice_status", "=", "invoiced")]
        ),
        "paid": client.count(
            "account.move",
            [
                ("move_type", "=", "out_invoice"),
                ("payment_state", "in", ("paid", "in_payment")),
            ],
        ),
        "exceptions": [found["name"] for found in shop.exceptions()],
    }


def map_gateways(shop: shops.Shop) -> None:
    """Book what each gateway takes in a journal of its own."""
    for number, gateway in enumerate(GATEWAYS):
        kind = "cash" if gateway == "cash" else "bank"
        values = {"name": gateway.title(), "code": f"GW{number}", "type": kind}
        journal = shop.client.create("account.journal", values)
        key = {"backend_id": shop.backend_id, "kind": "gateway"}
        key["remote_value"] = gateway
        known = shop.client.search("hub.mapping", [(k, "=", v) for k, v in key.items()])
        if known:
            shop.client.call("hub.mapping", "write", known, {"journal_id": journal})
        else:
            shop.client.create("hub.mapping", {**key, "journal_id": journal})


def effort(count: int) -> dict[str, float]:
    """What an order costs, and how many are as the store has them."""
    with opened(count, 1, conf={"log_handler": ":INFO,odoo.sql_db:DEBUG"}) as shop:
        jobs = shop.client.count("queue.job", [])
        written = shop.odoo.log_path.stat().st_size
        shop.import_orders(PATIENCE)
        process.poll(shop.is_idle, PATIENCE, "idle", interval=0.5)
        counted = statements(shop.odoo.log_path, written)
        stats = shop.look("stats")
        jobs = shop.client.count("queue.job", []) - jobs
        wrong = shop.differences()
        for line in wrong[:10]:
            print(line, file=sys.stderr)
    return {
        "jobs_per_order": jobs / count,
        "calls_per_order": sum(stats["graphql"].values()) / count,
        "cost_per_order": stats["requested_cost"] / count,
        "sql_per_order": counted / count,
        "exact_orders": count - len({line.partition(":")[0] for line in wrong}),
    }


def statements(log: Path, start: int) -> int:
    """Count what Odoo has had executed, since its log was this long."""
    with log.open("rb") as lines:
        lines.seek(start)
        return sum(STATEMENT in line for line in lines)


def outage(seconds: int, count: int = 120) -> int:
    """Return how many orders are missing when the store could not answer for a while.

    The outage begins while the import runs; nobody does anything about it.
    """
    with opened(count, 1) as shop:
        shop.configure_flow(poll_minutes=5)  # as flows are by default
        shop.control("fault", kind="status", status=503, count=10**6)
        shop.start_import()
        time.sleep(seconds)
        shop.control("fault/clear")
        with contextlib.suppress(process.Timeout):
            shop.wait_out(count, 120)
        return count - len(shop.orders())
