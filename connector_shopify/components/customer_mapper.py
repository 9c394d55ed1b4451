# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Customer (Admin API 2026-10) and the document Customer."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import Customer, CustomerAddress, Document
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts
from .customer_payload import customer_payload
from .times import parse_time

#: marketing state: whether the customer wants advertising; others: nobody has said
CONSENTS = {"SUBSCRIBED": True, "UNSUBSCRIBED": False}


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

    @staticmethod
    def to_payload(document: Document, **options: Any) -> dict[str, Any]:
        """Translate what Odoo says; see ``customer_payload`` for the form."""
        return customer_payload(document)


def customer(payload: dict[str, Any]) -> Customer:
    """Translate a Customer; its display name falls back to the e-mail in Shopify."""
    version = parse_time(payload["updatedAt"])
    if version is None:
        raise InvalidData(
            f"Customer {payload['id']} has no date of change.", code="no_version"
        )
    email = payload.get("defaultEmailAddress") or {}
    phone = payload.get("defaultPhoneNumber") or {}
    book: dict[str, Any] = {}
    if "addressesV2" in payload:
        # not with the customer of an order
        book["addresses"] = tuple(_book(payload))
        book["tax_exemptions"] = tuple(sorted(payload.get("taxExemptions") or ()))
    return Customer(
        **book,
        external_id=payload["id"],
        version=version,
        name=parts.full_name(payload),
        email=parts.text(email, "emailAddress"),
        phone=parts.text(phone, "phoneNumber"),
        language=parts.text(payload, "locale"),
        tax_exempt=bool(payload.get("taxExempt")),
        accepts_marketing=CONSENTS.get(email.get("marketingState", "")),
        note=parts.text(payload, "note"),
        tags=tuple(sorted(payload.get("tags") or (), key=str.casefold)),
        default_address=parts.address(payload.get("defaultAddress")),
    )


def _book(payload: dict[str, Any]) -> list[CustomerAddress]:
    default = (payload.get("defaultAddress") or {}).get("id")
    entries = []
    for node in payload["addressesV2"]["nodes"]:
        address = parts.address(node)
        if address:
            entries.append(
                CustomerAddress(
                    **address.model_dump(),
                    external_id=node["id"],
                    is_default=node["id"] == default,
                )
            )
    return entries
