# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A lively shop: rounds of changes, what Odoo makes of them, and what people decide.

The store's own simulator draws from a seed what happens. Before each round is noted
what has gone too far in Odoo to be changed without asking, so that the truth also says
which orders have to wait for a person, and why: one that waits without a reason is a
difference, and so is one that should wait and does not.
"""

from collections import Counter
from typing import Any

import accountant
import truth_money
from harness import process
from shop import OPEN_MESSAGES, Shop, row_versions
from shop import TABLES as ORDER_TABLES

GATEWAYS = (
    *("shopify_payments", "paypal", "klarna", "manual"),
    *("cash", "gift_card", "bogus"),
)
#: shares of webhooks, as the measure of success has them
FAULTS = {"duplicated": 0.1, "reordered": 0.1, "lost": 0.05}
#: what a change must wait for a person with, by what the order has gone through
EDITS = ("edit_more", "edit_less", "edit_add")
#: what the life of orders may write
TABLES = (
    *ORDER_TABLES,
    *("account_move", "account_move_line", "account_payment", "hub_payment"),
    *("stock_move", "stock_picking", "hub_order_refund", "hub_order_return"),
    "hub_order_edit",
)
#: seconds that one change of one order may take
PATIENCE = 3

Record = dict[str, Any]


class Life:
    """The life of one shop, whose backend does all it can by itself.

    :param invoiced: "payment" or "delivery"
    """

    def __init__(
        self, shop: Shop, seed: int, invoiced: str = "delivery", faults: bool = True
    ) -> None:
        self.shop = shop
        self.client = shop.client
        self.invoiced = invoiced
        self.problems: list[str] = []
        #: what was done to which order, round after round
        self.events: list[list[Record]] = []
        self.happened: Counter[str] = Counter()
        self.waited: Counter[str] = Counter()
        self._unseen: dict[str, list[str]] = {}
        self._prepare()
        # who bought and paid is invoiced; taking that back is an accountant's work
        without = ["cancel"] if invoiced == "payment" else []
        shop.control("life", seed=seed, without=without)
        if faults:
            shop.control("webhook/channel", seed=seed, **FAULTS)

    def _prepare(self) -> None:
        self.shop.configure(
            order_confirm="released",
            order_invoice=self.invoiced,
            order_register_payment=True,
            delivery_import="validate",
            rounding_limit=60,
            guest_partner_id=self.client.create("res.partner", {"name": "Counter"}),
        )
        backend = self.shop.backend_id
        for number, gateway in enumerate(GATEWAYS):
            journal = self.client.create(
                "account.journal",
                {
                    "name": f"{gateway} {backend}",
                    "code": f"{backend % 100:02d}{number}",
                    "type": "cash" if gateway == "cash" else "bank",
                },
            )
            self._map("gateway", gateway, journal_id=journal)
        (house,) = self.client.read("stock.warehouse", [], ["view_location_id"])[:1]
        for location in self.shop.look("locations")["ids"]:
            self._map("location", location, location_id=house["view_location_id"][0])

    def _map(self, kind: str, value: str, **target: Any) -> None:
        values = {"backend_id": self.shop.backend_id, "kind": kind}
        self.client.create("hub.mapping", {**values, "remote_value": value, **target})

    # === ROUNDS ===#

    def place(self, count: int) -> None:
        placed = self.shop.control("life/place", count=count)["ids"]
        self.happened["placed"] += len(placed)
        self._unseen.update({gid: ["placed"] for gid in placed})
        self.settle()
        self._note_seen({})

    def live(self, share: float) -> None:
        """Let one round happen, and Odoo and its people follow."""
        stages = self._stages()
        self.events.append(self.shop.control("life/round", share=share)["happened"])
        for event in self.events[-1]:
            self.happened[event["what"]] += 1
            self._unseen.setdefault(event["id"], []).append(event["what"])
        self.settle()
        self._expect(self._note_seen(stages))
        self.decide()

    def settle(self) -> None:
        """Let every webhook arrive that is not lost, and be processed."""
        self.shop.control("webhook/flush")
        patience = 60 + PATIENCE * len(self.shop.look("truth"))
        process.poll(
            lambda: not self.shop.look("webhook/channel")["under_way"],
            patience,
            "webhooks",
            0.3,
        )
        process.poll(self._is_quiet, patience, "peace", 0.3)

    def _is_quiet(self) -> bool:
        states = [*self.shop.mine, ("state", "in", OPEN_MESSAGES)]
        if not self.client.count("hub.message", states):
            return self.shop.is_idle()
        if self.shop.is_idle():
            self.shop.let_time_pass()
        return False

    # === WHAT WAITS FOR A PERSON ===#

    def _stages(self) -> dict[str, str]:
        """Return {gid: why a change of it waits} of what has gone too far in Odoo."""
        lines = self.client.read(
            "sale.order.line",
            self._mine(),
            ["order_id", "qty_delivered", "qty_invoiced"],
        )
        found = {}
        for line in lines:
            if line["qty_delivered"] or line["qty_invoiced"]:
                gid = self._gids.get(line["order_id"][0])
                if gid:
                    found[gid] = "delivered or invoiced"
        return found

    def _mine(self) -> list[Any]:
        links = self.shop.orders()
        self._gids = {row["odoo_id"][0]: row["external_id"] for row in links}
        return [("order_id", "in", list(self._gids))]

    def _note_seen(self, stages: dict[str, str]) -> dict[str, str]:
        """Forget what Odoo has heard of; return {gid: code} of what must wait."""
        versions = self._versions()
        truth = self.shop.truth()
        waits = {}
        for gid in list(self._unseen):
            if versions.get(gid, "") < truth[gid]["updated_at"][:19]:
                continue
            what = self._unseen.pop(gid)
            if gid in stages:
                if "cancel" in what:
                    waits[gid] = "cancelled_too_late"
                elif any(name in EDITS for name in what):
                    waits[gid] = "order_confirmed"
        return waits

    def _expect(self, waits: dict[str, str]) -> None:
        """Compare what waits for a person with what has to."""
        stuck = self.stuck()
        for gid in waits.keys() | stuck.keys():
            must, does = waits.get(gid, "nothing"), stuck.get(gid, "nothing")
            if must == does:
                self.waited[must] += 1
            else:
                self.problems.append(f"{gid} waits for {does}, should for {must}")
                for row in self.shop.messages(("external_id", "=", gid)):
                    self.problems.append(f"... {row['state']} {row['error_message']}")

    def stuck(self) -> dict[str, str]:
        """Return {gid: code} of the orders that wait for a person."""
        rows = self.shop.messages(
            ("state", "in", ("failed", "quarantined", "in_doubt")),
            fields=("error_code",),
        )
        return {row["external_id"]: row["error_code"] for row in rows}

    def decide(self) -> None:
        """Take over every change that waits, as a sales manager would.

        Odoo says what is left to do by hand: to invoice or credit the difference.
        """
        mine = [*self.shop.mine, ("state", "=", "open")]
        edits = self.client.read("hub.order.edit", mine, ["order_id"])
        for edit in edits:
            self.client.call("hub.order.edit", "action_apply", [edit["id"]])
        accountant.cancel_late(self.shop)
        self.settle()
        posted = accountant.post_prepared(self.shop)
        if self.invoiced == "payment":
            for edit in edits:
                posted += accountant.bill(self.client, edit["order_id"][0])
        if posted:
            self.waited["credit_note_prepared"] += posted
        self.settle()

    # === LOST ON THE WAY ===#

    def stale(self) -> set[str]:
        """Return the orders that Odoo has not, or not as new as the store."""
        versions = self._versions()
        return {
            gid
            for gid, row in self.shop.truth().items()
            if versions.get(gid, "") < row["updated_at"][:19]
        }

    def _versions(self) -> dict[str, str]:
        fields = ["external_id", "version"]
        links = self.client.read("hub.shopify.order", self.shop.mine, fields)
        return {row["external_id"]: (row["version"] or "")[:19] for row in links}

    def reconcile(self) -> Record:
        """Compare both sides, and bring in what was lost; return what was found.

        What the comparison finds must be what was lost, to the order.
        """
        lost, stages = self.stale(), self._stages()
        flow = [self.shop.flow("order")]
        self.client.call("hub.flow", "action_reconcile", flow)
        mine = [("flow_id", "=", flow[0])]
        record = process.poll(lambda: self._compared(mine), 300, "the comparison", 0.3)
        lines = self.client.read(
            "hub.reconciliation.line",
            [
                ("reconciliation_id", "=", record["id"]),
                ("kind", "in", ("missing", "outdated")),
            ],
            ["external_id", "kind"],
        )
        found = {line["external_id"] for line in lines}
        for gid in found ^ lost:
            self.problems.append(f"{gid}: lost or found, not both")
        self.settle()
        self._expect(self._note_seen(stages))
        self.decide()
        # such as the shipping of an order whose goods were all refunded
        self.shop.find_due()
        self.settle()
        return record

    def _compared(self, domain: list[Any]) -> Record | None:
        names = ["missing_count", "outdated_count", "extra_count", "waiting_count"]
        names += ["repaired_count", "ended_at", "status", "message"]
        (record,) = self.client.read(
            "hub.reconciliation", domain, names, order="id desc", limit=1
        )
        if record["status"] in ("failed", "cancelled"):
            raise RuntimeError(f"the comparison failed: {record['message']}")
        return record if record["ended_at"] else None

    # === IN THE END ===#

    def differences(self) -> list[str]:
        """Return everything that is not in Odoo as the store has it."""
        return [
            *self.problems,
            *(f"{gid} waits: {code}" for gid, code in self.stuck().items()),
            *self.shop.differences(),
            *truth_money.differences(
                self.client, self.shop.truth(), self.shop.backend_id, self.invoiced
            ),
        ]

    def read_again(self) -> Record:
        """Read everything as if for the first time; return what that has written."""
        before = row_versions(self.shop.odoo, TABLES)
        self.shop.configure_flow(cursor=False)
        self.shop.import_orders(60 + PATIENCE * len(self.shop.orders()))
        self.settle()
        after = row_versions(self.shop.odoo, TABLES)
        return {
            table: len(set(rows.items()) ^ set(before[table].items()))
            for table, rows in after.items()
            if rows != before[table]
        }

    def webhooks(self) -> Record:
        return self.shop.look("webhook/channel")
