# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Customer (Admin API 2026-10) to the document Customer."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import Customer
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts
from .times import parse_time


class ShopifyCustomerMapper(Component):
    """Customers of a store."""

    _name = "hub.shopify.customer.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.customer"
    _system = "shopify"

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Customer:
        """Translate ``customers.nodes[]`` as queried in customers.graphql."""
        return customer(payload)


def customer(payload: dict[str, Any]) -> Customer:
    """Translate a Customer; its display name falls back to the e-mail in Shopify."""
    version = parse_time(payload["updatedAt"])
    if version is None:
        raise InvalidData(
            f"Customer {payload['id']} has no date of change.", code="no_version"
        )
    email = payload.get("defaultEmailAddress") or {}
    phone = payload.get("defaultPhoneNumber") or {}
    return Customer(
        external_id=payload["id"],
        version=version,
        name=parts.full_name(payload),
        email=parts.text(email, "emailAddress"),
        phone=parts.text(phone, "phoneNumber"),
        language=parts.text(payload, "locale"),
        tax_exempt=bool(payload.get("taxExempt")),
        accepts_marketing=email["marketingState"] == "SUBSCRIBED" if email else None,
        note=parts.text(payload, "note"),
        tags=tuple(payload.get("tags") or ()),
        default_address=parts.address(payload.get("defaultAddress")),
    )
