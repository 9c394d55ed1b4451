# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The imaginary system beside real servers: a process of its own, and its backends."""

import functools
import hashlib
import hmac
import importlib.util
import json
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timezone
from typing import Any

import requests
from harness import paths, postgres, rpc

SCRIPT = paths.TEST_ADDONS / "connector_fake" / "remote_control.py"
EPOCH = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


def _control() -> Any:
    spec = importlib.util.spec_from_file_location("remote_control", SCRIPT)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class System:
    """The remote system; ``far`` commands it (see connector_fake/remote_control.py)."""

    def __init__(self, told: dict[str, str]) -> None:
        self.url = told["url"]
        self.secret = told["secret"]
        self.password = told["password"]
        self.far = _control().FarRemote(self.url)
        self.versions: dict[str, str] = {}

    def place(self, number: int, prefix: str = "O") -> str:
        """Let a customer place an order; return its external id."""
        moment = EPOCH.isoformat()
        row = {
            "external_id": f"{prefix}{number}",
            "version": moment,
            "name": f"#{prefix}{number}",
            "placed_at": moment,
            "currency": "EUR",
            "customer": {
                "external_id": "",
                "version": moment,
                "email": f"{prefix}{number}@example.com",
            },
            "lines": [
                {
                    "external_id": "1",
                    "title": "Thing",
                    "sku": "THING",
                    "quantity": "1",
                    "unit_price": "10.00",
                }
            ],
            "total": "10.00",
        }
        self.versions[f"{prefix}{number}"] = self.far.call("put", "order", row)
        return f"{prefix}{number}"


@contextmanager
def running() -> Iterator[System]:
    process = subprocess.Popen(
        [str(paths.PYTHON), str(SCRIPT)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        yield System(json.loads(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


class Link:
    """A backend of the imaginary system, looked at beside Odoo.

    Only orders flow, and only when they are announced or asked for.
    """

    def __init__(
        self, client: rpc.Client, server: postgres.Dsn, system: System, name: str
    ) -> None:
        self.client, self.system, self.name = client, system, name
        self._connect = functools.partial(server.connect, client.db)
        values = {
            "name": name,
            "system": "fake",
            "environment": "test",
            "api_url": system.url,
            "fake_secret": system.secret,
            "fake_password": system.password,
        }
        self.backend_id = client.create("hub.backend", values)
        flows = client.search("hub.flow", [("backend_id", "=", self.backend_id)])
        client.call("hub.flow", "write", flows, {"poll_minutes": 0, "chosen": False})
        domain = [("id", "in", flows), ("code", "=", "order_in")]
        (self.flow_id,) = client.search("hub.flow", domain)
        client.call("hub.flow", "write", [self.flow_id], {"chosen": True})
        client.call("hub.backend", "action_connect", [self.backend_id])
        read = client.read(
            "hub.backend", [("id", "=", self.backend_id)], ["webhook_token"]
        )
        self.token = read[0]["webhook_token"]

    def announce(self, base_url: str, external_id: str) -> int:
        """Send a webhook about an order; return the status of the answer."""
        version = self.system.versions[external_id]
        body = json.dumps({"id": external_id, "version": version}).encode()
        digest = hmac.new(self.system.secret.encode(), body, hashlib.sha256)
        headers = {
            "X-Fake-Document": "order",
            "X-Fake-Delivery": uuid.uuid4().hex,
            "X-Fake-Signature": digest.hexdigest(),
        }
        url = f"{base_url}/hub/webhook/{self.client.db}/{self.token}"
        return requests.post(url, data=body, headers=headers, timeout=60).status_code

    def rows(self, query: str, **values: Any) -> list[tuple[Any, ...]]:
        """Return what a query finds; it may name %(flow)s and %(backend)s."""
        connection = self._connect()
        try:
            with connection.cursor() as cursor:
                own = {"flow": self.flow_id, "backend": self.backend_id}
                cursor.execute(query, {**own, **values})
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()

    def states(self) -> dict[str, int]:
        query = "SELECT state, count(*) FROM hub_message WHERE flow_id = %(flow)s"
        return dict(self.rows(f"{query} GROUP BY state"))

    def orders(self) -> list[str]:
        """The references of the orders that came, doubled ones twice."""
        query = "SELECT client_order_ref FROM sale_order WHERE origin LIKE %(like)s"
        return sorted(row[0] for row in self.rows(query, like=f"{self.name} %"))
