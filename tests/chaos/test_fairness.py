# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A flow with a backlog of 100,000 delays another one's order by one batch at most."""

from collections.abc import Iterator

import pytest
from harness import conf, database, postgres, process, rpc
from harness.server import OdooServer
from imaginary import Link, System, running

BACKLOG = 100_000
#: one job at a time for everything: the hardest case
ONE_JOB = "root:1,root.hub:1"
#: seconds that the start of a job and the import of one order take on a busy machine
OVERHEAD = 10.0


@pytest.fixture(scope="module")
def odoo() -> Iterator[OdooServer]:
    database.sweep()
    name = database.own_name("fair")
    try:
        database.clone(name, database.test_template())
        with OdooServer(
            name, workers=3, channels=ONE_JOB, extra_conf=conf.WITH_TESTS
        ) as server:
            yield server
    finally:
        database.drop(name)


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    with running() as system:
        yield system


def make(odoo: OdooServer, system: System, name: str) -> Link:
    client = rpc.Client(odoo.direct_url, odoo.db)
    return Link(client, postgres.ensure(), system, name)


def pile_up(link: Link) -> None:
    """Announce one order 100,000 times, in versions that are long outdated."""
    link.rows(
        """
        INSERT INTO hub_message
               (flow_id, backend_id, company_id, direction, priority, dedup_key, topic,
                external_id, version, is_hint, lane, state, forced, attempts, deaths,
                received_at, create_date, write_date)
        SELECT f.id, f.backend_id, f.company_id, 'in', 10, f.id || ':pile:' || n,
               'poll', 'O1', '2020-01-01T00:00:00.000000Z', true, n %% f.lane_count,
               'pending', false, 0, 0, now(), now(), now()
          FROM hub_flow f, generate_series(1, %(count)s) AS n
         WHERE f.id = %(flow)s
        """,
        count=BACKLOG,
    )


def test_backlog_of_one_flow_delays_an_order_of_another_by_one_batch(
    odoo: OdooServer, system: System
) -> None:
    busy, quiet = (make(odoo, system, name) for name in ("Busy", "Quiet"))
    assert busy.announce(odoo.direct_url, system.place(1)) == 200
    process.poll(lambda: busy.states() == {"done": 1}, 60, "the first order")
    pile_up(busy)
    assert busy.announce(odoo.direct_url, "O1") == 200  # wakes a lane; the rest follow
    process.poll(lambda: busy.states().get("superseded", 0) > 1000, 60, "storm")

    assert quiet.announce(odoo.direct_url, system.place(2)) == 200
    process.poll(lambda: quiet.states() == {"done": 1}, 120, "the order", 0.05)
    ((received, processed, seconds),) = quiet.rows(
        "SELECT received_at, processed_at,"
        " extract(epoch FROM processed_at - received_at)::float"
        " FROM hub_message WHERE flow_id = %(flow)s"
    )
    ((batches, longest),) = busy.rows(
        """
        SELECT count(*) FILTER (WHERE moment BETWEEN %(start)s AND %(stop)s),
               max(extract(epoch FROM moment - before))::float
          FROM (SELECT processed_at AS moment,
                       lag(processed_at) OVER (ORDER BY processed_at) AS before
                  FROM (SELECT DISTINCT processed_at FROM hub_message
                         WHERE flow_id = %(flow)s AND state = 'superseded') AS d) AS b
        """,
        start=received,
        stop=processed,
    )
    print(
        f"order after {seconds:.2f} s and {batches} batches of the backlog,"
        f" the longest of which took {longest:.2f} s"
    )
    assert busy.states()["pending"] > BACKLOG / 2, "the backlog was still there"
    assert batches <= 2, "the one at work, and at most one that began meanwhile"
    assert seconds <= longest + OVERHEAD
