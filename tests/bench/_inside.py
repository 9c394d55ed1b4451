# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is measured inside one Odoo process: polls and drains, called as jobs are.

``_inside.py SCENARIO CONFIGURATION DATABASE ARGUMENTS`` (a JSON object) prints one line
of JSON. Started by the modules next to it; see the scenarios.
"""

import json
import resource
import sys
import time
from typing import Any

import _remote
import _stock


class Hub:
    """A connected backend of the imaginary system in a database."""

    def __init__(self, env: Any, url: str) -> None:
        self.env = env
        self.url = url
        self.backend = env["hub.backend"].search([("name", "=", "Bench")])
        self.backend = self.backend or self._create()

    def _create(self) -> Any:
        backend = self.env["hub.backend"].create(
            {
                "name": "Bench",
                "system": "fake",
                "environment": "test",
                "api_url": self.url,
                "fake_secret": "s",
                "fake_password": "p",
            }
        )
        backend.state = "connected"
        incoming = backend.flow_ids.filtered(lambda flow: flow.direction == "in")
        incoming.write({"state": "running", "next_poll_at": False})
        self.env.cr.commit()
        return backend

    def connect(self) -> None:
        """Talk to the remote of this run: an earlier one had another address."""
        self.backend.api_url = self.url
        self.env.cr.commit()

    def flow(self, document: str) -> Any:
        return self.backend.flow_ids.filtered(
            lambda flow: flow.document == document and flow.direction == "in"
        )

    def fill(self, document: str, first: int, count: int, noise: int = 0) -> None:
        self.env.cr.commit()
        order = {"document": document, "first": first, "count": count, "noise": noise}
        _remote.fill(self.url, **order)

    def poll(self, document: str) -> float:
        """Read everything there is; return the seconds."""
        flow = self.flow(document)
        flow.cursor = False
        self.env.cr.commit()
        started = time.monotonic()
        said = flow._poll()
        self.env.cr.commit()
        seconds = time.monotonic() - started
        if "changes" not in said:
            raise RuntimeError(said)
        return seconds

    def drain(self, document: str) -> float:
        self.env.cr.commit()
        started = time.monotonic()
        self.drain_flow(self.flow(document))
        return time.monotonic() - started

    def drain_flow(self, flow: Any) -> None:
        for lane in range(flow.lane_count):
            while not flow._drain(lane).startswith("0 "):
                pass

    def bring_in(self, document: str, first: int, count: int, noise: int = 0) -> float:
        """Let so many records appear, receive and process them; return the seconds."""
        self.fill(document, first, count, noise)
        return self.poll(document) + self.drain(document)

    def outcomes(self, document: str) -> dict[str, int]:
        """Return how many messages are in which state, and what went wrong."""
        self.env.cr.commit()
        self.env.cr.execute(
            "SELECT concat_ws(': ', state, error_message), count(*) FROM hub_message"
            " WHERE flow_id = %s GROUP BY 1",
            [self.flow(document).id],
        )
        return dict(self.env.cr.fetchall())


# === SCENARIOS ===#


def unchanged(hub: Hub, rounds: int, orders: int, repolled: int) -> list[Any]:
    """Import some orders; then read many again that are as they were.

    ``repolled``: nothing at all changed since they were received. ``touched``: their
    bytes did, so they become messages, and turn out to say the same.

    :return: per round, records per second of each
    """
    hub.bring_in("order", 1, 100)
    first = 1000
    _receive_only(hub, first + rounds * orders, repolled)
    figures = []
    for number in range(rounds):
        start = first + number * orders
        imported = hub.bring_in("order", start, orders)
        touched = hub.bring_in("order", start, orders, noise=number + 1)
        if hub.outcomes("order").get("unchanged") != (number + 1) * orders:
            raise RuntimeError(f"not unchanged: {hub.outcomes('order')}")
        hub.fill("order", first + rounds * orders, repolled)
        again = hub.poll("order")
        figures.append(
            {
                "imported": orders / imported,
                "touched": orders / touched,
                "repolled": repolled / again,
            }
        )
    return figures


def _receive_only(hub: Hub, first: int, count: int) -> None:
    """Have messages of records that are settled already."""
    hub.fill("order", first, count)
    hub.poll("order")
    hub.env.cr.execute(
        "UPDATE hub_message SET state = 'done', processed_at = received_at"
        " WHERE state = 'pending'"
    )
    hub.env.cr.commit()


def throughput(hub: Hub, first: int, orders: int) -> float:
    """Return how many orders per second are received and imported."""
    hub.connect()
    hub.bring_in("order", 1, 100)
    return orders / hub.bring_in("order", first, orders)


def backfill(hub: Hub, records: int) -> float:
    """Backfill records; return the peak of this process's memory (MB)."""
    hub.bring_in("customer", 1, 500)
    hub.fill("customer", 1000, records)
    flow = hub.flow("customer")
    run = flow.start_backfill()
    hub.env.cr.commit()
    while run.state == "receiving":
        flow._backfill(run.id)
    hub.drain("customer")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


SCENARIOS = {
    "unchanged": unchanged,
    "throughput": throughput,
    "backfill": backfill,
    "stock": _stock.stock,
}


def main() -> None:
    scenario, configuration, name, arguments = sys.argv[1:]
    import odoo
    from odoo import SUPERUSER_ID, api
    from odoo.modules.registry import Registry

    odoo.tools.config.parse_config(["--config", configuration, "--log-level=error"])
    with Registry(name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
        options = json.loads(arguments)
        hub = Hub(env, options.pop("url"))
        result = SCENARIOS[scenario](hub, **options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
