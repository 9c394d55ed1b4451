# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Leases, races and deaths, between processes."""

import json
import time
import uuid
from typing import Any

import orders
import pytest
from workers import CONTEXT, PATIENCE, Crew, until


@pytest.fixture
def flow(crew: Crew) -> tuple[int, int]:
    """(backend id, flow id), with a name nobody else has."""
    return crew.run(orders.make_flow, f"Chaos {uuid.uuid4().hex}")


# === LEASES ===#


def lease_each(env: Any, meet: Any, _number: int, flow_id: int) -> list[bool]:
    won = []
    for lane in range(4):
        meet()
        won.append(bool(env["hub.lane"].lease(flow_id, lane)))
    meet()  # whoever ends gives its lanes back
    return won


def test_of_many_workers_one_gets_the_lane(crew: Crew, flow: Any) -> None:
    won = crew.together(4, lease_each, flow[1])
    assert [sum(column) for column in zip(*won, strict=True)] == [1, 1, 1, 1]


def take_over(env: Any, meet: Any, number: int, flow_id: int) -> Any:
    from odoo.addons.connector_hub.models.hub_lane import LeaseLost

    lanes = env["hub.lane"]
    if number == 0:
        old = lanes.lease(flow_id, 0)
        env.cr.commit()
        meet()
        meet()
        try:
            lanes.fence(*old)
        except LeaseLost:
            return "lost"
        return "still the holder"
    meet()
    before = lanes.lease(flow_id, 0)
    orders.expire(env, flow_id)
    env.cr.commit()
    after = lanes.lease(flow_id, 0)
    meet()
    return bool(before), bool(after)


def test_expired_lease_is_taken_over_and_the_old_holder_is_fenced(
    crew: Crew, flow: Any
) -> None:
    assert crew.together(2, take_over, flow[1]) == ["lost", (False, True)]


def hold(env: Any, flow_id: int, reached: Any) -> None:
    env["hub.lane"].lease(flow_id, 0)
    env.cr.commit()
    reached.set()
    time.sleep(PATIENCE)


def lease_once(env: Any, flow_id: int) -> bool:
    return bool(env["hub.lane"].lease(flow_id, 0))


def test_lane_of_a_killed_worker_is_free_at_once(crew: Crew, flow: Any) -> None:
    reached = CONTEXT.Event()
    holder = crew.start(hold, flow[1], reached)
    assert reached.wait(PATIENCE)
    assert not crew.run(lease_once, flow[1])
    holder.kill()
    assert until(lambda: crew.run(lease_once, flow[1]), "the lane is not free")


# === DEATHS ===#

NAMES = [f"O{number}" for number in range(1, 7)]


def test_killed_worker_loses_nothing_and_doubles_nothing(crew: Crew, flow: Any) -> None:
    backend_id, flow_id = flow
    crew.run(orders.receive, flow_id, NAMES)
    reached, never = CONTEXT.Event(), CONTEXT.Event()
    worker = crew.start(orders.drain_and_stop, flow_id, reached, never)
    assert reached.wait(PATIENCE)
    worker.kill()
    assert set(crew.run(orders.states, flow_id).values()) == {"processing"}
    batches = until(lambda: crew.run(orders.drain, flow_id), "nobody took over")
    assert batches == [[name] for name in NAMES], "suspects come alone"
    assert crew.run(orders.states, flow_id) == dict.fromkeys(NAMES, "done")
    assert crew.run(orders.orders, backend_id) == NAMES


def test_message_that_kills_three_workers_is_quarantined(crew: Crew, flow: Any) -> None:
    backend_id, flow_id = flow
    crew.run(orders.receive, flow_id, NAMES)
    killed = 0
    for _try in range(6):
        if not crew.start(orders.drain_with_poison, flow_id, "O3").died():
            break
        killed += 1
        until(lambda: crew.run(lease_and_release, flow_id), "the lane is not free")
    assert killed == 3
    wanted = {**dict.fromkeys(NAMES, "done"), "O3": "quarantined"}
    assert crew.run(orders.states, flow_id) == wanted
    assert crew.run(orders.orders, backend_id) == [n for n in NAMES if n != "O3"]


