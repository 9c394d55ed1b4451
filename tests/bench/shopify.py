# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures of the Shopify connector; the last line printed is one JSON object.

orders_per_s_quotation, orders_per_s_paid
    Varied orders, from the moment the run was asked for to the last one's outcome; as
    quotations, and confirmed, invoiced and paid. Two jobs at once.
jobs_per_order, calls_per_order, cost_per_order, sql_per_order
    To quotations. The cost is what Shopify computes from the queries, in points;
    statements are counted in PostgreSQL's log, in a run of its own.
exact_orders
    Orders without a difference from what the store's generator says: totals, taxes,
    lines, customer and both addresses.
lost_after_60s_503
    Orders that are not in Odoo after the store answered 503 for 60 seconds.
vs_incumbent_quotation, vs_incumbent_paid
    With --incumbent: ours, divided by OCA's shopify_connector in a database of its
    own, in the same run.

setup/bench shopify [--orders 500] [--rounds 3] [--incumbent] [--outage 60]

Medians of the rounds: machines are shared and noisy.
"""

import argparse
import json
import statistics
import sys

import _shop_incumbent
import _shop_ours
from harness import database, process

KINDS = ("quotation", "paid")


def main() -> int:
    process.exit_on_signals()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--orders", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--incumbent", action="store_true")
    parser.add_argument(
        "--outage", type=int, default=60, help="seconds of 503; 0: none"
    )
    options = parser.parse_args()
    database.sweep()
    result: dict[str, float] = {}
    for kind in KINDS:
        result.update(_speed(kind, options))
    result.update(_shop_ours.effort(options.orders))
    if options.outage:
        lost = _shop_ours.outage(options.outage)
        result[f"lost_after_{options.outage}s_503"] = lost
    print(json.dumps({key: round(value, 3) for key, value in result.items()}))
    return 0


def _speed(kind: str, options: argparse.Namespace) -> dict[str, float]:
    ours, ratios = [], []
    for number in range(options.rounds):
        ours.append(_shop_ours.speed(kind, options.orders, number + 1))
        if options.incumbent:
            theirs = _shop_incumbent.speed(kind, options.orders, number + 1)
            ratios.append(ours[-1] / theirs)
    figures = {f"orders_per_s_{kind}": statistics.median(ours)}
    if ratios:
        figures[f"vs_incumbent_{kind}"] = statistics.median(ratios)
    return figures


if __name__ == "__main__":
    sys.exit(main())
