# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Company (Admin API 2026-10) to the document Company."""

from __future__ import annotations

from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.documents import (
    Address,
    Company,
    CompanyContact,
    CompanyLocation,
    Document,
)
from odoo.addons.connector_hub.exceptions import InvalidData

from . import parts
from .company_payload import company_payload
from .customer_mapper import customer
from .times import parse_time


class ShopifyCompanyMapper(Component):
    """Companies of a store."""

    _name = "hub.shopify.company.mapper"
    _inherit = "hub.mapper"
    _usage = "hub.mapper.company"
    _system = "shopify"

    @staticmethod
    def to_document(payload: dict[str, Any], **options: Any) -> Company:
        """Translate ``companies.nodes[]`` as queried in companies.graphql."""
        return company(payload)

    @staticmethod
    def to_payload(document: Document, **options: Any) -> dict[str, Any]:
        """Translate what Odoo says; see ``company_payload`` for the form."""
        return company_payload(document)

    @staticmethod
    def only_leaves(remote_id: str) -> bool:
        """Return whether it is a contact: the customer stays."""
        return "/CompanyContact/" in remote_id


def company(payload: dict[str, Any]) -> Company:
    """Translate a Company with its branches and people."""
    version = parse_time(payload["updatedAt"])
    if version is None:
        raise InvalidData(
            f"Company {payload['id']} has no date of change.", code="no_version"
        )
    if payload["locations"]["pageInfo"]["hasNextPage"]:
        raise InvalidData(
            f"Company {payload['name']} has more branches than are read.",
            remedy="Skip the message, and keep this company by hand.",
            title="Companies have more branches than are read.",
            code="too_many_locations",
        )
    return Company(
        external_id=payload["id"],
        version=version,
        name=parts.text(payload, "name"),
        reference=parts.text(payload, "externalId"),
        note=parts.text(payload, "note"),
        locations=tuple(_location(n) for n in payload["locations"]["nodes"]),
        contacts=tuple(_contact(n) for n in payload["contacts"]["nodes"]),
    )


def _location(node: dict[str, Any]) -> CompanyLocation:
    buying = node.get("buyerExperienceConfiguration") or {}
    terms = buying.get("paymentTermsTemplate") or {}
    taxes = node.get("taxSettings") or {}
    return CompanyLocation(
        external_id=node["id"],
        name=parts.text(node, "name"),
        reference=parts.text(node, "externalId"),
        phone=parts.text(node, "phone"),
        shipping=_address(node.get("shippingAddress")),
        billing=_address(node.get("billingAddress")),
        payment_terms=parts.text(terms, "name"),
        due_days=terms.get("dueInDays"),
        tax_id=parts.text(taxes, "taxRegistrationId"),
        tax_exempt=bool(taxes.get("taxExempt")),
    )


def _address(node: dict[str, Any] | None) -> Address | None:
    """Translate a CompanyAddress, which names things otherwise than others do."""
    if not node:
        return None
    return Address(
        name=parts.text(node, "recipient") or parts.full_name(node),
        company=parts.text(node, "companyName"),
        street=parts.text(node, "address1"),
        street2=parts.text(node, "address2"),
        zip=parts.text(node, "zip"),
        city=parts.text(node, "city"),
        region=parts.text(node, "zoneCode"),
        region_name=parts.text(node, "province"),
        country=parts.country(parts.text(node, "countryCode")),
        phone=parts.text(node, "phone"),
    )


def _contact(node: dict[str, Any]) -> CompanyContact:
    return CompanyContact(
        external_id=node["id"],
        title=parts.text(node, "title"),
        is_main=bool(node.get("isMainContact")),
        customer=customer(node["customer"]),
    )
