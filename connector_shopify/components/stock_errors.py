# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Shopify's refusals of stock levels mean for people."""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.exceptions import (
    HubError,
    MappingError,
    NotFound,
    Rejected,
    Unavailable,
)


def of_call(error: dict[str, Any]) -> HubError:
    """Return the error of a call that was refused as a whole."""
    if error["code"] == "IDEMPOTENCY_CONCURRENT_REQUEST":
        # the first try is still under way there: ask again with the same key
        return Unavailable(f"Shopify: {error['message']}", code=error["code"])
    return Rejected(
        f"Shopify refuses stock levels: {error['message']}", code=error["code"]
    )


def of_level(item: str, location: str, error: dict[str, Any]) -> HubError:
    if error["code"] == "INVALID_LOCATION":
        return unknown_location(location)
    if error["code"] == "INVALID_INVENTORY_ITEM":
        return gone(item)
    return Rejected(
        f"Shopify refuses the stock level of {item} at {location}: {error['message']}",
        title="Shopify refuses stock levels.",
        code=error["code"] or "level",
    )


def gone(gid: str) -> NotFound:
    return NotFound(
        f"{gid} does not exist in Shopify any more, so it has no stock there.",
        remedy="Link the product with its new variant, or skip the message.",
        title="Linked variants do not exist in Shopify any more.",
        code="not_found",
    )


def unknown_location(location: str) -> MappingError:
    """Return the error of a location that the store does not have."""
    return MappingError(
        f"The store has no active location {location}.",
        kind="location",
        value=location,
    )
