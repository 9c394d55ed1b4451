# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fault 12: the token expires while many workers use it."""

import uuid
from collections.abc import Iterator
from typing import Any

import orders
import pytest
from workers import Crew

WORKERS = 4


@pytest.fixture
def remote(registry: Any) -> Iterator[Any]:
    # the registry has put the addons on the path
    from odoo.addons.connector_fake.remote import Remote

    with Remote() as remote:
        yield remote


def connect(env: Any, backend_id: int, url: str, password: str) -> None:
    backend = env["hub.backend"].browse(backend_id)
    backend.write({"api_url": url, "fake_password": password})
    backend.state = "connected"


def ask(env: Any, meet: Any, _number: int, backend_id: int) -> list[str]:
    """Use the token, let it expire, and use it again, all workers at once."""
    adapter = env["hub.backend"].browse(backend_id).adapter()
    adapter.check_connection()
    meet()
    meet()  # the parent's token is worthless from here on
    return list(adapter.check_connection().lines)


def test_fault_12_of_many_workers_one_renews_the_token(crew: Crew, remote: Any) -> None:
    backend_id, _flow = crew.run(orders.make_flow, f"Token {uuid.uuid4().hex}")
    crew.run(connect, backend_id, remote.url, remote.password)
    check = remote._read
    asked = []

    def expire(request: Any) -> Any:
        # the first request of every worker passes, then the token is revoked once
        answer = check(request)
        asked.append(1)
        if len(asked) == WORKERS:
            remote.tokens.append("expired-by-the-test")
        return answer

    remote._read = expire
    lines = crew.together(WORKERS, ask, backend_id)
    assert all("Connected as tester." in line for row in lines for line in row)
    assert remote.calls["/token"] == 2
