# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The first load of customers into a store: many of them by one bulk operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import Operation, Probed, Push, Pushed
from odoo.addons.connector_hub.exceptions import (
    HubError,
    RateLimited,
    Rejected,
    Unavailable,
)

from ..const import LINES_WITH_ORDER
from . import customer_answer as answer
from .bulk_write import (
    BulkWriter,
    age_of,
    by_call,
    claim_places,
    nodes_of,
    under_way,
    unread,
)
from .product_bulk import at_once
from .queries import in_bulk

Node = dict[str, Any]

#: customers of one operation that are looked up because the store has their e-mail;
#: the others are sent once more
ADOPTED = 40
#: code of what a failed operation says nothing of
LEFT_OUT = "bulk_left_out"


class ShopifyCustomerBulk(Component):
    _inherit = "hub.shopify.customer.sender"

    def operations(self) -> dict[str, Operation]:
        """Also return how many customers at once are created."""
        return at_once(super().operations(), "create")

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Create many customers by one operation, and all else one by one."""
        call, _place = pushes[0].place
        if action != "create" or not call:
            found: dict[str, Pushed] = super().push(action, pushes)
            return found
        claim_places(self.client)
        writer = self._writer(call)
        started = writer.start([{"input": self._creation(push)} for push in pushes])
        operation = writer.finished(started)
        if operation is None:
            return under_way(pushes)
        return self._created(writer, operation, pushes)

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look up the operations that customers were in, and what these have done."""
        calls = by_call(pushes)
        single = calls.pop("", [])
        found: dict[str, Probed] = super().probe(action, single) if single else {}
        for call, rows in calls.items():
            found.update(self._probe_call(call, rows))
        return found

    def _probe_call(self, call: str, pushes: list[Push]) -> dict[str, Probed]:
        writer = self._writer(call)
        operation = writer.find(age_of(pushes))
        unknown = unread(operation, pushes)
        if operation is None or unknown:
            return unknown
        found: dict[str, Probed] = {}
        created = self._created(writer, operation, pushes)
        for push in pushes:
            done = created[push.record]
            if getattr(done.error, "code", "") == LEFT_OUT:
                # it may be there all the same
                found[push.record] = self._probe_left_out(push)
            else:
                found[push.record] = Probed(True, result=done)
        return found

    def _probe_left_out(self, push: Push) -> Probed:
        """Look a customer up by e-mail or phone number; else nobody can tell."""
        fields = push.payload["fields"]
        if any(fields.get(name, {}).get(name) for name in ("email", "phone")):
            probed: Probed = self._probe_creation(push)
            return probed
        return Probed(None)

    def _created(
        self, writer: BulkWriter, operation: Node, pushes: Sequence[Push]
    ) -> dict[str, Pushed]:
        """Return what became of each customer, by the file of the operation."""
        by_place = {push.place[1]: push for push in pushes}
        taken: list[tuple[Push, list[Node]]] = []
        found: dict[str, Pushed] = {}
        for place, row in writer.answers(operation):
            push = by_place.get(place)
            if not push:
                continue
            done = (row.get("data") or {}).get("customerCreate") or {}
            errors = done.get("userErrors") or row.get("errors") or []
            if any(answer.TAKEN in error["message"] for error in errors):
                taken.append((push, errors))
            else:
                found[push.record] = _one_created(push, done.get("customer"), errors)
        for number, (push, errors) in enumerate(taken):
            found[push.record] = self._one_adopted(push, errors, number)
        left = Unavailable(
            f"The bulk operation ended as {operation['status']} without it.",
            code=LEFT_OUT,
        )
        return {**{push.record: Pushed(error=left) for push in pushes}, **found}

    def _one_adopted(self, push: Push, errors: list[Node], number: int) -> Pushed:
        if number >= ADOPTED:
            error = RateLimited("Others come first.", seconds=1.0, code="later")
            return Pushed(error=error)
        try:
            adopted: Pushed = self._adopt(push, errors)
        except HubError as error:
            return Pushed(error=error)
        return adopted

    def _writer(self, call: str) -> BulkWriter:
        name = f"Customers_{call}"
        return BulkWriter(self.client, mutation(name), name)


def mutation(name: str) -> str:
    """Return the mutation that creates a customer."""
    fields = " ".join(in_bulk("CustomerDetail").split()).replace(
        "addressesV2 {", f"addressesV2(first: {LINES_WITH_ORDER}) {{"
    )
    return (
        f"mutation {name}($input: CustomerInput!) {{ customerCreate(input: $input) {{"
        f" customer {fields} userErrors {{ field message }} }} }}"
    )


def _one_created(push: Push, there: Node | None, errors: list[Node]) -> Pushed:
    """Return what a line says; further addresses are told by another message."""
    try:
        answer.check([error for error in errors if "field" in error])
        if not there:
            reason = errors[0]["message"] if errors else "no reason was given"
            raise Rejected(f"Shopify refuses it: {reason}", code="bulk_line")
    except HubError as error:
        return Pushed(error=error)
    there["addressesV2"] = nodes_of(there["addressesV2"])
    entries = push.payload.get("addresses", ())
    more = any(entry["origin"] and not entry["id"] for entry in entries)
    return replace(answer.pushed(there, push, {}), unfinished=more)
