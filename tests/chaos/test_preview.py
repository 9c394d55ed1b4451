# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dry runs on real connections: the database is the same, table by table."""

import uuid
from typing import Any

import orders
import pytest
from workers import Crew

COUNT = 12
#: what a dry run itself writes, and what moves by itself
OWN_TABLES = {
    "hub_attempt",
    "hub_change",
    "hub_lane",
    "hub_message",
    "hub_payload",
    "hub_run",
    "hub_token",
    "hub_limit",
    "queue_job",
}


@pytest.fixture
def remote(registry: Any) -> Any:
    from odoo.addons.connector_fake.remote import Remote

    with Remote() as remote:
        for number in range(COUNT):
            remote.put("order", orders.content(f"P{number:02}-{uuid.uuid4().hex[:6]}"))
        yield remote


def make(env: Any, name: str, url: str, password: str) -> tuple[int, int]:
    backend_id, flow_id = orders.make_flow(env, name)
    backend = env["hub.backend"].browse(backend_id)
    backend.write({"api_url": url, "fake_password": password})
    return backend_id, flow_id


def tables(env: Any) -> dict[str, Any]:
    """Return {table: (rows, sum over row versions)}, and the numbers of sequences."""
    env.cr.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    found = {}
    for (table,) in env.cr.fetchall():
        if table not in OWN_TABLES:
            env.cr.execute(
                "SELECT count(*), sum(hashtext(xmin::text || ctid::text)::bigint)"
                f' FROM "{table}"'
            )
            found[table] = tuple(map(str, env.cr.fetchone()))
    env.cr.execute(
        "SELECT sequencename, last_value FROM pg_sequences"
        " WHERE sequencename LIKE 'ir\\_sequence\\_%'"
    )
    return {**found, **dict(env.cr.fetchall())}


def preview(env: Any, flow_id: int) -> tuple[str, int, str]:
    flow = env["hub.flow"].browse(flow_id)
    run = flow.start_preview()
    env.cr.commit()
    flow._preview(run.id)
    return run.state, run.would_create_count, run.message or ""


def shadow(env: Any, flow_id: int) -> list[str]:
    """Receive and drain in shadow mode; return the states of the messages."""
    flow = env["hub.flow"].browse(flow_id)
    env.cr.commit()
    flow._poll()
    lanes = range(flow.lane_count)
    for lane in lanes:
        env.cr.commit()
        flow._drain(lane)
    return sorted(orders.states(env, flow_id).values())


def begin_shadow(env: Any, flow_id: int) -> None:
    env["hub.flow"].browse(flow_id).action_start_shadow()


def different(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def test_preview_changes_no_table(crew: Crew, remote: Any) -> None:
    name = f"Chaos {uuid.uuid4().hex}"
    backend_id, flow_id = crew.run(make, name, remote.url, remote.password)
    before = crew.run(tables)
    state, created, message = crew.run(preview, flow_id)
    assert (state, message) == ("received", "")
    assert created >= 3 * COUNT  # an order, its line and its buyer
    assert different(before, crew.run(tables)) == set()
    assert crew.run(orders.orders, backend_id) == []


def test_shadow_mode_changes_only_the_flow(crew: Crew, remote: Any) -> None:
    name = f"Chaos {uuid.uuid4().hex}"
    backend_id, flow_id = crew.run(make, name, remote.url, remote.password)
    crew.run(begin_shadow, flow_id)
    before = crew.run(tables)
    assert crew.run(shadow, flow_id) == ["shadow"] * COUNT
    # its cursor, and what fields there are: received is received
    assert different(before, crew.run(tables)) <= {"hub_flow", "hub_schema_field"}
    assert crew.run(orders.orders, backend_id) == []
