# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of a customer's address book."""

from __future__ import annotations

import re
from typing import Any

from . import samples
from .customer_rules import PHONE, user_error
from .errors import FieldError, NotSimulated
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

PLAIN = ("firstName", "lastName", "company", "address1", "address2", "city", "zip")
KNOWN = {*PLAIN, "phone", "countryCode", "provinceCode"}
COUNTRIES = {place.code: place.country for place in samples.PLACES}
#: countries that have zones, as far as they are simulated
ZONES = {
    "CA": {"AB", "BC", "MB", "NB", "NL", "NS", "ON", "PE", "QC", "SK"},
    "US": {"CA", "FL", "IL", "MA", "NY", "OR", "TX", "WA"},
}


def address_errors(values: Object, *field: str) -> list[Object]:
    """Return what is wrong with a MailingAddressInput."""
    for name in values.keys() - KNOWN:
        raise NotSimulated(f"MailingAddressInput.{name}")
    errors = []
    code, zone = values.get("countryCode"), values.get("provinceCode")
    if code and code not in COUNTRIES:
        raise NotSimulated(f"country {code}")
    if zone and not code:
        raise NotSimulated("a province without its country")
    if zone and code not in ZONES:
        raise NotSimulated(f"zones of {code}")
    if zone and zone not in ZONES[code]:
        errors.append(user_error("Province is invalid", *field, "province"))
    phone = values.get("phone")
    if phone and not PHONE.fullmatch(re.sub(r"[\s().-]", "", phone)):
        errors.append(user_error("Phone is invalid", *field, "phone"))
    return errors


def add_address(
    run: Run, row: Object, values: Object, default: bool = False
) -> Object | None:
    """Add an address to a customer's book; None when the same one is there."""
    gid, _ = run.shop.generator.ids.next(
        "MailingAddress", "?model_name=CustomerAddress"
    )
    address: Object = {
        "__typename": "MailingAddress",
        "id": gid,
        **dict.fromkeys(PLAIN),
        "firstName": row["firstName"],
        "lastName": row["lastName"],
        "name": None,
        "phone": None,
        "province": None,
        "provinceCode": None,
        "country": None,
        "countryCodeV2": None,
    }
    write_address(address, values)
    if any(_content(known) == _content(address) for known in row["addressesV2"]):
        return None
    row["addressesV2"].append(address)
    if default or row["defaultAddress"] is None:
        row["defaultAddress"] = address
    return address


def write_address(address: Object, values: Object) -> None:
    for name in (*PLAIN, "phone"):
        if name in values:
            address[name] = values[name]
    if "countryCode" in values:
        address["countryCodeV2"] = values["countryCode"]
        address["country"] = COUNTRIES.get(values["countryCode"] or "")
        address["province"] = address["provinceCode"] = None
    if "provinceCode" in values:
        address["province"] = address["provinceCode"] = values["provinceCode"]
    names = filter(None, (address["firstName"], address["lastName"]))
    address["name"] = " ".join(names) or None


def _content(address: Object) -> Object:
    return {key: value for key, value in address.items() if key != "id"}


# === MUTATIONS ===


def _owner(run: Run, args: Args) -> Object | None:
    return run.shop.collection("customers").objects.get(args["customerId"])


def _address(run: Run, row: Object, args: Args) -> Object | None:
    """Return an address of a customer; None for an unknown one."""
    wanted = args["addressId"]
    own = (item for item in row["addressesV2"] if item["id"] == wanted)
    return next(own, None)


def _create(run: Run, obj: Object, args: Args) -> Object:
    row = _owner(run, args)
    if row is None:
        return _refused("Customer does not exist", "customerId")
    errors = address_errors(args["address"], "address")
    if errors:
        return {"address": None, "userErrors": errors}
    default = bool(args.get("setAsDefault"))
    address = add_address(run, row, args["address"], default)
    if address is None:
        return _refused("Address already exists", "address")
    run.shop.touch(row["id"])
    return {"address": address, "userErrors": []}


def _update(run: Run, obj: Object, args: Args) -> Object:
    row = _owner(run, args)
    if row is None:
        return _refused("Customer does not exist", "customerId")
    address = _address(run, row, args)
    if address is None:
        raise FieldError("invalid id", "RESOURCE_NOT_FOUND")
    errors = address_errors(args["address"], "address")
    if errors:
        return {"address": None, "userErrors": errors}
    write_address(address, args["address"])
    if args.get("setAsDefault"):
        row["defaultAddress"] = address
    run.shop.touch(row["id"])
    return {"address": address, "userErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    row = _owner(run, args)
    if row is None:
        error = user_error("Customer does not exist", "customerId")
        return {"deletedAddressId": None, "userErrors": [error]}
    address = _address(run, row, args)
    if address is None:
        raise FieldError("invalid id", "RESOURCE_NOT_FOUND")
    row["addressesV2"].remove(address)
    if row["defaultAddress"] is address:
        row["defaultAddress"] = next(iter(row["addressesV2"]), None)
    run.shop.touch(row["id"])
    return {"deletedAddressId": address["id"], "userErrors": []}


def _refused(message: str, *field: str) -> Object:
    return {"address": None, "userErrors": [user_error(message, *field)]}


ADDRESS_MUTATIONS: Resolvers = {
    ("Mutation", "customerAddressCreate"): _create,
    ("Mutation", "customerAddressUpdate"): _update,
    ("Mutation", "customerAddressDelete"): _delete,
}
