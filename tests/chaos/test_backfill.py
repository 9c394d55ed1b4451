# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backfill whose workers are killed: nothing lost, nothing twice, no gap."""

import os
import random
import signal
import uuid
from typing import Any

import orders
import pytest
from workers import Crew

COUNT, PAGE = 40, 5
NAMES = [f"O{number:02}" for number in range(COUNT)]


@pytest.fixture
def remote(registry: Any) -> Any:
    from odoo.addons.connector_fake.remote import Remote

    with Remote(page_size=PAGE) as remote:
        for name in NAMES:
            row = orders.content(name)
            remote.put("order", row)
        yield remote


def start(env: Any, name: str, url: str, password: str) -> tuple[int, int, int]:
    """Return the ids of a backend, its order flow and a new backfill."""
    backend_id, flow_id = orders.make_flow(env, name)
    backend = env["hub.backend"].browse(backend_id)
    backend.write({"api_url": url, "fake_password": password})
    return backend_id, flow_id, env["hub.flow"].browse(flow_id).start_backfill().id


def read_and_die(env: Any, flow_id: int, run_id: int, page: int, late: bool) -> str:
    """Read; the process dies at a page: before its commit, or right after it."""
    from unittest.mock import patch

    flow = env["hub.flow"].browse(flow_id)
    method = "_wake" if late else "_store_backfill"
    original, calls = getattr(type(flow), method), []

    def die(flow: Any, *args: Any) -> Any:
        result = original(flow, *args)
        calls.append(1)
        if len(calls) == page:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    alone = patch.object(type(flow), "_passed_on_to", lambda flow: None)
    with patch.object(type(flow), method, die), alone:
        return flow._backfill(run_id)


def progress(env: Any, run_id: int) -> tuple[str, str, list[tuple[str, str]]]:
    """Return state and cursor of a run, and (record, version) of its messages."""
    run = env["hub.run"].browse(run_id)
    rows = env["hub.message"].search([("run_id", "=", run_id)], order="id")
    return run.state, run.cursor or "", [(r.external_id, r.version) for r in rows]


def errors(env: Any, flow_id: int) -> list[str]:
    domain = [("flow_id", "=", flow_id), ("state", "!=", "done")]
    return [
        f"{row.external_id} {row.state} {row.lane} {row.attempts}: {row.error_message}"
        for row in env["hub.message"].search(domain)
    ]


def drain_all(env: Any, flow_id: int) -> None:
    flow = env["hub.flow"].browse(flow_id)
    for lane in range(flow.lane_count):
        # as a job begins: with nothing read, so that it sees its own lease
        env.cr.commit()
        flow._drain(lane)


def test_killed_readers_lose_nothing_and_double_nothing(
    crew: Crew, remote: Any
) -> None:
    seed = random.randrange(10**6)
    print("seed", seed)
    chance = random.Random(seed)
    backend_id, flow_id, run_id = crew.run(
        start, f"Chaos {uuid.uuid4().hex}", remote.url, remote.password
    )
    killed = 0
    for _try in range(2 * COUNT):
        page, late = chance.randint(1, 3), chance.random() < 0.5
        worker = crew.start(read_and_die, flow_id, run_id, page, late)
        dead = worker.died()
        killed += dead
        state, cursor, stored = crew.run(progress, run_id)
        # everything up to the cursor is stored, each record once
        assert [name for name, _v in stored] == NAMES[: len(stored)]
        assert cursor == (stored[-1][1] if stored else "")
        # one that comes before PostgreSQL has missed the dead one leaves it alone
        if state != "receiving":
            break
    assert (state, len(stored)) == ("received", COUNT)
    assert killed >= 2
    crew.run(drain_all, flow_id)
    assert crew.run(errors, flow_id) == []
    assert set(crew.run(orders.states, flow_id).values()) == {"done"}
    assert sorted(crew.run(orders.orders, backend_id)) == NAMES


def test_sweeper_goes_on_with_what_a_killed_reader_left(
    crew: Crew, remote: Any
) -> None:
    _backend_id, flow_id, run_id = crew.run(
        start, f"Chaos {uuid.uuid4().hex}", remote.url, remote.password
    )
    crew.run(forget_jobs, run_id)
    assert crew.start(read_and_die, flow_id, run_id, 2, True).died()
    assert crew.run(sweep, run_id) == 1


def forget_jobs(env: Any, run_id: int) -> None:
    _jobs(env, run_id).unlink()


def sweep(env: Any, run_id: int) -> int:
    env["hub.run"]._sweep()
    return len(_jobs(env, run_id))


def _jobs(env: Any, run_id: int) -> Any:
    key = f"hub.backfill.%.{run_id}.%"
    return env["queue.job"].search([("identity_key", "=like", key)])
