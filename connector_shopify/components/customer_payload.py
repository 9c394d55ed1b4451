# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The document Customer as the mutations of Shopify take it."""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.documents import Address, CustomerAddress

#: countries whose zones Shopify and Odoo name by the same ISO 3166-2 codes
ZONED = frozenset(("AR", "AU", "BR", "CA", "ES", "IN", "IT", "US"))
#: document field: field of CustomerInput
SIMPLE = {
    "email": "email",
    "phone": "phone",
    "note": "note",
    "tax_exempt": "taxExempt",
    "language": "locale",
}
LISTS = {"tags": "tags", "tax_exemptions": "taxExemptions"}
#: address field: field of MailingAddressInput
PLACE = {
    "street": "address1",
    "street2": "address2",
    "zip": "zip",
    "city": "city",
    "country": "countryCode",
    "region": "provinceCode",
    "phone": "phone",
    "company": "company",
}


def customer_payload(customer: Any) -> dict[str, Any]:
    """Translate what was said of a customer.

    :return: ``fields``: {document field: part of CustomerInput}; ``address``: the
        default one as MailingAddressInput, and ``person``: the names in it when it is
        created; ``addresses``: [{id, origin, removed, input}]; ``consent``: True or
        False. What was not said is left out.
    """
    said = customer.model_fields_set
    payload: dict[str, Any] = {"fields": _fields(customer, said)}
    if "default_address" in said and customer.default_address:
        payload["address"] = address_input(customer.default_address)
        company = customer.company_name if "company_name" in said else ""
        payload["person"] = {
            **names(customer.name if "name" in said else ""),
            **({"company": company} if company else {}),
        }
    if "addresses" in said:
        payload["addresses"] = [_entry(entry) for entry in customer.addresses]
    if "accepts_marketing" in said and customer.accepts_marketing is not None:
        payload["consent"] = customer.accepts_marketing
    return payload


def _fields(customer: Any, said: set[str]) -> dict[str, dict[str, Any]]:
    fields: dict[str, dict[str, Any]] = {}
    if "name" in said:
        fields["name"] = names(customer.name)
    for name, key in SIMPLE.items():
        if name in said:
            value = getattr(customer, name)
            fields[name] = {key: value if value != "" else None}
    for name, key in LISTS.items():
        if name in said:
            fields[name] = {key: list(getattr(customer, name))}
    return fields


def names(name: str) -> dict[str, str]:
    """Split a name: the last word is the last name, as Shopify joins them again."""
    first, _space, last = name.strip().rpartition(" ")
    return {"firstName": first.strip(), "lastName": last}


def address_input(address: Address) -> dict[str, Any]:
    """Return MailingAddressInput of what was said of an address."""
    said = address.model_fields_set
    found: dict[str, Any] = {
        key: getattr(address, name) or None
        for name, key in PLACE.items()
        if name in said
    }
    if "region" in said and address.country not in ZONED:
        del found["provinceCode"]
    if "name" in said and address.name:
        found.update(names(address.name))
    return found


def _entry(entry: CustomerAddress) -> dict[str, Any]:
    return {
        "id": entry.external_id,
        "origin": entry.origin,
        "removed": entry.removed,
        "input": address_input(entry),
    }


def is_place(address: dict[str, Any] | None) -> bool:
    """Return whether an address says where."""
    return bool(
        address
        and any(address.get(key) for key in ("address1", "city", "zip", "countryCode"))
    )
