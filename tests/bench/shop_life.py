# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The life of a whole shop; the last line printed is one JSON object.

    setup/bench shop_life --orders 2000

A seeded shop takes orders, and in rounds some of them are edited, shipped, paid,
refunded, returned or cancelled, while webhooks come twice, late or never. Then both
sides are compared, what was lost is brought in, and every order is held against the
generator's truth: totals, taxes, payments, refunds, delivered quantities. Then all of
it is read once more, which must write nothing.

orders, changes, webhooks (sent, duplicated, reordered, lost)
missing, outdated, repaired      what the comparison found, and asked for again
waited                           what waited for a person, by reason; all expected
differences                      from the truth; 0
writes_second_time               rows written by reading everything again; 0
seconds, changes_per_s           of the life itself

With --keep, the database stays to be looked at, and the truth beside it in a file.
"""

import argparse
import json
import sys
import time
from typing import Any

from harness import database, paths, process, simulator
from harness.server import OdooServer

sys.path.insert(0, str(paths.ROOT / "tests" / "e2e"))

from life import Life  # noqa: E402
from opening import WORKERS, prepared  # noqa: E402
from shop import Shop  # noqa: E402

STORE = ("--restore-rate", "2000", "--hours-behind", "18")


def main() -> int:
    process.exit_on_signals()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--share", type=float, default=0.5)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument(
        "--invoiced", choices=("delivery", "payment"), default="delivery"
    )
    parser.add_argument("--keep", action="store_true")
    options = parser.parse_args()
    name = database.own_name("life")
    if options.keep:
        name += f"_{options.invoiced}"
    try:
        database.clone(name)
        with (
            simulator.start(options.seed, 0, *STORE) as store,
            OdooServer(name, workers=WORKERS) as odoo,
        ):
            shop = Shop(odoo, prepared(odoo), store, "Lively")
            shop.connect()
            result = live(Life(shop, options.seed, options.invoiced), options)
    finally:
        if not options.keep:
            database.drop(name)
    print(json.dumps(result))
    return 1 if result["differences"] or result["writes_second_time"] else 0


def live(life: Life, options: argparse.Namespace) -> dict[str, Any]:
    began = time.monotonic()
    life.place(options.orders)
    _say(f"{options.orders} orders, {time.monotonic() - began:.0f} s")
    for number in range(options.rounds):
        life.live(options.share)
        done = sum(life.happened.values())
        _say(f"round {number + 1}: {done} changes, {time.monotonic() - began:.0f} s")
    compared = life.reconcile()
    seconds = time.monotonic() - began
    found = life.differences()
    for text in found[:50]:
        _say(text)
    if options.keep:
        _keep(life)
    written = life.read_again()
    _say(f"second time: {written}")
    changes = sum(life.happened.values())
    return {
        "orders": options.orders,
        "changes": changes,
        "by_kind": dict(life.happened),
        "webhooks": life.webhooks(),
        "missing": compared["missing_count"],
        "outdated": compared["outdated_count"],
        "repaired": compared["repaired_count"],
        "waited": dict(life.waited),
        "differences": len(found),
        "writes_second_time": sum(written.values()),
        "differences_second_time": len(life.differences()),
        "seconds": round(seconds, 1),
        "changes_per_s": round(changes / seconds, 2),
    }


def _keep(life: Life) -> None:
    folder = paths.folder(paths.DATA / "bench")
    file = folder / f"{life.shop.odoo.db}.json"
    kept = {"truth": life.shop.truth(), "events": life.events}
    file.write_text(json.dumps(kept, indent=1))
    _say(f"kept: {file.relative_to(paths.ROOT)}")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
