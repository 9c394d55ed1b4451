# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""setup/run: Odoo with a simulated Shopify store connected and its orders imported."""

import argparse
import contextlib
import dataclasses
import json
import signal
import sys
import threading
from collections.abc import Iterator

from . import database, paths, process, rpc, sandbox, server, simulator


def main() -> int:
    process.exit_on_signals()
    options = _options()
    try:
        with _servers(options) as (odoo, store):
            return _work(options, odoo, store)
    except (rpc.RpcError, process.Timeout, RuntimeError) as error:
        logs = paths.LOGS.relative_to(paths.ROOT)
        print(f"\nsetup/run failed: {error}\nThe logs are in {logs}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _work(
    options: argparse.Namespace, odoo: server.OdooServer, store: simulator.Store
) -> int:
    _say("Odoo and the store are up")
    box = sandbox.Sandbox(rpc.Client(odoo.url, odoo.db), store)
    box.prepare_company()
    box.connect()
    _say(f"Importing {options.orders} orders")
    summary = box.import_orders(options.timeout)
    if options.once:
        print(json.dumps(dataclasses.asdict(summary)), flush=True)
        return 0
    _introduce(odoo, box, summary)
    _wait_for_interrupt()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup/run", description=__doc__)
    parser.add_argument(
        "--once",
        action="store_true",
        help="end after the import; the last line is a JSON object with the result",
    )
    parser.add_argument("--orders", type=int, default=50, help="orders in the store")
    parser.add_argument("--seed", type=int, default=1, help="which store to simulate")
    parser.add_argument("--workers", type=int, default=2, help="Odoo's HTTP workers")
    parser.add_argument(
        "--timeout", type=float, default=900, help="seconds the import may take"
    )
    return parser.parse_args()


@contextlib.contextmanager
def _servers(
    options: argparse.Namespace,
) -> Iterator[tuple[server.OdooServer, simulator.Store]]:
    missing = set(paths.ADDON_NAMES) - set(paths.addons())
    if missing:
        raise SystemExit(f"missing in this checkout: {', '.join(sorted(missing))}")
    database.sweep()
    name = database.own_name("run")
    try:
        database.clone(name)
        with (
            simulator.start(options.seed, options.orders) as store,
            server.OdooServer(name, workers=options.workers) as odoo,
        ):
            yield odoo, store
    finally:
        database.drop(name)


def _introduce(
    odoo: server.OdooServer, box: sandbox.Sandbox, summary: sandbox.Summary
) -> None:
    states = ", ".join(
        f"{count} {state}" for state, count in sorted(box.messages_by_state().items())
    )
    print(
        f"\n{summary.orders_imported} of {summary.orders_received} orders imported"
        f" in {summary.seconds:.0f} s, {summary.exceptions} open exceptions"
        f"\nMessages: {states}"
        f"\n\n  Odoo   {odoo.url}/odoo"
        f"\n  Login  {odoo.login} / {odoo.password}"
        f"\n  Store  {box.store.url} (simulated)"
        f"\n  Log    {odoo.log_path.relative_to(paths.ROOT)}"
        "\n\nCtrl-C ends everything and removes the database.",
        flush=True,
    )


def _wait_for_interrupt() -> None:
    # An Event, unlike signal.pause, cannot miss a signal that comes just before.
    interrupted = threading.Event()
    signal.signal(signal.SIGINT, lambda *_: interrupted.set())
    while not interrupted.wait(3600):
        pass
    print("\nEnding", file=sys.stderr)


def _say(line: str) -> None:
    print(f"- {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
