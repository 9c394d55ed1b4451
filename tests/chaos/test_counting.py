# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What was settled is counted while somebody deletes a backend."""

import uuid
from typing import Any

import orders
from workers import Crew, until


def prepare(env: Any, name: str) -> int:
    """Return the id of a backend of which one message was settled just now."""
    backend_id, flow_id = orders.make_flow(env, name)
    env.cr.execute(
        """
        INSERT INTO hub_message (flow_id, backend_id, company_id, direction, topic,
               external_id, dedup_key, lane, priority, state, received_at, processed_at)
        SELECT id, backend_id, company_id, 'in', 'poll', 'O1', %s, 0, 10, 'done',
               now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
          FROM hub_flow WHERE id = %s
        """,
        [uuid.uuid4().hex, flow_id],
    )
    return backend_id


def delete_or_count(env: Any, meet: Any, number: int, backend_id: int) -> int:
    """The first deletes, and ends only when the second waits for it."""
    if number:
        meet()
        env["hub.metric"]._cron_collect()
        return 0
    env["hub.backend"].browse(backend_id).unlink()
    env.flush_all()
    meet()

    def somebody_waits() -> int:
        env.cr.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return env.cr.fetchone()[0]

    return until(somebody_waits, "the counting that waits for the deletion")


def counted(env: Any, backend_id: int) -> int:
    return env["hub.metric"].search_count([("backend_id", "=", backend_id)])


def test_backend_that_is_being_deleted_is_not_counted(crew: Crew) -> None:
    backend_id = crew.run(prepare, f"Chaos {uuid.uuid4().hex}")
    waiting, _done = crew.together(2, delete_or_count, backend_id)
    assert waiting == 1
    assert crew.run(counted, backend_id) == 0


def test_what_remains_is_counted(crew: Crew) -> None:
    backend_id = crew.run(prepare, f"Chaos {uuid.uuid4().hex}")
    crew.run(collect)
    assert crew.run(counted, backend_id) == 1


def collect(env: Any) -> None:
    env["hub.metric"]._cron_collect()
