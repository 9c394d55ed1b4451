# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurements of the engine itself: one process, a remote that answers at once."""

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import _remote
from harness import conf, database, paths, postgres

FEW, MANY = 1_000, 1_000_000
#: seconds; inserting a million of everything takes its time
LONG = 1800


@contextmanager
def fresh(purpose: str) -> Iterator[str]:
    """Yield a database with the imaginary system."""
    name = database.clone(database.own_name(purpose), database.test_template())
    try:
        yield name
    finally:
        database.drop(name)


def inside(scenario: str, name: str, **arguments: Any) -> Any:
    """Run a scenario of _inside.py in a process of its own; return its result."""
    configuration = conf.write(
        paths.DATA / "conf" / f"{name}.conf", postgres.ensure(), name, conf.WITH_TESTS
    )
    script = Path(__file__).with_name("_inside.py")
    done = subprocess.run(
        [str(paths.PYTHON), str(script), scenario, str(configuration), name]
        + [json.dumps(arguments)],
        capture_output=True,
        text=True,
        timeout=LONG,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    return json.loads(done.stdout.strip().rpartition("\n")[2])


def tell(what: str, figures: Any) -> None:
    print(f"{what}: {figures}", file=sys.stderr, flush=True)


def unchanged(rounds: int) -> dict[str, float]:
    """How much faster a record is read again than it was imported, per record."""
    with fresh("benchsame") as name, _remote.running() as url:
        options = {"rounds": rounds, "orders": 250, "repolled": 10_000}
        figures = inside("unchanged", name, url=url, **options)
    tell("records per second", figures)
    return {
        "unchanged_vs_import": statistics.median(
            row["repolled"] / row["imported"] for row in figures
        ),
        "touched_vs_import": statistics.median(
            row["touched"] / row["imported"] for row in figures
        ),
    }


def million(rounds: int) -> dict[str, float]:
    """Orders per second where a million are linked, divided by where a thousand are.

    The same orders alternately in two databases.
    """
    with (
        fresh("benchfew") as few,
        fresh("benchmany") as many,
        _remote.running() as url,
    ):
        for name, links in ((few, FEW), (many, MANY)):
            inside("throughput", name, url=url, first=500, orders=10)
            _link(name, links)
        ratios = []
        for number in range(rounds):
            options = {"url": url, "first": 1000 + number * 500, "orders": 500}
            # neither of them always goes first: what else the machine does drifts
            turns = (many, few) if number % 2 else (few, many)
            speed = {name: inside("throughput", name, **options) for name in turns}
            slow, fast = speed[many], speed[few]
            tell("orders per second with many and few links", (slow, fast))
            ratios.append(slow / fast)
    return {"throughput_1m_vs_1k_bindings": statistics.median(ratios)}


def _link(name: str, count: int) -> None:
    """Add links and settled messages of records long past."""
    script = Path(__file__).with_name("links.sql").read_text()
    connection = postgres.ensure().connect(name)
    try:
        with connection.cursor() as cursor:
            for statement in script.split(";"):
                if statement.strip():
                    cursor.execute(statement, {"count": count})
    finally:
        connection.close()


def memory(rounds: int) -> dict[str, float]:
    """Peak memory of a backfill of ten times as many records."""
    ratios = []
    for _round in range(min(rounds, 3)):  # it hardly varies
        peaks = []
        for records in (1_000, 10_000):
            with fresh("benchmem") as name, _remote.running() as url:
                peaks.append(inside("backfill", name, url=url, records=records))
        tell("peak MB of 1,000 and 10,000", peaks)
        ratios.append(peaks[1] / peaks[0])
    return {"backfill_memory_10x": statistics.median(ratios)}


def stock(rounds: int) -> dict[str, float]:
    """10,000 changed stock levels on their way out: calls, and levels per second."""
    with fresh("benchstock") as name, _remote.running() as url:
        figures = inside("stock", name, url=url, levels=10_000, rounds=rounds)
    tell("stock", figures)
    return {
        "stock_calls_per_10000": statistics.median(row["calls"] for row in figures),
        "stock_levels_per_s": statistics.median(row["per_second"] for row in figures),
    }
