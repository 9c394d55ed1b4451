# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The first load of a catalogue into a store: many products by one bulk operation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.exceptions import HubError, Rejected, Unavailable

from ..const import MAX_PAGE
from .bulk_write import (
    BulkWriter,
    age_of,
    by_call,
    claim_places,
    nodes_of,
    under_way,
    unread,
)
from .product_later import later
from .queries import in_bulk
from .sender_product import told
from .user_errors import raise_refused

Node = dict[str, Any]

#: so many products at least are created by a bulk operation; at most so many by one
MANY_FROM, MANY = 200, 1000
#: the whole is probed: an operation that was started is listed at once, unless its
#: start is still under way. Creating is an upsert all the same, see the sender.
BULK = Operation(
    "bulkOperationRunMutation",
    Safety.PROBED,
    batch_size=MANY,
    visible_after=90,
    numbered=True,
)


def at_once(operations: dict[str, Operation], name: str) -> dict[str, Operation]:
    """Return operations, one of which takes many records by a bulk operation."""
    changed = replace(operations[name], many=BULK, many_from=MANY_FROM)
    return {**operations, name: changed}


class ShopifyProductBulk(Component):
    _inherit = "hub.shopify.sender.product"

    def operations(self) -> dict[str, Operation]:
        """Also return how many products at once are created."""
        return at_once(super().operations(), "create")

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Create many products by one operation, and all else one by one."""
        call, _place = pushes[0].place
        if action != "create" or not call:
            found: dict[str, Pushed] = super().push(action, pushes)
            return found
        claim_places(self.client)
        self._define_identity()
        writer = self._writer(call)
        started = writer.start([self._creation(push) for push in pushes])
        operation = writer.finished(started)
        if operation is None:
            return under_way(pushes)
        return self._created(writer, operation, pushes)

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look up the operations that products were in, and what these have done."""
        found: dict[str, Probed] = {}
        for call, rows in by_call(pushes).items():
            found.update(self._probe_call(call, rows))
        return found

    def _probe_call(self, call: str, pushes: list[Push]) -> dict[str, Probed]:
        writer = self._writer(call)
        operation = writer.find(age_of(pushes))
        unknown = unread(operation, pushes)
        if operation is None or unknown:
            return unknown
        created = self._created(writer, operation, pushes)
        return {record: Probed(True, result=done) for record, done in created.items()}

    def _created(
        self, writer: BulkWriter, operation: Node, pushes: Sequence[Push]
    ) -> dict[str, Pushed]:
        """Return what became of each product, by the file of the operation."""
        by_place = {push.place[1]: push for push in pushes}
        found: dict[str, Pushed] = {}
        for place, answer in writer.answers(operation):
            push = by_place.get(place)
            if push:
                found[push.record] = self._one_created(push, answer)
        # nothing was said of these: an upsert may be said again
        left = Unavailable(
            f"The bulk operation ended as {operation['status']} without it.",
            code="bulk_left_out",
            sent=False,
        )
        return {**{push.record: Pushed(error=left) for push in pushes}, **found}

    def _one_created(self, push: Push, answer: Node) -> Pushed:
        try:
            node = _product_of(answer, push)
            if node["variants"].pop("pageInfo")["hasNextPage"]:
                node = self._read(node["id"])
            return later(push, told(node, push.payload))
        except HubError as error:
            return Pushed(error=error)

    def _writer(self, call: str) -> BulkWriter:
        name = f"Products_{call}"
        return BulkWriter(self.client, mutation(name), name)


def mutation(name: str) -> str:
    """Return the mutation that creates a product, with one connection in its answer."""
    fields = " ".join(in_bulk("ProductFields").split()).replace(
        "variants {", f"variants(first: {MAX_PAGE}) {{ pageInfo {{ hasNextPage }}"
    )
    return (
        f"mutation {name}($identifier: ProductSetIdentifiers!,"
        " $input: ProductSetInput!) {"
        " productSet(identifier: $identifier, input: $input, synchronous: true) {"
        f" product {fields} userErrors {{ field message code }} }} }}"
    )


def _product_of(answer: Node, push: Push) -> Node:
    """Return the product of a line, as reading it in pages gives it.

    :raises HubError: it was refused
    """
    name = f'the product "{push.payload["product"].get("title") or push.record}"'
    done = (answer.get("data") or {}).get("productSet")
    raise_refused(done, name)
    if not done or not done["product"]:
        errors = answer.get("errors") or [{"message": "no reason was given"}]
        raise Rejected(
            f"Shopify refuses {name}: {errors[0].get('message')}",
            remedy="Correct it in Odoo, then retry.",
            code="bulk_line",
        )
    node: Node = done["product"]
    page = node["variants"].get("pageInfo") or {"hasNextPage": False}
    node["variants"] = {"pageInfo": page, **nodes_of(node["variants"])}
    return node
