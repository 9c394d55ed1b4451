# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Two Odoo nodes on one database share the work; either may go down."""

import contextlib
import os
import time
from collections.abc import Iterator

import pytest
from balancer import Balancer
from harness import conf, database, postgres, process, rpc
from harness.server import OdooServer
from imaginary import Link, running

ORDERS = 800
MIDDLE = 100
RECOVERY = 240
#: the lanes' drains run beside each other, on whichever node
CHANNELS = "root:4,root.hub:4,root.hub.realtime:4,root.hub.default:4,root.hub.batch:1"
#: who holds the lock by which job runners elect their leader
LEADER = """
    SELECT a.application_name FROM pg_locks l JOIN pg_stat_activity a USING (pid)
     WHERE l.locktype = 'advisory' AND l.granted AND a.datname = current_database()
       AND (l.classid::bigint << 32 | l.objid::bigint) = 2293787760715711918
"""

# what a killed node leaves in the log is what this is about
pytestmark = pytest.mark.expects_warnings


@pytest.fixture
def nodes() -> Iterator[list[OdooServer]]:
    """Two servers, each with HTTP workers, scheduled actions and a job runner."""
    database.sweep()
    name = database.own_name("nodes")
    with contextlib.ExitStack() as stack:
        database.clone(name, database.test_template())
        stack.callback(database.drop, name)
        balancer = stack.enter_context(contextlib.closing(Balancer()))
        pair = [
            OdooServer(
                name,
                workers=3,
                channels=CHANNELS,
                extra_conf=conf.WITH_TESTS,
                name=f"{name}_{letter}",
                jobs_port=balancer.port,
            )
            for letter in "ab"
        ]
        balancer.ports = [server.port for server in pair]
        for server in pair:
            stack.enter_context(server)
        yield pair


def node_of(groups: list[int], pid: int) -> int:
    """Return which node a process belongs to."""
    return groups.index(os.getpgid(pid))


def workers(link: Link, groups: list[int]) -> set[int]:
    """Return the nodes that hold lanes of the flow at this moment."""
    rows = link.rows(
        "SELECT worker FROM hub_lane WHERE flow_id = %(flow)s AND token IS NOT NULL"
    )
    found = set()
    for (worker,) in rows:
        with contextlib.suppress(ProcessLookupError):
            found.add(node_of(groups, int(worker.rpartition(":")[2])))
    return found


def test_two_nodes_share_the_drains_and_killing_the_leader_loses_nothing(
    nodes: list[OdooServer],
) -> None:
    with running() as system:
        client = rpc.Client(nodes[0].direct_url, nodes[0].db)
        link = Link(client, postgres.ensure(), system, "Nodes")
        client.call("hub.flow", "write", [link.flow_id], {"batch_size": 20})
        names = [system.place(number) for number in range(ORDERS)]
        groups = [server.pid for server in nodes]
        ((leader,),) = process.poll(lambda: link.rows(LEADER), 60, "a leader")
        leading = node_of(groups, int(leader.rpartition("-")[2]))
        client.call("hub.flow", "action_run", [link.flow_id])

        seen: set[int] = set()

        def in_the_middle() -> bool:
            seen.update(workers(link, groups))
            return link.states().get("done", 0) >= MIDDLE and seen == {0, 1}

        process.poll(in_the_middle, 120, "both nodes at work", 0.02)
        done = link.states()["done"]
        nodes[leading].kill()
        since = time.monotonic()
        assert done < ORDERS, "it was killed in the middle"

        process.poll(
            lambda: link.states() == {"done": ORDERS}, RECOVERY, "all orders", 0.5
        )
        print(
            f"node {leading} led and was killed after {done} orders; the rest"
            f" {time.monotonic() - since:.1f} s later"
        )
        assert link.orders() == sorted(f"#{name}" for name in names)
        ((other,),) = link.rows(LEADER)
        assert node_of(groups, int(other.rpartition("-")[2])) == 1 - leading