def lease_and_release(env: Any, flow_id: int) -> bool:
    lease = env["hub.lane"].lease(flow_id, 0)
    if lease:
        env["hub.lane"].release(*lease)
    return bool(lease)


def test_holder_that_was_overtaken_writes_nothing(crew: Crew, flow: Any) -> None:
    backend_id, flow_id = flow
    crew.run(orders.receive, flow_id, NAMES)
    fetched, go_on = CONTEXT.Event(), CONTEXT.Event()
    slow = crew.start(drain_slowly, flow_id, fetched, go_on)
    assert fetched.wait(PATIENCE)
    crew.run(orders.expire, flow_id)
    crew.run(orders.drain, flow_id)
    assert crew.run(orders.states, flow_id) == dict.fromkeys(NAMES, "done")
    go_on.set()
    assert slow.result() == 0
    assert crew.run(orders.orders, backend_id) == NAMES


def drain_slowly(env: Any, flow_id: int, reached: Any, go_on: Any) -> int:
    """Drain, but be very slow between claim and apply; return what was applied."""
    from unittest.mock import patch

    flow = env["hub.flow"].browse(flow_id)
    translate = type(flow)._translate

    def slowly(flow: Any, tasks: Any) -> Any:
        reached.set()
        go_on.wait(PATIENCE)
        return translate(flow, tasks)

    with patch.object(type(flow), "_translate", slowly):
        return len(orders.drain(env, flow_id))


# === RACES ===#


def receive_same(env: Any, meet: Any, _number: int, flow_id: int) -> int:
    from odoo.addons.connector_hub.cursor import read_committed

    new = 0
    for turn in range(5):
        meet()
        with read_committed(env.registry) as cr:
            own = env(cr=cr)
            flow = own["hub.flow"].browse(flow_id)
            lanes = own["hub.message"].receive(flow, [orders.event(f"T{turn}")])
            new += len(lanes)
    return new


def test_same_event_received_at_the_same_moment_is_stored_once(
    crew: Crew, flow: Any
) -> None:
    """Fifty deliveries, ten at a time."""
    new = crew.together(10, receive_same, flow[1])
    assert sum(new) == 5
    domain = json.dumps([["flow_id", "=", flow[1]]])
    assert crew.run(orders.count, "hub.message", domain) == 5


def receive_shared(env: Any, flow_id: int, buyers: int, key: str) -> None:
    """Store two orders per buyer, the two in different lanes."""
    flow = env["hub.flow"].browse(flow_id)
    events = []
    for number in range(buyers):
        buyer = {
            "external_id": "",
            "version": orders.MOMENT,
            "email": f"{key}-{number}@example.com",
        }
        line = {
            "external_id": "1",
            "title": "Shared",
            "sku": f"{key}-{number}",
            "quantity": 1,
            "unit_price": "10.00",
        }
        for copy in "ab":
            name = f"S{number}{copy}"
            events.append(orders.event(name, customer=buyer, lines=[line]))
    env["hub.message"].receive(flow, events)
    env.cr.execute(
        "UPDATE hub_message SET lane = CASE WHEN external_id LIKE '%%a' THEN 0 ELSE 1"
        " END WHERE flow_id = %s",
        [flow_id],
    )


def drain_lane(env: Any, meet: Any, number: int, flow_id: int) -> None:
    env["hub.flow"].browse(flow_id).batch_size  # noqa: B018 - registry warm
    env.cr.commit()
    meet()
    env["hub.flow"].browse(flow_id)._drain(number)


def test_two_lanes_that_need_the_same_customer_and_product_make_one(
    crew: Crew, flow: Any
) -> None:
    backend_id, flow_id = flow
    key = uuid.uuid4().hex[:12]
    crew.run(receive_shared, flow_id, 8, key)
    crew.together(2, drain_lane, flow_id)
    states = crew.run(orders.states, flow_id)
    assert set(states.values()) == {"done"}, states
    for model, field in (("res.partner", "email"), ("product.product", "default_code")):
        domain = json.dumps([[field, "=like", f"{key}-%"]])
        assert crew.run(orders.count, model, domain) == 8
    assert len(crew.run(orders.orders, backend_id)) == 16
