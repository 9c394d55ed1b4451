# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Orders through the whole hub, and the very same ones by the plain ORM.

Poll over HTTP, store, drain, map, import, by one job at a time; against batched ORM
creation of the same orders with the same partners and addresses (_raw_orm.py). The
store has the rate limit of Shopify's Plus plan (1,000 points a second): at the Standard
plan's 100 the limit is what would be measured.
"""

import json
import subprocess
import sys
from pathlib import Path

import requests
from harness import conf, database, paths, postgres, process, rpc, sandbox, simulator
from harness.server import OdooServer

ONE_JOB = "root:1,root.hub:1"


def measure(count: int, number: int) -> dict[str, float]:
    """Import ``count`` orders through the hub, then create them again by the ORM."""
    name = database.own_name("bench")
    plan = paths.folder(paths.DATA / "bench") / f"{name}.json"
    try:
        hub = _import(name, count, number + 1, plan)
        raw = _create_raw(name, plan)
    finally:
        plan.unlink(missing_ok=True)
        database.drop(name)
    figures = {
        "orders_vs_raw_orm": raw / hub["seconds"],
        "jobs_per_1000_orders": hub["jobs"] * 1000 / count,
        "graphql_calls_per_1000_orders": hub["calls"] * 1000 / count,
    }
    print(
        f"round {number + 1}: hub {count / hub['seconds']:.1f} orders/s,"
        f" raw ORM {count / raw:.1f} orders/s, {figures}",
        file=sys.stderr,
    )
    return figures


def _import(name: str, count: int, seed: int, plan: Path) -> dict[str, float]:
    database.clone(name)
    with (
        simulator.start(seed, count) as store,
        OdooServer(name, workers=1, channels=ONE_JOB, cron_threads=0) as odoo,
    ):
        box = sandbox.Sandbox(rpc.Client(odoo.url, name), store)
        box.prepare_company()
        _prepare(box)
        _control(store, "bucket", size=20000, restore_rate=1000)
        _control(store, "stats/reset")
        jobs = box.client.count("queue.job", [])
        summary = box.import_orders(600)
        if summary.orders_imported != count:
            raise RuntimeError(f"{summary.orders_imported} of {count} were imported")
        stats = requests.get(f"{store.url}/_control/stats", timeout=10).json()
        figures = {
            "seconds": _seconds(name, box.flow("order")),
            "jobs": box.client.count("queue.job", []) - jobs,
            "calls": sum(stats["graphql"].values()),
        }
    _python("_raw_orm.py", "describe", name, str(box.backend_id), str(plan))
    return figures


def _control(store: simulator.Store, action: str, **values: int) -> None:
    url = f"{store.url}/_control/{action}"
    requests.post(url, json=values, timeout=10).raise_for_status()


def _prepare(box: sandbox.Sandbox) -> None:
    """Connect and import the products: creating those is not what is measured."""
    box.connect()
    # the sweeper would bring the orders in before they are measured
    box.client.call("hub.flow", "action_stop", [box.flow("order")])
    flow = box.flow("product")
    box.client.call("hub.flow", "action_run", [flow])
    process.poll(lambda: _is_settled(box, flow), 300, "products", interval=0.5)
    box.client.call("hub.flow", "action_stop", [flow, box.flow("customer")])
    process.poll(lambda: _is_idle(box), 120, "idle", interval=0.5)


def _is_settled(box: sandbox.Sandbox, flow: int) -> bool:
    runs = box.client.read("hub.run", [("flow_id", "=", flow)], ["status"])
    return bool(runs) and all(
        run["status"] not in ("receiving", "processing") for run in runs
    )


def _is_idle(box: sandbox.Sandbox) -> bool:
    waiting = [("state", "in", ["pending", "enqueued", "started"])]
    return not box.client.count("queue.job", waiting)


def _seconds(name: str, flow: int) -> float:
    """From the moment the run was asked for to the last order's commit."""
    connection = postgres.ensure().connect(name)
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(epoch FROM max(m.processed_at) - min(r.create_date))"
                " FROM hub_run r JOIN hub_message m ON m.run_id = r.id"
                " WHERE r.flow_id = %s",
                [flow],
            )
            return float(cursor.fetchone()[0])
    finally:
        connection.close()


def _create_raw(imported: str, plan: Path) -> float:
    """Create the orders of the plan where the imported ones have been removed."""
    _forget_orders(imported)
    return float(
        json.loads(_python("_raw_orm.py", "create", imported, str(plan)))["seconds"]
    )


def _forget_orders(name: str) -> None:
    """Products, taxes and price lists stay; orders and the imported people go."""
    connection = postgres.ensure().connect(name)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM sale_order")
            cursor.execute(
                "DELETE FROM res_partner WHERE id IN"
                " (SELECT p.id FROM res_partner p WHERE p.create_uid ="
                "  (SELECT res_id FROM ir_model_data WHERE module = 'connector_hub'"
                "   AND name = 'user_bot'))"
            )
            cursor.execute("VACUUM ANALYZE")
    finally:
        connection.close()


def _python(script: str, action: str, name: str, *arguments: str) -> str:
    configuration = conf.write(
        paths.DATA / "conf" / f"{name}_bench.conf", postgres.ensure(), name
    )
    done = subprocess.run(
        [
            str(paths.PYTHON),
            str(Path(__file__).with_name(script)),
            action,
            str(configuration),
            name,
            *arguments,
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return done.stdout.strip().rpartition("\n")[2]
