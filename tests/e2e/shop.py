# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A simulated store, the backend connected with it, and what tests do to both."""

import contextlib
from collections.abc import Iterator
from typing import Any

import requests
import truth
from harness import postgres, process, rpc, sandbox, simulator
from harness.server import OdooServer

OPEN_JOBS = ("wait_dependencies", "pending", "enqueued", "started")
OPEN_MESSAGES = ("pending", "processing")
STUCK_MESSAGES = ("failed", "quarantined", "in_doubt")
#: what an import may write
TABLES = (
    "sale_order",
    "sale_order_line",
    "res_partner",
    "product_product",
    "product_template",
    "hub_shopify_order",
    "hub_shopify_customer",
    "hub_shopify_variant",
    "hub_mapping",
    "mail_message",
)

Record = dict[str, Any]


class Shop(sandbox.Sandbox):
    """One store and its backend, which is given further ``values``.

    Nothing is polled by the clock (``poll_minutes`` is 0) unless a test wants it: what
    arrives was asked for, or announced by the store.
    """

    def __init__(
        self,
        odoo: OdooServer,
        client: rpc.Client,
        store: simulator.Store,
        name: str,
        **values: Any,
    ) -> None:
        super().__init__(client, store)
        self.odoo = odoo
        self.name = name
        self._values = values

    def _backend_values(self) -> Record:
        return {**super()._backend_values(), "name": self.name, **self._values}

    def create(self) -> int:
        """Create the backend, not connected."""
        self.backend_id = self.client.create("hub.backend", self._backend_values())
        flows = self.client.search("hub.flow", self.mine)
        self.client.call("hub.flow", "write", flows, {"poll_minutes": 0})
        return self.backend_id

    def connect(self) -> int:
        self.create()
        self.backend("action_connect")
        return self.backend_id

    def remove(self) -> None:
        """Delete the backend, with all that hangs on it, once its jobs have ended."""
        self.backend("action_pause")
        process.poll(self.is_idle, 60, f"{self.name} idle")
        self.backend("unlink")

    # === ODOO ===#

    @property
    def mine(self) -> list[Any]:
        """The domain of this backend's records."""
        return [("backend_id", "=", self.backend_id)]

    def backend(self, method: str, *arguments: Any) -> Any:
        return self.client.call("hub.backend", method, [self.backend_id], *arguments)

    def read_backend(self, *names: str) -> Record:
        domain = [("id", "=", self.backend_id)]
        return self.client.read("hub.backend", domain, [*names])[0]

    def configure(self, **values: Any) -> None:
        self.backend("write", values)

    def configure_flow(self, **values: Any) -> None:
        self.client.call("hub.flow", "write", [self.flow("order")], values)

    def messages(self, *domain: Any, fields: tuple[str, ...] = ()) -> list[Record]:
        names = ["state", "topic", "external_id", "attempts", "error_message", *fields]
        return self.client.read("hub.message", [*self.mine, *domain], names, order="id")

    def exceptions(self, *states: str) -> list[Record]:
        domain = [*self.mine, ("state", "in", states or sandbox.OPEN_EXCEPTION)]
        fields = ["name", "explanation", "remedy", "category", "state", "message_count"]
        return self.client.read("hub.exception", domain, fields, order="id")

    def orders(self) -> list[Record]:
        """The sale orders that came from this store."""
        fields = ["external_id", "odoo_id"]
        return self.client.read("hub.shopify.order", self.mine, fields, order="id")

    def differences(self, *gids: str) -> list[str]:
        """What is not in Odoo as the store has it: of all orders, or of these."""
        expected = self.truth()
        if gids:
            expected = {gid: expected[gid] for gid in gids}
        return truth.differences(self.client, expected, self.backend_id)

    # === WAITING ===#

    def start_import(self) -> None:
        self.client.call("hub.flow", "action_run", [self.flow("order")])

    def settled(self, count: int, timeout: float = 120) -> list[Record]:
        """Wait until ``count`` messages exist, none of them open; return them."""

        def probe() -> list[Record] | None:
            found = self.messages()
            is_open = any(message["state"] in OPEN_MESSAGES for message in found)
            return found if len(found) >= count and not is_open else None

        return process.poll(probe, timeout, f"{count} messages settled", 0.3)

    def wait_for_orders(self, count: int, timeout: float = 120) -> None:
        """Wait until so many orders are linked."""
        process.poll(
            lambda: self.client.count("hub.shopify.order", self.mine) >= count,
            timeout,
            f"{count} orders of {self.name}",
            0.3,
        )

    def is_idle(self) -> bool:
        """Whether no job of this backend is waiting or running."""
        return not self.count_jobs(("state", "in", OPEN_JOBS))

    def count_jobs(self, *domain: Any) -> int:
        """Jobs of all flows of this backend, whose ids their keys hold."""
        flows = self.client.search("hub.flow", self.mine)
        keys = ["|"] * (2 * len(flows) - 1)
        for flow in flows:
            keys.append(("identity_key", "=like", f"hub.poll.{flow}.%"))
            keys.append(("identity_key", "=like", f"hub.drain.{flow}.%"))
        return self.client.count("queue.job", [*domain, *keys])

    def let_time_pass(self) -> None:
        """Make everything due, and let the sweeper look: as after some minutes."""
        with database(self.odoo) as cursor:
            cursor.execute(
                "UPDATE hub_message SET next_attempt_at = NULL"
                " WHERE backend_id = %(backend)s AND state = 'pending';"
                "UPDATE hub_flow SET next_poll_at = next_poll_at - interval '1 hour'"
                " WHERE backend_id = %(backend)s AND next_poll_at IS NOT NULL",
                {"backend": self.backend_id},
            )
        self._trigger("cron_sweep")

    def find_due(self) -> None:
        """Let Odoo look for what became due without a word of the store."""
        self._trigger("cron_bill")

    def _trigger(self, cron_name: str) -> None:
        name = [("module", "=", "connector_hub"), ("name", "=", cron_name)]
        (cron,) = self.client.read("ir.model.data", name, ["res_id"])
        # somebody else's clock may have started it this very moment
        with contextlib.suppress(rpc.RpcError):
            self.client.call("ir.cron", "method_direct_trigger", [cron["res_id"]])

    def wait_out(self, count: int, timeout: float = 120) -> None:
        """Let time pass until so many orders are linked, and nothing is open."""

        def probe() -> bool:
            if self.client.count("hub.shopify.order", self.mine) >= count:
                if not self.messages(("state", "in", OPEN_MESSAGES)):
                    return True
            if stuck := self.messages(("state", "in", STUCK_MESSAGES)):
                raise AssertionError(f"not a matter of time: {stuck[0]}")
            if self.is_idle():
                self.let_time_pass()
            return False

        process.poll(probe, timeout, f"{count} orders of {self.name}", 0.5)

    # === STORE ===#

    def control(self, action: str, **values: Any) -> Record:
        return self._control("POST", action, values)

    def look(self, action: str) -> Record:
        return self._control("GET", action, None)

    def _control(self, method: str, action: str, values: Record | None) -> Record:
        url = f"{self.store.url}/_control/{action}"
        answer = requests.request(method, url, json=values, timeout=60)
        answer.raise_for_status()
        return dict(answer.json())

    def truth(self) -> dict[str, Record]:
        """{gid: what the store's generator says of the order}."""
        return self.look("truth")

    def place(
        self, count: int = 1, scenario: str = "", emit: bool = False
    ) -> list[str]:
        """Let customers place orders; return their gids."""
        chosen = {"scenarios": [scenario]} if scenario else {}
        return list(self.control("order", count=count, emit=emit, **chosen)["ids"])

    def calls(self) -> dict[str, int]:
        """How often the store was asked each GraphQL operation."""
        return dict(self.look("stats")["graphql"])

    def forget_calls(self) -> None:
        self.control("stats/reset")


@contextlib.contextmanager
def database(odoo: OdooServer) -> Iterator[Any]:
    """A cursor beside Odoo, to look at what no RPC call shows."""
    connection = postgres.ensure().connect(odoo.db)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


def row_versions(
    odoo: OdooServer, tables: tuple[str, ...] = TABLES
) -> dict[str, dict[int, str]]:
    """{table: {id: version of the row}}: any write of any row shows here."""
    found = {}
    with database(odoo) as cursor:
        for table in tables:
            cursor.execute(f"SELECT id, xmin::text FROM {table}")
            found[table] = dict(cursor.fetchall())
    return found
