# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What workers of an outbound flow do, and where they die."""

import os
import signal
from datetime import datetime, timezone
from typing import Any
from unittest.mock import patch

MOMENT = datetime(2026, 9, 1, tzinfo=timezone.utc)
#: boundaries between the steps of sending: the process dies just there
BOUNDARIES = ("claimed", "said", "intended", "sent", "noted")


class Exporter:
    """Says the names of product templates."""

    _record_model = "product.template"
    _entity = "product"
    _part_models = ()
    _told_when_linked = False

    def __init__(self, env: Any) -> None:
        self.env = env

    def watched(self) -> dict[str, set[str]]:
        return {}

    def roots(self, flow: Any, model: str, ids: list[int]) -> list[int]:
        return ids if model == self._record_model else []

    def relevant(self, flow: Any, ids: list[int]) -> set[int]:
        return set(ids)

    def files(self, task: Any) -> dict[str, Any]:
        return {}

    def to_documents(self, flow: Any, ids: list[int]) -> dict[int, Any]:
        from odoo.addons.connector_hub.documents import Product

        products = self.env["product.template"].browse(ids)
        linked = flow.backend_id.binder("product").to_external_many(products)
        return {
            product.id: Product(
                external_id=linked.get(product.id, [""])[0],
                version=MOMENT,
                title=product.name,
            )
            for product in products
        }


def open_flow(env: Any, name: str, remote: dict[str, str], operations: Any) -> int:
    """Create a connected backend with one outbound flow of one lane."""
    backend = env["hub.backend"].create(
        {
            "name": name,
            "system": "fake",
            "environment": "test",
            "api_url": remote["url"],
            "fake_secret": remote["secret"],
            "fake_password": remote["password"],
            "fake_operations": operations,
        }
    )
    flow = env["hub.flow"].create(
        {
            "backend_id": backend.id,
            "code": "chaos_out",
            "name": "Products out",
            "document": "product",
            "direction": "out",
            "lane_count": 1,
            "poll_minutes": 0,
        }
    )
    backend.state = "connected"
    flow.state = "running"
    return int(flow.id)


def declare(env: Any, flow_id: int, operations: Any) -> None:
    """Change what the adapter says of its operations."""
    env["hub.flow"].browse(flow_id).backend_id.fake_operations = operations


def make_products(env: Any, count: int) -> list[int]:
    values = [{"name": f"new {number}"} for number in range(count)]
    products = env["product.template"].create(values)
    # of their creation nothing is to be told yet
    env.cr.flush()
    env.cr.execute("DELETE FROM hub_dirty")
    return list(products.ids)


def rename(env: Any, flow_id: int, product_id: int, name: str) -> None:
    """Change a record and mark it, in one transaction."""
    env["product.template"].browse(product_id).name = name
    flow = env["hub.flow"].browse(flow_id)
    env["hub.dirty"].mark_flow(flow, "product.template", [product_id])


def names(env: Any, product_ids: list[int]) -> dict[str, str]:
    products = env["product.template"].browse(product_ids)
    return {f"product.template,{product.id}": product.name for product in products}


def work(env: Any, flow_id: int, boundary: str = "") -> str:
    """Collect and send; die at a boundary."""
    flow = env["hub.flow"].browse(flow_id)
    kind = type(flow)
    with _exporting(kind):
        flow._collect()
        with _dying(kind, boundary):
            return str(flow._drain(0))


def _exporting(kind: Any) -> Any:
    return patch.object(kind, "_exporter", lambda flow: Exporter(flow.env))


def _dying(kind: Any, boundary: str) -> Any:
    """Let the process die before (or, "sent", after) a step."""
    step = {
        "": "_collect",
        "claimed": "_process_out",
        "said": "_send",
        "intended": "_push",
        "sent": "_push",
        "noted": "_raise_alarm",
    }[boundary]
    original = getattr(kind, step)

    def observed(flow: Any, *arguments: Any, **options: Any) -> Any:
        if boundary not in ("", "sent"):
            _die()
        result = original(flow, *arguments, **options)
        if boundary == "sent":
            _die()
        return result

    return patch.object(kind, step, observed)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def let_time_pass(env: Any, flow_id: int) -> None:
    """Make everything due that is to be tried again by itself."""
    env.cr.execute(
        "UPDATE hub_message SET next_attempt_at = '2026-01-01'"
        " WHERE flow_id = %s AND state IN ('pending', 'in_doubt')"
        " AND next_attempt_at IS NOT NULL",
        [flow_id],
    )


def open_states(env: Any, flow_id: int) -> list[str]:
    """Return the states of messages that are not settled, and of marks."""
    env.cr.execute(
        "SELECT state FROM hub_message WHERE flow_id = %(flow)s AND state NOT IN"
        " ('done', 'unchanged', 'superseded', 'skipped')"
        " UNION ALL SELECT 'mark' FROM hub_dirty WHERE flow_id = %(flow)s",
        {"flow": flow_id},
    )
    return [state for (state,) in env.cr.fetchall()]


def decide(env: Any, flow_id: int, remote_ids: dict[str, str]) -> int:
    """Do what a person does who looked at the remote system.

    :param remote_ids: {record: remote id} of what is there
    :return: the number of decisions
    """
    messages = env["hub.message"].search([("flow_id", "=", flow_id)])
    stuck = messages.filtered(lambda m: m.needs_decision)
    for message in stuck:
        attempt = message.attempt_ids[:1]
        said = env["hub.attempt"].pushes_of(attempt.idempotency_key)[0].payload
        remote_id, title = remote_ids.get(message.external_id, ("", ""))
        if remote_id and title == said["title"]:
            with _exporting(type(message.flow_id)):
                message._arrived(remote_id)
        else:
            message.action_send_again()
    quarantined = messages.filtered(lambda m: m.state == "quarantined")
    quarantined.action_retry()
    return len(stuck) + len(quarantined)
