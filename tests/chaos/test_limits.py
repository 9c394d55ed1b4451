# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""One limiter and one breaker for all processes."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import orders
import pytest
from workers import Crew, until

LANES = range(4)


@pytest.fixture
def remote(registry: Any) -> Iterator[Any]:
    # the registry has put the addons on the path
    from odoo.addons.connector_fake.remote import Remote

    with Remote() as remote:
        yield remote


@pytest.fixture
def flow(crew: Crew, remote: Any) -> tuple[int, int]:
    """(backend id, flow id): an order waits in each of the four lanes."""
    ids = crew.run(orders.make_flow, f"Limit {uuid.uuid4().hex}")
    crew.run(connect, ids[0], remote.url, remote.password)
    for number in LANES:
        body = orders.event(f"L{number}").body
        remote.rows["order"][f"L{number}"] = json.loads(body)
    crew.run(announce, ids[1])
    return ids


def connect(env: Any, backend_id: int, url: str, password: str) -> None:
    backend = env["hub.backend"].browse(backend_id)
    backend.write({"api_url": url, "fake_password": password, "breaker_seconds": 600})
    backend.state = "connected"


def announce(env: Any, flow_id: int) -> None:
    """Announce an order per lane; the token is fetched already."""
    from dataclasses import replace

    flow = env["hub.flow"].browse(flow_id)
    events = [replace(orders.event(f"L{number}"), complete=False) for number in LANES]
    env["hub.message"].receive(flow, events)
    env.cr.execute(
        "UPDATE hub_message SET lane = right(external_id, 1)::int WHERE flow_id = %s",
        [flow_id],
    )
    env.cr.commit()
    flow.backend_id.adapter().check_connection()


def drain_lane(env: Any, meet: Any, number: int, flow_id: int) -> None:
    from odoo.addons.connector_hub.models import hub_limit_gate

    # whoever loses does not wait here for a winner that is slow on purpose
    hub_limit_gate.PATIENCE = 0.5
    flow = env["hub.flow"].browse(flow_id)
    flow.batch_size  # noqa: B018 - registry warm
    env.cr.commit()
    meet()
    flow._drain(number)


def make_due(env: Any, flow_id: int) -> None:
    """Let every pause, of messages and of the limit key, be over."""
    flow = env["hub.flow"].browse(flow_id)
    env.cr.execute(
        "UPDATE hub_message SET next_attempt_at = NULL WHERE flow_id = %s", [flow_id]
    )
    env.cr.execute(
        "UPDATE hub_limit SET retry_at = now() AT TIME ZONE 'UTC' WHERE limit_key = %s",
        [flow.backend_id.limit_key],
    )


def limit(env: Any, flow_id: int) -> Any:
    """Return (state, failures, openings) of the flow's limit key."""
    key = env["hub.flow"].browse(flow_id).backend_id.limit_key
    row = env["hub.limit"].search([("limit_key", "=", key)])
    return row.state, row.failures, row.openings


def attempts(env: Any, flow_id: int) -> list[int]:
    rows = env["hub.message"].search([("flow_id", "=", flow_id)])
    return list(rows.mapped("attempts"))


def resumptions(env: Any, flow_id: int) -> int:
    """Return how many jobs will go on after the pause."""
    key = env["hub.flow"].browse(flow_id).backend_id.limit_key
    domain = [("identity_key", "=like", f"hub.resume.{key}.%")]
    return int(env["queue.job"].search_count(domain))


def calls(remote: Any) -> int:
    return int(remote.calls.get("/order/many", 0))


def all_at_once(crew: Crew, flow_id: int, remote: Any) -> int:
    """Drain the four lanes in four processes; return how many calls went out."""
    before = calls(remote)
    crew.together(len(LANES), drain_lane, flow_id)
    return calls(remote) - before


def finish(crew: Crew, flow_id: int, remote: Any) -> None:
    """Let the remote recover, and do what the sweeper does: drain what is due."""
    remote._faults.clear()
    crew.run(make_due, flow_id)
    for _round in range(2):
        all_at_once(crew, flow_id, remote)
        crew.run(make_due, flow_id)
    assert set(crew.run(orders.states, flow_id).values()) == {"done"}


