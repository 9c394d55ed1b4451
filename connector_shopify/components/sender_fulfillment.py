# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deliveries to fulfilments: one for each location that ships something of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import field_of
from odoo.addons.connector_hub.exceptions import HubError, Rejected

from . import shipment
from .pages import not_found

#: (fulfilment orders, their lines) read at first, and when that is not all
PAGES = ((10, 50), (50, 250))
#: seconds: longer than any call lasts
SETTLED = 60
TRACKING = {"tracking_number", "tracking_url", "carrier"}
CONTENT = {"lines.quantity", "lines.external_id"}


class ShopifyFulfillmentSender(Component):
    """Nothing of ours can be written on a fulfilment to find it again.

    So an unknown outcome is looked up by what it contains, and when; see
    ``shipment.py``.
    """

    _name = "hub.shopify.fulfillment.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.fulfillment"

    def operations(self) -> dict[str, Operation]:
        """Creations are looked up; saying the same tracking again changes nothing."""
        return {
            "create": Operation(
                "fulfillmentCreate", Safety.PROBED, visible_after=SETTLED
            ),
            "update": Operation("fulfillmentTrackingInfoUpdate", Safety.KEYED),
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Send deliveries, one by one."""
        send = self._create if action == "create" else self._update
        found = {}
        for push in pushes:
            try:
                found[push.record] = send(push)
            except HubError as error:
                found[push.record] = Pushed(error=error)
        return found

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look for shipments that are made of just what was sent."""
        found = {}
        for push in pushes:
            payload = push.payload
            order = self._order(payload)
            wanted = {gid: count for gid, count in payload["lines"].items() if count}
            ids, left = shipment.take_found(wanted, payload, order, wanted)
            if ids and not left:
                found[push.record] = Probed(True, ids[0], links=_links(push, ids))
            else:
                # what of it has happened is found when it is said again
                found[push.record] = Probed(False)
        return found

    # === CREATING ===#

    def _create(self, push: Push) -> Pushed:
        # others of this run are not linked yet
        others = {*(push.payload.get("other_shipment_ids") or ()), *self.client.shipped}
        payload = {**push.payload, "other_shipment_ids": sorted(others)}
        plan = shipment.plan(payload, self._order(payload), push.again)
        ids = list(plan.found)
        self.client.shipped.update(ids)
        for group in plan.groups:
            data = self.client.execute(
                "fulfillment_create", {"fulfillment": _input(payload, group)}
            )["fulfillmentCreate"]
            _refuse(payload, data)
            ids.append(data["fulfillment"]["id"])
            self.client.shipped.add(ids[-1])
        if not ids:
            raise Rejected(
                f"{payload['name']} delivers nothing that the order in Shopify lists.",
                title="Deliveries contain nothing of their order.",
                remedy="Compare both orders; skip the message when that is right.",
                code="nothing",
            )
        return Pushed(ids[0], links=_links(push, ids))

    def _order(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Return what is open and what was shipped of the order."""
        order: dict[str, Any] | None = None
        for orders, lines in PAGES:
            order = self.client.query(
                "order_shipments", id=payload["order_id"], orders=orders, lines=lines
            )["order"]
            if order is None:
                raise not_found(payload["order_id"])
            if shipment.is_complete(order) and len(order["fulfillments"]) < orders:
                return order
        raise Rejected(
            f"The order of {payload['name']} has too many shipments to compare.",
            remedy="Fulfil it in Shopify by hand; then skip the message.",
            code="too_many",
        )

    # === CHANGING ===#

    def _update(self, push: Push) -> Pushed:
        payload = push.payload
        changed = {field_of(path) for path in push.changed}
        if payload["cancelled"]:
            for gid in self._valid(push):
                data = self.client.execute("fulfillment_cancel", {"id": gid})
                _refuse(payload, data["fulfillmentCancel"])
        elif changed & CONTENT:
            raise _differs(payload)
        elif changed & TRACKING and payload["tracking"]:
            self._track(push)
        return Pushed(push.remote_id)

    def _track(self, push: Push) -> None:
        valid = self._valid(push)
        if not valid:
            raise Rejected(
                f"The shipment of {push.payload['name']} was cancelled in Shopify.",
                title="Shipments were cancelled in Shopify.",
                remedy="Return the delivery in Odoo when the goods came back; then"
                " skip the message.",
                code="cancelled",
            )
        for gid in valid:
            data = self.client.execute(
                "fulfillment_tracking",
                {
                    "id": gid,
                    "tracking": push.payload["tracking"],
                    "notify": push.payload["notify"],
                },
            )
            _refuse(push.payload, data["fulfillmentTrackingInfoUpdate"])

    def _valid(self, push: Push) -> list[str]:
        """Return the shipments of a delivery that were not cancelled there."""
        ids = push.payload["shipment_ids"] or [push.remote_id]
        nodes = self.client.query("fulfillment_status", ids=ids)["nodes"]
        known = [node for node in nodes if node and node.get("id")]
        if not known:
            raise not_found(push.remote_id)
        return [n["id"] for n in known if n["status"] not in shipment.VOID]


def _input(payload: dict[str, Any], group: dict[str, dict[str, int]]) -> dict[str, Any]:
    """Return a FulfillmentInput."""
    return {
        "lineItemsByFulfillmentOrder": [
            {
                "fulfillmentOrderId": work,
                "fulfillmentOrderLineItems": [
                    {"id": gid, "quantity": quantity} for gid, quantity in lines.items()
                ],
            }
            for work, lines in group.items()
        ],
        "trackingInfo": payload["tracking"] or None,
        "notifyCustomer": payload["notify"],
    }


def _links(push: Push, ids: list[str]) -> dict[tuple[str, int], Any]:
    """Link every shipment of a delivery with it."""
    return {("fulfillment", int(push.record.rpartition(",")[2])): tuple(ids)}


def _refuse(payload: dict[str, Any], data: dict[str, Any]) -> None:
    """Raise what Shopify has against it, in its own words."""
    if not data["userErrors"]:
        return
    message = data["userErrors"][0]["message"]
    closed = "unfulfillable status" in message
    raise Rejected(
        f"Shopify refuses the shipment of {payload['name']}: {message}",
        title="Shopify refuses shipments.",
        remedy="Look at the order in Shopify; retry when its fulfilment is open again.",
        code="unfulfillable" if closed else "fulfillment",
        field=".".join(data["userErrors"][0]["field"] or []),
    )


def _differs(payload: dict[str, Any]) -> Rejected:
    return Rejected(
        f"Quantities of {payload['name']} were changed after Shopify was told of it.",
        title="Deliveries were changed after they were told.",
        remedy="Shopify cannot change what was shipped: cancel the fulfilment there and"
        " fulfil the order by hand, then skip the message.",
        code="changed",
    )
