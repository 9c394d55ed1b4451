# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The document Fulfillment to what the sender of fulfilments is given."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import Fulfillment, FulfillmentLine
from odoo.addons.connector_hub.exceptions import InvalidData


class ShopifyFulfillmentMapper(Component):
    """Deliveries told to a store; the store's own come with its orders."""

    _name = "hub.shopify.fulfillment.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.fulfillment"
    _system = "shopify"

    def options(self) -> dict[str, Any]:
        """Return whether Shopify writes to the customer."""
        return {"notify": self.backend_record.shopify_notify_shipping}

    @staticmethod
    def to_payload(document: Fulfillment, **options: Any) -> dict[str, Any]:
        """Return what left, in whole numbers by line, and how it is followed.

        :raises InvalidData: half of something left
        """
        shipped = document.shipped_at
        return {
            "order_id": document.order_id,
            "order_name": document.order_name,
            "name": document.name,
            "location_id": document.location_id,
            "shipped_at": shipped.isoformat() if shipped else "",
            "cancelled": document.cancelled,
            "shipment_ids": list(document.shipment_ids),
            "other_shipment_ids": list(document.other_shipment_ids),
            "lines": {
                line.external_id: _whole(document, line) for line in document.lines
            },
            "tracking": _tracking(document),
            "notify": bool(options.get("notify")),
        }


def _whole(document: Fulfillment, line: FulfillmentLine) -> int:
    if line.quantity != int(line.quantity):
        raise InvalidData(
            f"{document.name} delivers {line.quantity} of {line.sku or line.title}:"
            " Shopify counts in whole units.",
            title="Deliveries contain parts of a unit.",
            remedy="Fulfil the order in Shopify by hand; then skip the message.",
            code="not_whole",
            field="lines.quantity",
        )
    return int(line.quantity)


def _tracking(document: Fulfillment) -> dict[str, Any]:
    """Return a FulfillmentTrackingInput; Odoo separates several parcels by commas."""
    numbers = [part.strip() for part in document.tracking_number.split(",")]
    numbers = [number for number in numbers if number]
    found: dict[str, Any] = {}
    if numbers:
        found["numbers"] = numbers
    if document.tracking_url:
        found["urls"] = [document.tracking_url]
    if found and document.carrier:
        found["company"] = document.carrier
    return found