def test_fault_09_429_storm_lets_exactly_one_probe_out_after_the_pause(
    crew: Crew, flow: Any, remote: Any
) -> None:
    _backend_id, flow_id = flow
    remote.fail(429, times=100, retry_after=60)
    assert 1 <= all_at_once(crew, flow_id, remote) <= len(LANES)
    assert crew.run(limit, flow_id)[0] == "paused"
    assert all_at_once(crew, flow_id, remote) == 0, "nobody calls during the pause"
    remote._faults.clear()
    for _time in range(3):
        crew.run(make_due, flow_id)
        # so slow that everybody else would have called meanwhile
        remote.fail(429, retry_after=60, seconds=0.9)
        assert all_at_once(crew, flow_id, remote) == 1
    assert crew.run(attempts, flow_id) == [0] * len(LANES), "no attempt is burnt"
    assert crew.run(resumptions, flow_id) >= 1
    finish(crew, flow_id, remote)
    assert crew.run(attempts, flow_id) == [1] * len(LANES)
    assert crew.run(limit, flow_id) == ("closed", 0, 0)


def test_fault_10_5xx_burst_opens_the_breaker_and_one_probe_closes_it(
    crew: Crew, flow: Any, remote: Any
) -> None:
    _backend_id, flow_id = flow
    remote.fail(503, times=8)
    for _time in range(2):
        crew.run(make_due, flow_id)
        all_at_once(crew, flow_id, remote)
    state, failures, openings = crew.run(limit, flow_id)
    assert (state, openings) == ("open", 1)
    assert 5 <= failures <= 8
    assert all_at_once(crew, flow_id, remote) == 0, "nobody calls while it is open"
    burnt = crew.run(attempts, flow_id)
    remote._faults.clear()
    for number in range(2, 4):
        crew.run(make_due, flow_id)
        remote.fail(503, seconds=0.9)
        assert all_at_once(crew, flow_id, remote) == 1
        assert crew.run(limit, flow_id)[::2] == ("open", number)
    assert crew.run(attempts, flow_id) == burnt, "probes burn no attempt"
    finish(crew, flow_id, remote)
    assert crew.run(limit, flow_id) == ("closed", 0, 0)


def test_probe_of_a_killed_worker_is_replaced(
    crew: Crew, flow: Any, remote: Any
) -> None:
    _backend_id, flow_id = flow
    remote.fail(429, retry_after=60)
    crew.together(1, drain_lane, flow_id)
    crew.run(make_due, flow_id)
    remote.fail(503, seconds=30)
    worker = crew.start(drain_lane, int, 0, flow_id)
    before = calls(remote)
    until(lambda: calls(remote) > before, "the probe never went out")
    worker.kill()
    assert crew.run(limit, flow_id)[0] == "half_open"
    finish(crew, flow_id, remote)


def refuse(env: Any, flow_id: int) -> None:
    env["hub.token"].search([]).unlink()
    make_due(env, flow_id)


def verdict(env: Any, backend_id: int) -> tuple[str, int]:
    """Return (state of the backend, number of its open exceptions)."""
    backend = env["hub.backend"].browse(backend_id)
    domain = [("backend_id", "=", backend_id), ("state", "=", "open")]
    return backend.state, env["hub.exception"].search_count(domain)


def test_fault_13_revoked_credentials_stop_the_backend_with_one_exception(
    crew: Crew, flow: Any, remote: Any
) -> None:
    backend_id, flow_id = flow
    remote.refuses = True
    remote.tokens.append("revoked")
    crew.run(refuse, flow_id)
    all_at_once(crew, flow_id, remote)
    assert crew.run(verdict, backend_id) == ("paused", 1)
    called = sum(remote.calls.values())
    all_at_once(crew, flow_id, remote)
    assert sum(remote.calls.values()) == called, "nobody asks any more"
    assert crew.run(attempts, flow_id) == [0] * len(LANES)
