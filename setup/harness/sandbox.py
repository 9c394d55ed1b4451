# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A company with taxes, a simulated store, and the hub between them, all by RPC."""

import dataclasses
import sys
import time
from typing import Any

from . import process, rpc, simulator

# Every currency that the simulated stores' buyers pay in.
CURRENCIES = ("EUR", "USD", "GBP", "CHF", "CAD", "JPY")
# Every rate that the simulated stores charge, as prices with and without tax.
TAX_RATES = (0.0, 5.0, 7.0, 9.975, 19.0, 20.0)
RUN_FIELDS = ["status", "received_count", "open_count", "done_count", "failed_count"]
OPEN_RUN = ("receiving", "processing")
OPEN_EXCEPTION = ("open", "ack")


@dataclasses.dataclass
class Summary:
    """What one import did; the field names are those of the printed JSON."""

    orders_received: int
    orders_imported: int
    exceptions: int
    seconds: float


class Sandbox:
    """Connects one store to one running Odoo."""

    def __init__(self, client: rpc.Client, store: simulator.Store) -> None:
        self.client = client
        self.store = store
        self.backend_id = 0

    def prepare_company(self) -> None:
        """Currencies and sale taxes that the store's orders need."""
        inactive = {"active_test": False}
        currencies = self.client.search(
            "res.currency", [("name", "in", CURRENCIES)], context=inactive
        )
        self.client.call("res.currency", "write", currencies, {"active": True})
        companies = self.client.search("res.company", [])
        # as stores round their taxes; otherwise totals need rounding lines
        self.client.call(
            "res.company",
            "write",
            companies,
            {"tax_calculation_rounding_method": "round_per_line"},
        )
        for rate in TAX_RATES:
            for inclusion in ("tax_excluded", "tax_included"):
                self._ensure_tax(rate, inclusion)

    def _ensure_tax(self, rate: float, inclusion: str) -> None:
        key = {
            "amount": rate,
            "amount_type": "percent",
            "type_tax_use": "sale",
            "price_include_override": inclusion,
        }
        if self.client.search("account.tax", [(k, "=", v) for k, v in key.items()]):
            return
        suffix = " incl." if inclusion == "tax_included" else ""
        values = {"name": f"{rate:g}%{suffix}", "tax_group_id": self._tax_group(rate)}
        self.client.create("account.tax", {**key, **values})

    def _tax_group(self, rate: float) -> int:
        """Under which name an order's total shows the tax."""
        name = f"Tax {rate:g}%"
        found = self.client.search("account.tax.group", [("name", "=", name)])
        return (
            found[0]
            if found
            else self.client.create("account.tax.group", {"name": name})
        )

    def connect(self) -> int:
        """Create the backend, test it and start its flows; return its id."""
        self.backend_id = self.client.create("hub.backend", self._backend_values())
        if not self._backend("action_test_connection"):
            verdict = self.client.read(
                "hub.backend", [("id", "=", self.backend_id)], ["verdict"]
            )
            raise RuntimeError(f"the connection test failed: {verdict[0]['verdict']}")
        self._backend("action_connect")
        return self.backend_id

    def _backend_values(self) -> dict[str, Any]:
        return {
            "name": "Sandbox Store",
            "system": "shopify",
            "environment": "dev",
            "api_url": self.store.url,
            "shopify_client_id": self.store.client_id,
            "shopify_client_secret": self.store.client_secret,
        }

    def _backend(self, method: str) -> Any:
        return self.client.call("hub.backend", method, [self.backend_id])

    def import_orders(self, timeout: float = 600) -> Summary:
        """Ask the store for its orders, and wait until each has its outcome."""
        started = time.monotonic()
        flow = self.flow("order")
        self.client.call("hub.flow", "action_run", [flow])
        run = process.poll(
            lambda: self._settled_run(flow), timeout, "import", interval=0.5
        )
        if run["status"] == "failed":
            raise RuntimeError(f"reading the store failed: {run['message']}")
        open_here = [
            ("backend_id", "=", self.backend_id),
            ("state", "in", OPEN_EXCEPTION),
        ]
        return Summary(
            orders_received=run["received_count"],
            orders_imported=run["done_count"],
            exceptions=self.client.count("hub.exception", open_here),
            seconds=round(time.monotonic() - started, 2),
        )

    def flow(self, document: str, direction: str = "in") -> int:
        found = self.client.search(
            "hub.flow",
            [
                ("backend_id", "=", self.backend_id),
                ("document", "=", document),
                ("direction", "=", direction),
            ],
        )
        if not found:
            raise RuntimeError(f"the backend has no flow for {document!r}")
        return found[0]

    def _settled_run(self, flow: int) -> dict[str, Any] | None:
        found = self.client.read(
            "hub.run",
            [("flow_id", "=", flow)],
            [*RUN_FIELDS, "message"],
            order="id desc",
            limit=1,
        )
        if not found:
            return None
        run = found[0]
        _progress(
            "{received_count} received, {done_count} done, {open_count} waiting, "
            "{failed_count} need attention".format(**run)
        )
        return run if run["status"] not in OPEN_RUN else None

    def messages_by_state(self) -> dict[str, int]:
        groups = self.client.call(
            "hub.message",
            "formatted_read_group",
            [("backend_id", "=", self.backend_id)],
            groupby=["state"],
            aggregates=["__count"],
        )
        return {group["state"]: group["__count"] for group in groups}


_told = ""


def _progress(line: str) -> None:
    """Tell a change once; nothing is repeated while nothing happens."""
    global _told
    if line != _told:
        print(f"  {line}", file=sys.stderr, flush=True)
        _told = line
