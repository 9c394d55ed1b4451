# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Shopify refuses of companies and their locations.

The codes are those of ``BusinessCustomerErrorCode``; nobody has captured the words.
"""

from __future__ import annotations

import re
from typing import Any

from .address_writes import COUNTRIES, ZONES
from .companies import blank_address
from .customer_rules import PHONE
from .errors import NotSimulated
from .run import Run

Object = dict[str, Any]

LOCATION = {
    "name",
    "externalId",
    "phone",
    "shippingAddress",
    "billingAddress",
    "billingSameAsShipping",
    "taxRegistrationId",
    "taxExempt",
}
ADDRESS = {
    "address1",
    "address2",
    "city",
    "zip",
    "countryCode",
    "zoneCode",
    "phone",
    "recipient",
    "firstName",
    "lastName",
}
WORDS = {
    "BLANK": "can't be blank",
    "FAILED_TO_DELETE": "Failed to delete",
    "INVALID": "is invalid",
    "RESOURCE_NOT_FOUND": "Resource requested does not exist",
    "TAKEN": "has already been taken",
    "TOO_LONG": "is too long",
}


def user_error(code: str, *field: str) -> Object:
    return {
        "__typename": "BusinessCustomerUserError",
        "field": list(field),
        "message": f"{field[-1]} {WORDS[code]}",
        "code": code,
    }


def refused(name: str, errors: list[Object]) -> Object:
    return {name: None, "userErrors": errors}


def known(values: Object, names: set[str], what: str) -> None:
    for name in values.keys() - names:
        raise NotSimulated(f"{what}.{name}")


def company_errors(
    rows: list[Object], values: Object, own: Object | None, *path: str
) -> list[Object]:
    known(values, {"name", "externalId", "note"}, "CompanyInput")
    errors = []
    if not values.get("name", own and own["name"]):
        errors.append(user_error("BLANK", *path, "name"))
    number = values.get("externalId")
    if number and any(r is not own and r["externalId"] == number for r in rows):
        errors.append(user_error("TAKEN", *path, "externalId"))
    if len(values.get("name") or "") > 255:
        errors.append(user_error("TOO_LONG", *path, "name"))
    return errors


def location_errors(values: Object, *path: str) -> list[Object]:
    known(values, LOCATION, "CompanyLocationInput")
    errors = []
    if "name" in values and not values["name"]:
        errors.append(user_error("BLANK", *path, "name"))
    if values.get("billingSameAsShipping") and values.get("billingAddress"):
        errors.append(user_error("INVALID", *path, "billingAddress"))
    phone = values.get("phone")
    if phone and not PHONE.fullmatch(re.sub(r"[\s().-]", "", phone)):
        errors.append(user_error("INVALID", *path, "phone"))
    for name in ("shippingAddress", "billingAddress"):
        if values.get(name):
            errors += _address_errors(values[name], *path, name)
    return errors


def _address_errors(values: Object, *path: str) -> list[Object]:
    known(values, ADDRESS, "CompanyAddressInput")
    code, zone = values.get("countryCode"), values.get("zoneCode")
    if code and code not in COUNTRIES:
        raise NotSimulated(f"country {code}")
    if zone and code not in ZONES:
        raise NotSimulated(f"zones of {code}")
    if zone and zone not in ZONES[code]:
        return [user_error("INVALID", *path, "zoneCode")]
    return []


def write_location(run: Run, row: Object, values: Object) -> None:
    for key in ("name", "externalId", "phone"):
        if key in values:
            row[key] = values[key]
    if row["phone"]:
        row["phone"] = "".join(row["phone"].split())
    for key in ("taxRegistrationId", "taxExempt"):
        if key in values:
            row["taxSettings"][key] = values[key]
    for key in ("shippingAddress", "billingAddress"):
        if values.get(key):
            write_address(run, row, key, values[key])
    if values.get("billingSameAsShipping") and values.get("shippingAddress"):
        write_address(run, row, "billingAddress", values["shippingAddress"])


def write_address(run: Run, row: Object, key: str, values: Object) -> Object:
    """Replace an address of a location; what is not given is empty."""
    address = blank_address(run.shop.generator.ids, row["name"], row["updatedAt"])
    address.update({name: values[name] for name in values if name != "zoneCode"})
    address["country"] = COUNTRIES.get(values.get("countryCode") or "")
    address["province"] = address["zoneCode"] = values.get("zoneCode")
    row[key] = address
    return address
