# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures of the engine; the last line printed is one JSON object.

orders_vs_raw_orm, jobs_per_1000_orders     _orders.py
unchanged_vs_import, touched_vs_import      10,000 orders read again, see _inside.py
throughput_1m_vs_1k_bindings                orders imported where many are linked
backfill_memory_10x                         peak memory of ten times the records
stock_calls_per_10000, stock_levels_per_s   changed levels sent, see _stock.py
webhook_vs_bare_controller, webhook_p99_ms_at_half_rate     _webhooks.py

setup/bench engine [--rounds 5] [PART ...]  parts: orders unchanged million memory
                                            stock webhooks

Ratios of one run, medians of the rounds: machines are shared and noisy.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Callable

import _engine
import _orders
import _webhooks
from harness import database, process

Figures = dict[str, float]


def orders(rounds: int) -> Figures:
    rows = [_orders.measure(1000, number) for number in range(rounds)]
    return {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def webhooks(rounds: int) -> Figures:
    return _webhooks.measure(600, rounds)


PARTS: dict[str, Callable[[int], Figures]] = {
    "orders": orders,
    "unchanged": _engine.unchanged,
    "million": _engine.million,
    "memory": _engine.memory,
    "stock": _engine.stock,
    "webhooks": webhooks,
}


def main() -> int:
    process.exit_on_signals()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    options = parser.parse_args()
    database.sweep()
    result: Figures = {}
    for part in options.parts or PARTS:
        result.update(PARTS[part](options.rounds))
    print(json.dumps({key: round(value, 3) for key, value in result.items()}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
