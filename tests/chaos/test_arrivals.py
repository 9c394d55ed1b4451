# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A message that arrives while a drain ends is looked after by one or the other."""

import uuid
from typing import Any

import orders
import pytest
from workers import CONTEXT, PATIENCE, Crew


@pytest.fixture
def flow_id(crew: Crew) -> int:
    return int(crew.run(orders.make_flow, f"Arrivals {uuid.uuid4().hex}")[1])


def arrive(env: Any, flow_id: int, stored: Any, go_on: Any) -> list[int]:
    """Store an order as a webhook does, slowly; return the lanes it would wake."""
    from odoo.addons.connector_hub.cursor import read_committed

    with read_committed(env.registry) as cr:
        flow = env(cr=cr)["hub.flow"].browse(flow_id)
        lanes = flow.env["hub.message"].arrive(flow, in_lane_0(flow))
        stored.set()
        if not go_on.wait(PATIENCE):
            raise TimeoutError
    return list(lanes)


def in_lane_0(flow: Any) -> Any:
    from odoo.addons.connector_hub.models.hub_message_store import lane_of

    names = (f"A{number}" for number in range(1000))
    return orders.event(next(n for n in names if not lane_of(n, flow.lane_count)))


def drain_with_an_arrival(env: Any, flow_id: int, held: Any, stored: Any) -> int:
    """Drain lane 0; something is stored, but not committed, before the claim.

    :return: jobs that wait for lane 0 afterwards
    """
    from unittest.mock import patch

    flow = env["hub.flow"].browse(flow_id)
    claim = type(flow)._claim

    def slowly(*arguments: Any) -> Any:
        held.set()
        if not stored.wait(PATIENCE):
            raise TimeoutError
        return claim(*arguments)

    with patch.object(type(flow), "_claim", slowly):
        flow._drain(0)
    return int(
        env["queue.job"].search_count(
            [("identity_key", "=", f"hub.drain.{flow_id}.0"), ("state", "=", "pending")]
        )
    )


def test_arrival_during_the_last_claim_is_woken_by_the_drain_that_ends(
    crew: Crew, flow_id: int
) -> None:
    held, stored, go_on = (CONTEXT.Event() for _ in range(3))
    drain = crew.start(drain_with_an_arrival, flow_id, held, stored)
    assert held.wait(PATIENCE)
    sender = crew.start(arrive, flow_id, stored, go_on)
    assert stored.wait(PATIENCE)
    # the drain claims nothing, releases, and waits for the sender's commit
    process_is_waiting(crew)
    go_on.set()
    assert sender.result() == [], "the lane was held: its holder takes care"
    assert drain.result() == 1


def process_is_waiting(crew: Crew) -> None:
    from harness import process

    def probe() -> bool:
        return bool(crew.run(waiting_for_arrivals))

    process.poll(probe, PATIENCE, "the drain waits")


def waiting_for_arrivals(env: Any) -> int:
    from odoo.addons.connector_hub.models.hub_flow_wake import ARRIVAL_LOCKS

    env.cr.execute(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND classid = %s",
        [ARRIVAL_LOCKS],
    )
    return int(env.cr.fetchone()[0])


def arrive_alone(env: Any, flow_id: int) -> list[int]:
    return arrive(env, flow_id, CONTEXT.Event(), _Now())


class _Now:
    def wait(self, _seconds: float) -> bool:
        return True


def test_arrival_in_an_idle_lane_is_to_be_woken(crew: Crew, flow_id: int) -> None:
    assert crew.run(arrive_alone, flow_id) == [0]
