# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The document Company as the mutations of Shopify take it."""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.documents import (
    Address,
    CompanyContact,
    CompanyLocation,
    Customer,
)

from .customer_payload import ZONED, names

#: document field: field of CompanyInput
COMPANY = {"name": "name", "reference": "externalId", "note": "note"}
#: document field: field of CompanyLocationInput and CompanyLocationUpdateInput
LOCATION = {"name": "name", "reference": "externalId", "phone": "phone"}
#: document field: argument of companyLocationTaxSettingsUpdate
TAXES = {"tax_id": "taxRegistrationId", "tax_exempt": "taxExempt"}
#: address field: field of CompanyAddressInput
PLACE = {
    "street": "address1",
    "street2": "address2",
    "zip": "zip",
    "city": "city",
    "country": "countryCode",
    "region": "zoneCode",
}


def company_payload(company: Any) -> dict[str, Any]:
    """Translate what was said of a company.

    :return: ``fields``: {document field: part of CompanyInput}; ``locations``: [{id,
        origin, removed, fields, shipping, billing, taxes}]; ``contacts``: [{id, origin,
        removed, title, customer_id, input}]. What was not said is left out.
    """
    return {
        "fields": _said(company, COMPANY),
        "locations": [_location(place) for place in company.locations],
        "contacts": [_contact(contact) for contact in company.contacts],
    }


def _said(part: Any, names_of: dict[str, str]) -> dict[str, dict[str, Any]]:
    found = {}
    for name, key in names_of.items():
        if name in part.model_fields_set:
            value = getattr(part, name)
            found[name] = {key: None if value == "" else value}
    return found


def _location(place: CompanyLocation) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": place.external_id,
        "origin": place.origin,
        "removed": place.removed,
        "fields": _said(place, LOCATION),
        "taxes": _said(place, TAXES),
    }
    for name in ("shipping", "billing"):
        address = getattr(place, name)
        if name in place.model_fields_set and address:
            said[name] = address_input(address)
    return said


def address_input(address: Address) -> dict[str, Any]:
    """Return CompanyAddressInput of what was said of an address."""
    said = address.model_fields_set
    found: dict[str, Any] = {
        key: getattr(address, name) or None
        for name, key in PLACE.items()
        if name in said
    }
    if "region" in said and address.country not in ZONED:
        del found["zoneCode"]
    return found


def _contact(contact: CompanyContact) -> dict[str, Any]:
    said: dict[str, Any] = {
        "id": contact.external_id,
        "origin": contact.origin,
        "removed": contact.removed,
    }
    if "title" in contact.model_fields_set:
        said["title"] = contact.title or None
    if contact.customer:
        said["customer_id"] = contact.customer.external_id
        said["input"] = _person(contact.customer)
    return said


def _person(customer: Customer) -> dict[str, Any]:
    """Return CompanyContactInput of who becomes a customer as well."""
    found: dict[str, Any] = {"email": customer.email, **names(customer.name)}
    if customer.phone:
        found["phone"] = customer.phone
    return found
