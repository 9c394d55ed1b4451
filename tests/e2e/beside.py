# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A database in which OCA's connector and ours work with one store."""

from collections import Counter
from typing import Any

import accountant
import life
from harness import incumbent, process, rpc, simulator
from harness.server import OdooServer
from opening import prepared
from shop import OPEN_JOBS, OPEN_MESSAGES, Shop

#: what must never be there twice
COUNTED: dict[str, list[Any]] = {
    "res.partner": [("active", "in", [True, False])],
    "product.product": [("active", "in", [True, False])],
    "product.template": [("active", "in", [True, False])],
    "sale.order": [],
    "sale.order.line": [],
    "account.move": [],
    "account.payment": [],
    "stock.picking": [],
}
#: the incumbent asks for returns, which ours need not
FURTHER_SCOPES = ("read_returns",)


class Beside:
    """The store, the incumbent that works with it, and ours once it has moved in."""

    def __init__(self, odoo: OdooServer, store: simulator.Store, port: int) -> None:
        self.odoo = odoo
        self.client: rpc.Client = prepared(odoo)
        self.shop = Shop(odoo, self.client, store, "Our Link")
        scopes = self.shop.look("scopes")["scopes"]
        self.shop.control("scopes", scopes=[*scopes, *FURTHER_SCOPES])
        self.shop.control("lenient")
        self.shop.control("bucket", size=10**6, restore_rate=10**6)
        self.other = incumbent.Incumbent(self.client, port, store.access_token)
        guest = self.client.create(
            "res.partner", {"name": "Counter", "company_id": self.other.company}
        )
        self.other.write(
            {
                "guest_partner_id": guest,
                "order_invoicing_policy": "paid",
                "order_confirmation_policy": "auto",
            }
        )
        self.other.map_gateways(life.GATEWAYS)
        # it reads when the test says so
        crons = self.client.search("ir.cron", [("model_id.model", "like", "shopify.")])
        self.client.call("ir.cron", "write", crons, {"active": False})
        self.other.call("action_import_customers")
        self.other.wait_idle()

    def read_by_other(self) -> None:
        """Let the incumbent read the store's orders, as its webhooks would have it."""
        self.other.call("action_import_orders")
        self.other.wait_idle()

    # === OURS ===#

    def move_in(self) -> None:
        """Connect our backend with the store; its flows only try."""
        self.shop.create()
        mine = [*self.shop.mine, ("direction", "=", "in")]
        flows = self.client.search("hub.flow", mine)
        self.client.call("hub.flow", "action_start_shadow", flows)
        self.shop.backend("action_connect")

    def adopt(self) -> None:
        values = {"backend_id": self.shop.backend_id}
        wizard = self.client.create("hub.shopify.adoption", values)
        self.client.call("hub.shopify.adoption", "action_apply", [wizard])
        (found,) = self.client.read(
            "hub.shopify.adoption", [("id", "=", wizard)], ["problem_count", "state"]
        )
        assert (found["state"], found["problem_count"]) == ("done", 0)

    def run(self, document: str) -> None:
        """Have our flow read what is new in the store."""
        flow = self.shop.flow(document)
        runs = [("flow_id", "=", flow)]
        count = self.client.count("hub.run", runs)
        self.client.call("hub.flow", "action_run", [flow])
        process.poll(
            lambda: self.client.count("hub.run", runs) > count, 60, "a run", 0.2
        )
        self.settle()

    def settle(self) -> None:
        process.poll(self._is_quiet, 120, "peace", 0.3)

    def _is_quiet(self) -> bool:
        waiting = [*self.shop.mine, ("state", "in", OPEN_MESSAGES)]
        jobs = [("state", "in", OPEN_JOBS)]
        return not (
            self.client.count("hub.message", waiting)
            or self.client.count("queue.job", jobs)
        )

    def compare(self, document: str) -> None:
        flow = [self.shop.flow(document)]
        self.client.call("hub.flow", "action_compare_now", flow)
        self.settle()

    def _tried(self, *gids: str) -> list[dict[str, Any]]:
        return self.shop.messages(
            ("state", "=", "shadow"),
            ("external_id", "in", gids),
            fields=("shadow_verdict",),
        )

    def verdicts(self, *gids: str) -> set[str]:
        found = self._tried(*gids)
        assert len(found) == len(gids), found
        return {message["shadow_verdict"] for message in found}

    def different_fields(self, *gids: str) -> set[str]:
        """Return the fields in which ours and theirs differ."""
        ids = [message["id"] for message in self._tried(*gids)]
        rows = self.client.read(
            "hub.change",
            [("message_id", "in", ids), ("verdict", "in", ("differs", "missing"))],
            ["field_name", "res_model", "new_value", "actual_value"],
        )
        return {row["field_name"] for row in rows}

    def leave_out(self, document: str, *names: str) -> None:
        """Say of fields that both need not agree in them."""
        flow = self.shop.flow(document)
        (known,) = self.client.read("hub.flow", [("id", "=", flow)], ["shadow_ignored"])
        ignored = ", ".join([known["shadow_ignored"], *sorted(names)])
        self.client.call("hub.flow", "write", [flow], {"shadow_ignored": ignored})

    def take_over(self, document: str) -> None:
        """End a flow's shadow mode, with what was only tried, and have it read."""
        flow = self.shop.flow(document)
        wizard = self.client.create("hub.shadow.end", {"flow_id": flow})
        self.client.call("hub.shadow.end", "action_end", [wizard])
        self.client.call("hub.flow", "action_start", [flow])
        self.settle()
        self.run(document)

    def book_payments(self) -> None:
        """From now on ours books payments, in the incumbent's journals."""
        rows = self.client.read(
            "shopify.gateway.journal", [], ["gateway", "journal_id"]
        )
        for row in rows:
            key = {
                "backend_id": self.shop.backend_id,
                "kind": "gateway",
                "remote_value": row["gateway"],
            }
            known = self.client.search(
                "hub.mapping", [(name, "=", value) for name, value in key.items()]
            )
            values = {"journal_id": row["journal_id"][0]}
            if known:
                self.client.call("hub.mapping", "write", known, values)
            else:
                self.client.create("hub.mapping", {**key, **values})
        (house,) = self.client.read("stock.warehouse", [], ["view_location_id"])[:1]
        for location in self.shop.look("locations")["ids"]:
            key = {"backend_id": self.shop.backend_id, "kind": "location"}
            key |= {"remote_value": location}
            known = self.client.search(
                "hub.mapping", [(name, "=", value) for name, value in key.items()]
            )
            values = {"location_id": house["view_location_id"][0]}
            if known:
                self.client.call("hub.mapping", "write", known, values)
            else:
                self.client.create("hub.mapping", {**key, **values})
        self._book()

    def _book(self) -> None:
        self.shop.configure(
            order_register_payment=True,
            order_invoice="payment",
            order_confirm="released",
            delivery_import="validate",
        )

    def _map(self, kind: str, value: str, **target: Any) -> None:
        key = {"backend_id": self.shop.backend_id, "kind": kind, "remote_value": value}
        known = self.client.search("hub.mapping", [(k, "=", v) for k, v in key.items()])
        if known:
            self.client.call("hub.mapping", "write", known, target)
        else:
            self.client.create("hub.mapping", {**key, **target})

    # === PEOPLE AND THE STORE ===#

    def switch_other_off(self) -> None:
        self.other.write({"accept_webhooks": False, "active": False})

    def refund(self, gid: str) -> None:
        lines = self.client.read(
            "shopify.order.line",
            [("order_binding_id.shopify_id", "=", gid), ("is_shipping", "=", False)],
            ["shopify_id"],
            order="id",
        )
        row = [lines[0]["shopify_id"], 1, "NO_RESTOCK", None]
        self.shop.control("refund", id=gid, lines=[row])

    def pay_by_hand(self, gid: str) -> None:
        """Invoice an order of the incumbent's and register its payment."""
        order = self._order_of_other(gid)
        self.client.call("sale.order", "action_confirm", [order])
        values = {"sale_order_ids": [(6, 0, [order])]}
        wizard = self.client.create("sale.advance.payment.inv", values)
        self.client.call("sale.advance.payment.inv", "create_invoices", [wizard])
        (found,) = self.client.read("sale.order", [("id", "=", order)], ["invoice_ids"])
        accountant._post_drafts(self.client, found["invoice_ids"])
        context = {"active_model": "account.move", "active_ids": found["invoice_ids"]}
        register = self.client.call(
            "account.payment.register", "create", [{}], context=context
        )
        self.client.call("account.payment.register", "action_create_payments", register)

    def _order_of_other(self, gid: str) -> int:
        (link,) = self.client.read(
            "shopify.order", [("shopify_id", "=", gid)], ["odoo_id"]
        )
        return int(link["odoo_id"][0])

    # === WHAT IS THERE ===#

    def counts(self) -> dict[str, int]:
        return {model: self.client.count(model, d) for model, d in COUNTED.items()}

    def doubled(self, before: dict[str, int]) -> dict[str, int]:
        """Return {model: how many more records than before}, where there are more."""
        now = self.counts()
        return {m: now[m] - n for m, n in before.items() if now[m] != n}

    def twice(self) -> dict[tuple[Any, ...], int]:
        """Return the people, and addresses of one person, that are there repeatedly."""
        fields = ["parent_id", "email", "name", "street", "zip", "city", "company_id"]
        found: Counter[tuple[Any, ...]] = Counter()
        for row in self.client.read("res.partner", COUNTED["res.partner"], fields):
            if row["parent_id"]:
                place = tuple(row[name] for name in ("name", "street", "zip", "city"))
                found[(row["parent_id"][0], *place)] += 1
            elif row["email"]:
                found[(row["email"].lower(),)] += 1
        return {key: count for key, count in found.items() if count > 1}

    def linked(self) -> set[str]:
        return {row["external_id"] for row in self.shop.orders()}

    def stuck(self) -> dict[str, str]:
        """Return {remote id: what is wrong} of the messages that wait for people."""
        rows = self.shop.messages(
            ("state", "in", ("failed", "quarantined", "in_doubt"))
        )
        return {row["external_id"]: row["error_message"] for row in rows}

    def _order(self, gid: str) -> dict[str, Any]:
        (link,) = (row for row in self.shop.orders() if row["external_id"] == gid)
        fields = ["amount_total", "invoice_ids", "order_line", "picking_ids"]
        found = self.client.read(
            "sale.order", [("id", "=", link["odoo_id"][0])], fields
        )
        return found[0]

    def money(self, gid: str) -> float:
        """Return what is booked as received for an order, by whomever."""
        invoices = self._order(gid)["invoice_ids"]
        made = self.client.read(
            "account.move", [("id", "in", invoices)], ["matched_payment_ids"]
        )
        ids = {number for row in made for number in row["matched_payment_ids"]}
        own = [("order_id", "=", self._order(gid)["id"]), ("payment_id", "!=", False)]
        for row in self.client.read("hub.payment", own, ["payment_id"]):
            ids.add(row["payment_id"][0])
        inbound = [("id", "in", list(ids)), ("payment_type", "=", "inbound")]
        rows = self.client.read("account.payment", inbound, ["amount"])
        return float(sum(row["amount"] for row in rows))

    def credited(self, gid: str) -> int:
        """Return how many credit notes an order's invoices have."""
        invoices = self._order(gid)["invoice_ids"]
        return self.client.count(
            "account.move",
            [
                ("move_type", "=", "out_refund"),
                ("state", "=", "posted"),
                "|",
                ("id", "in", invoices),
                ("reversed_entry_id", "in", invoices),
            ],
        )
