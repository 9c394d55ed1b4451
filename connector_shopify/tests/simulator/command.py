# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Command line: serve a generated shop until SIGTERM."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import threading
from datetime import datetime, timedelta

from .identity import UTC, moment_of
from .server import SimulatorServer
from .shop import START, Shop

TOPICS = ("ORDERS_CREATE", "ORDERS_UPDATED")


def main(arguments: list[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    shop = Shop(
        options.seed,
        options.orders,
        currency=options.currency,
        taxes=options.taxes,
        products=options.products,
        customers=options.customers,
        duties=options.duties,
        start=options.start,
        restore_rate=options.restore_rate,
        clock=lambda: datetime.now(UTC) - timedelta(hours=options.hours_behind),
    )
    for url in options.webhook_url:
        for topic in TOPICS:
            shop.subscribe(topic, url)
    with SimulatorServer(shop, options.port) as server:
        stopped = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopped.set())
        sys.stdout.write(json.dumps(_ready(server)) + "\n")
        sys.stdout.flush()
        stopped.wait()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="simulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 chooses a free one")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--orders", type=int, default=300)
    parser.add_argument("--products", type=int, default=40)
    parser.add_argument("--customers", type=int, default=60)
    parser.add_argument("--currency", default="EUR")
    parser.add_argument(
        "--taxes", choices=("included", "excluded", "mixed"), default="mixed"
    )
    parser.add_argument("--duties", action="store_true")
    parser.add_argument(
        "--start", type=_moment, default=START, help="first order, ISO 8601"
    )
    parser.add_argument(
        "--restore-rate", type=int, default=100, help="points per second"
    )
    parser.add_argument(
        "--hours-behind",
        type=float,
        default=0.0,
        help="every change takes a second: many of them would overtake the clock",
    )
    parser.add_argument("--webhook-url", action="append", default=[])
    return parser


def _moment(text: str) -> datetime:
    moment = moment_of(text)
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError("needs an offset, e.g. 2026-09-01T08:00:00Z")
    return moment


def _ready(server: SimulatorServer) -> dict[str, str | int]:
    tokens = server.shop.tokens
    return {
        "url": server.url,
        "shop": server.shop.domain,
        "client_id": tokens.client_id,
        "client_secret": tokens.client_secret,
        "access_token": tokens.permanent,
        "pid": os.getpid(),
    }
