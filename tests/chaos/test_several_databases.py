# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One server with two databases: webhooks find theirs, from the first request on."""

from collections.abc import Iterator

import pytest
import requests
from harness import conf, database, postgres, process, rpc
from harness.server import OdooServer
from imaginary import Link, System, running


@pytest.fixture
def names() -> Iterator[list[str]]:
    database.sweep()
    names = [database.own_name(purpose) for purpose in ("here", "there")]
    try:
        for name in names:
            database.clone(name, database.test_template())
        yield names
    finally:
        for name in names:
            database.drop(name)


def _linked(odoo: OdooServer, name: str, system: System) -> Link:
    odoo.configure(db_name=name, dbfilter=f"^{name}$")
    odoo.restart()
    client = rpc.Client(odoo.direct_url, name)
    return Link(client, postgres.ensure(), system, name)


def test_each_webhook_reaches_the_database_that_its_address_names(
    names: list[str],
) -> None:
    server = OdooServer(names[0], cron_threads=0, extra_conf=conf.WITH_TESTS)
    with running() as system, server as odoo:
        links = [_linked(odoo, name, system) for name in names]
        orders = [system.place(number) for number in (1, 2)]
        odoo.configure(db_name="", dbfilter=f"^({'|'.join(names)})$")
        odoo.stop()
        odoo.start()

        def answer() -> int | None:
            try:
                return links[0].announce(odoo.direct_url, orders[0])
            except requests.ConnectionError:
                return None

        # nobody opened a database yet: also the very first one gets through
        assert process.poll(answer, 60, "the first answer") == 200
        assert links[1].announce(odoo.direct_url, orders[1]) == 200
        assert [sum(link.states().values()) for link in links] == [1, 1]
        # which of both it is for, this address does not say
        anonymous = f"{odoo.direct_url}/hub/webhook/{links[0].token}"
        assert requests.post(anonymous, data=b"{}", timeout=60).status_code == 503
