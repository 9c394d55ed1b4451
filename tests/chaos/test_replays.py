# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk replays and the audit log, between processes."""

import uuid
from typing import Any

import orders
import pytest
from workers import CONTEXT, PATIENCE, Crew

MANY = 5000


@pytest.fixture
def flow(crew: Crew) -> tuple[int, int]:
    """(backend id, flow id), of which 5,000 messages have failed."""
    ids = crew.run(orders.make_flow, f"Replay {uuid.uuid4().hex}")
    crew.run(fail_many, ids[1])
    return ids


def fail_many(env: Any, flow_id: int) -> None:
    env.cr.execute(
        """
        INSERT INTO hub_message (flow_id, backend_id, company_id, direction, lane,
               priority, topic, dedup_key, external_id, state, attempts, deaths,
               received_at, is_hint)
        SELECT f.id, f.backend_id, f.company_id, 'in', n %% 4, 10, 'poll',
               'many:' || f.id || ':' || n, 'M' || n, 'failed', 3, 0,
               now() AT TIME ZONE 'UTC', false
          FROM hub_flow f, generate_series(1, %s) AS n WHERE f.id = %s
        """,
        [MANY, flow_id],
    )


def start_replay(env: Any, backend_id: int) -> int:
    replay = env["hub.replay"].create({"backend_id": backend_id})
    replay.action_start()
    return int(replay.id)


def work(env: Any, meet: Any, _number: int, replay_id: int) -> None:
    from odoo.addons.connector_hub.models import hub_replay_work

    hub_replay_work.CHUNK, hub_replay_work.MOST_WAITING = 100, 2 * MANY
    meet()
    env["hub.replay"].browse(replay_id)._work()


def work_and_hang(env: Any, replay_id: int, reached: Any) -> None:
    """Hand over ten chunks, then hang in the middle of the eleventh."""
    from unittest.mock import patch

    from odoo.addons.connector_hub.models import hub_replay_work

    hub_replay_work.CHUNK, hub_replay_work.MOST_WAITING = 100, 2 * MANY
    replay = env["hub.replay"].browse(replay_id)
    statement, chunks = type(replay)._chunk_statement, []

    def hang(self: Any) -> Any:
        chunks.append(1)
        if len(chunks) == 11:
            reached.set()
            CONTEXT.Event().wait(PATIENCE)
        return statement(self)

    with patch.object(type(replay), "_chunk_statement", hang):
        replay._work()


def figures(env: Any, replay_id: int) -> tuple[str, int, int, int]:
    """Return (state, handed over, left out, messages that wait in their lanes)."""
    replay = env["hub.replay"].browse(replay_id)
    return replay.state, replay.seen_count, replay.skipped_count, replay.open_count


def cancel(env: Any, replay_id: int) -> None:
    env["hub.replay"].browse(replay_id).action_cancel()


def test_replay_of_5000_survives_a_killed_worker_and_counts_each_once(
    crew: Crew, flow: Any
) -> None:
    replay_id = crew.run(start_replay, flow[0])
    reached = CONTEXT.Event()
    worker = crew.start(work_and_hang, replay_id, reached)
    assert reached.wait(PATIENCE)
    worker.kill()
    assert crew.run(figures, replay_id) == ("running", 1000, 0, 1000)
    crew.together(2, work, replay_id)
    assert crew.run(figures, replay_id) == ("done", MANY, 0, MANY)


def test_replay_of_5000_stops_where_it_is_cancelled(crew: Crew, flow: Any) -> None:
    replay_id = crew.run(start_replay, flow[0])
    reached = CONTEXT.Event()
    worker = crew.start(work_and_hang, replay_id, reached)
    assert reached.wait(PATIENCE)
    worker.kill()
    crew.run(cancel, replay_id)
    crew.together(2, work, replay_id)
    assert crew.run(figures, replay_id) == ("cancelled", 1000, 0, 1000)


def note_and_seal(env: Any, meet: Any, number: int) -> None:
    audit = env["hub.audit"]
    meet()
    for turn in range(20):
        audit.note("operation", f"{number}.{turn}")
        env.cr.commit()
        audit._seal()


def seal_and_verify(env: Any) -> tuple[Any, bool]:
    """Return (where the chain is broken, whether all entries are sealed)."""
    audit = env["hub.audit"]
    while audit._seal():
        pass
    number, found = audit.find_break()
    return number, found == audit.search_count([])


def test_audit_chain_is_whole_whoever_appends_and_seals(crew: Crew) -> None:
    crew.together(4, note_and_seal)
    assert crew.run(seal_and_verify) == (None, True)
