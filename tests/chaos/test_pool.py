# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""More senders than connections: some are told to come again, none is lied to."""

import concurrent.futures
from collections import Counter
from collections.abc import Iterator

import pytest
from harness import conf, database, postgres, rpc
from harness.server import OdooServer
from imaginary import Link, running

CONNECTIONS = 2
SENDERS = 24
WEBHOOKS = 240

# that there was no connection is logged, as it should be
pytestmark = pytest.mark.expects_warnings


@pytest.fixture
def odoo() -> Iterator[OdooServer]:
    """A server of threads, which share one small pool."""
    database.sweep()
    name = database.own_name("pool")
    options = {**conf.WITH_TESTS, "server_wide_modules": "base,rpc,web"}
    try:
        database.clone(name, database.test_template())
        with OdooServer(name, workers=0, cron_threads=0, extra_conf=options) as server:
            yield server
    finally:
        database.drop(name)


def test_fault_08_exhausted_pool_is_told_with_503_and_never_acknowledged(
    odoo: OdooServer,
) -> None:
    with running() as system:
        client = rpc.Client(odoo.direct_url, odoo.db)
        link = Link(client, postgres.ensure(), system, "Pool")
        order = system.place(1)
        odoo.configure(db_maxconn=str(CONNECTIONS))
        odoo.restart()
        assert link.announce(odoo.direct_url, order) == 200
        before = sum(link.states().values())
        with concurrent.futures.ThreadPoolExecutor(SENDERS) as pool:
            answers = Counter(
                pool.map(
                    lambda _number: link.announce(odoo.direct_url, order),
                    range(WEBHOOKS),
                )
            )
        print(f"{SENDERS} senders, {CONNECTIONS} connections: {dict(answers)}")
        assert set(answers) == {200, 503}
        assert sum(link.states().values()) - before == answers[200]
