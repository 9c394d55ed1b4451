# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The figures of the foundation; the last line printed is one JSON object.

orders_vs_raw_orm, jobs_per_1000_orders, graphql_calls_per_1000_orders
    See _orders.py.
webhook_vs_bare_controller, webhook_p99_ms_at_half_rate
    See _webhooks.py.

Ratios of one run, medians of the rounds: machines are shared and noisy.
"""

import argparse
import json
import statistics
import sys

import _orders
import _webhooks
from harness import process


def main() -> int:
    process.exit_on_signals()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=1000)
    parser.add_argument("--webhooks", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = [_orders.measure(options.orders, n) for n in range(options.rounds)]
    result = {
        key: round(statistics.median(row[key] for row in rounds), 3)
        for key in rounds[0]
    }
    webhooks = _webhooks.measure(options.webhooks, options.rounds)
    result.update({key: round(value, 3) for key, value in webhooks.items()})
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
