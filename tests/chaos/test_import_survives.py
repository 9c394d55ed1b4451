# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Processes are killed in the middle of an import: every order is there once."""

import time

import pytest
from harness import database, process
from harness.server import OdooServer
from opening import WORKERS, prepared, shops
from shop import database as look_into

ORDERS = 400
MIDDLE = ORDERS // 4  # so many are in Odoo when it happens
RECOVERY = 90  # seconds until all are
GENEROUS = ("--restore-rate", "1000")

# tracebacks of what was killed are what this is about
pytestmark = pytest.mark.expects_warnings


@pytest.fixture(scope="module")
def odoo():
    database.sweep()
    name = database.own_name("killed")
    try:
        database.clone(name)
        with OdooServer(name, workers=WORKERS) as server:
            yield server
    finally:
        database.drop(name)


@pytest.fixture(scope="module")
def client(odoo):
    return prepared(odoo)


@pytest.fixture
def open_shop(odoo, client):
    yield from shops(odoo, client)


@pytest.fixture
def shop(open_shop):
    return open_shop(ORDERS, *GENEROUS, seed=41)


def in_the_middle(shop):
    """Start the import, and return when some orders are in Odoo, but not all."""
    shop.start_import()
    process.poll(lambda: linked(shop) >= MIDDLE, 60, "the middle", 0.02)


def linked(shop):
    # beside Odoo: it may not answer
    with look_into(shop.odoo) as cursor:
        cursor.execute(
            "SELECT count(*) FROM hub_shopify_order WHERE backend_id = %s",
            [shop.backend_id],
        )
        return cursor.fetchone()[0]


def is_everything_once(shop, since, what):
    """Wait until all orders are there and nothing is under way; compare them."""
    process.poll(lambda: linked(shop) >= ORDERS, RECOVERY, f"recovery of {what}", 0.2)
    seconds = time.monotonic() - since
    print(f"{what}: all {ORDERS} orders after {seconds:.1f} s")
    messages = shop.settled(ORDERS, RECOVERY)
    process.poll(shop.is_idle, RECOVERY, "idle")
    states = {message["state"] for message in messages}
    assert states <= {"done", "unchanged"}
    origin = [("origin", "=like", f"{shop.name} #%")]
    assert shop.client.count("sale.order", origin) == ORDERS
    assert linked(shop) == ORDERS
    assert shop.exceptions() == []
    return shop.differences() == []


def test_all_workers_killed(shop):
    in_the_middle(shop)
    since = time.monotonic()
    assert len(shop.odoo.kill_workers()) >= WORKERS
    assert linked(shop) < ORDERS
    assert is_everything_once(shop, since, "killed workers")


def test_the_whole_server_killed(shop):
    in_the_middle(shop)
    shop.odoo.kill()
    assert linked(shop) < ORDERS
    since = time.monotonic()
    shop.odoo.start().wait_ready()
    assert is_everything_once(shop, since, "killed server")


def test_all_database_sessions_ended(shop):
    in_the_middle(shop)
    since = time.monotonic()
    with look_into(shop.odoo) as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            # an autovacuum worker may only be ended by a superuser
            " AND backend_type = 'client backend'"
        )
        assert cursor.fetchone()[0] >= 2
    assert linked(shop) < ORDERS
    assert is_everything_once(shop, since, "ended sessions")
