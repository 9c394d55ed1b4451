# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What workers do: each function gets an environment of its own process."""

import json
import os
import signal
from datetime import datetime, timezone
from typing import Any
from unittest.mock import patch

MOMENT = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


def make_flow(env: Any, name: str) -> tuple[int, int]:
    """Create a connected backend; return the ids of it and of its order flow."""
    backend = env["hub.backend"].create(
        {
            "name": name,
            "system": "fake",
            "environment": "test",
            "api_url": "http://127.0.0.1:9",
        }
    )
    backend.state = "connected"
    backend.flow_ids.state = "running"
    flow = backend.flow_ids.filtered(lambda flow: flow.document == "order")
    return backend.id, flow.id


def content(external_id: str, **values: Any) -> dict[str, Any]:
    """Return an order as the imaginary system sends it."""
    from odoo.addons.connector_hub.documents import Order

    row = {
        "external_id": external_id,
        "version": MOMENT,
        "name": f"#{external_id}",
        "placed_at": MOMENT,
        "currency": "EUR",
        "customer": {
            "external_id": "",
            "version": MOMENT,
            "email": f"{external_id}@example.com",
        },
        "lines": [
            {
                "external_id": "1",
                "title": "Thing",
                "sku": f"SKU-{external_id}",
                "quantity": 1,
                "unit_price": "10.00",
            }
        ],
        "total": "10.00",
        **values,
    }
    return json.loads(Order.model_validate(row).model_dump_json())


def event(external_id: str, **values: Any) -> Any:
    """Return an order that needs no fetching."""
    from odoo.addons.connector_hub.components.event import Event

    body = json.dumps(content(external_id, **values)).encode()
    return Event(external_id, "poll", body, version=MOMENT, complete=True)


def receive(env: Any, flow_id: int, names: list[str]) -> None:
    """Store orders, all in lane 0."""
    flow = env["hub.flow"].browse(flow_id)
    env["hub.message"].receive(flow, [event(name) for name in names])
    env.cr.execute("UPDATE hub_message SET lane = 0 WHERE flow_id = %s", [flow_id])


def drain(env: Any, flow_id: int, lane: int = 0) -> list[list[str]]:
    """Drain a lane; return the records of each batch that was applied."""
    batches: list[list[str]] = []
    with _before_apply(lambda names: batches.append(names)):
        _drain_to_the_end(env, flow_id, lane)
    return batches


def _drain_to_the_end(env: Any, flow_id: int, lane: int) -> None:
    """Drain again and again: it lets other flows pass, and those of tests wait."""
    pending = [("flow_id", "=", flow_id), ("state", "=", "pending")]
    for _turn in range(20):
        env["hub.flow"].browse(flow_id)._drain(lane)
        if not env["hub.message"].search_count(pending):
            break


def drain_and_stop(env: Any, flow_id: int, reached: Any, go_on: Any) -> None:
    """Drain lane 0, but wait in the middle of the first batch."""

    def wait(_names: list[str]) -> None:
        reached.set()
        if not go_on.wait(60):
            raise TimeoutError

    with _before_apply(wait):
        env["hub.flow"].browse(flow_id)._drain(0)


def drain_with_poison(env: Any, flow_id: int, poison: str) -> None:
    """Drain lane 0; the process dies of one record."""

    def die(names: list[str]) -> None:
        if poison in names:
            os.kill(os.getpid(), signal.SIGKILL)

    with _before_apply(die):
        _drain_to_the_end(env, flow_id, 0)


def _before_apply(action: Any) -> Any:
    from odoo.addons.connector_hub.importers.base import ImporterBase

    run = ImporterBase.run

    def observed(importer: Any, flow: Any, tasks: list[Any]) -> Any:
        action([task.external_id for task in tasks])
        return run(importer, flow, tasks)

    return patch.object(ImporterBase, "run", observed)


def states(env: Any, flow_id: int) -> dict[str, str]:
    rows = env["hub.message"].search([("flow_id", "=", flow_id)])
    return {row.external_id: row.state for row in rows}


def deaths(env: Any, flow_id: int) -> dict[str, int]:
    rows = env["hub.message"].search([("flow_id", "=", flow_id)])
    return {row.external_id: row.deaths for row in rows}


def orders(env: Any, backend_id: int) -> list[str]:
    """Return the remote ids of the orders that exist, doubled ones twice."""
    backend = env["hub.backend"].browse(backend_id)
    found = env["sale.order"].search([("origin", "=like", f"{backend.name} %")])
    return sorted(order.client_order_ref.removeprefix("#") for order in found)


def count(env: Any, model: str, domain: str) -> int:
    return int(env[model].search_count(json.loads(domain)))


def expire(env: Any, flow_id: int) -> None:
    env.cr.execute(
        "UPDATE hub_lane SET leased_until = '2020-01-01' WHERE flow_id = %s", [flow_id]
    )
