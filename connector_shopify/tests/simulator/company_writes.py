# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of B2B companies: what they refuse, they refuse as ``userErrors``."""

from __future__ import annotations

from typing import Any

from .companies import default_role
from .company_people import PEOPLE_MUTATIONS, find_company, find_part
from .company_rules import (
    company_errors,
    location_errors,
    refused,
    user_error,
    write_address,
    write_location,
)
from .errors import NotSimulated
from .identity import iso
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]


def _rows(run: Run) -> list[Object]:
    return list(run.shop.collection("companies").objects.values())


# === COMPANIES ===


def _create(run: Run, obj: Object, args: Args) -> Object:
    values = args["input"]
    if values.get("companyContact"):
        raise NotSimulated("companyCreate with a contact")
    if not values.get("companyLocation"):
        raise NotSimulated("companyCreate without a location")
    entry, place = values["company"], values["companyLocation"]
    errors = company_errors(_rows(run), entry, None, "input", "company")
    errors += location_errors(place, "input", "companyLocation")
    if errors:
        return refused("company", errors)
    row = _new(run)
    row.update({key: entry[key] for key in entry})
    run.shop.collection("companies").objects[row["id"]] = row
    row["locations"].append(_new_location(run, place, entry["name"]))
    run.shop.touch(row["id"])
    return {"company": row, "userErrors": []}


def _new(run: Run) -> Object:
    gid, number = run.shop.generator.ids.next("Company")
    moment = iso(run.shop.now())
    return {
        "__typename": "Company",
        "id": gid,
        "legacyResourceId": number,
        "name": "",
        "externalId": None,
        "note": None,
        "createdAt": moment,
        "updatedAt": moment,
        "defaultRole": default_role(run.shop.generator.ids),
        "locations": [],
        "contacts": [],
    }


def _update(run: Run, obj: Object, args: Args) -> Object:
    row = find_company(run, args["companyId"])
    if row is None:
        return refused("company", [user_error("RESOURCE_NOT_FOUND", "companyId")])
    errors = company_errors(_rows(run), args["input"], row, "input")
    if errors:
        return refused("company", errors)
    row.update(args["input"])
    run.shop.touch(row["id"])
    return {"company": row, "userErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    row = find_company(run, args["id"])
    if row is None:
        return refused("deletedCompanyId", [user_error("RESOURCE_NOT_FOUND", "id")])
    buyers = (order["purchasingEntity"] or {} for order in run.shop.orders.values())
    if any((buyer.get("company") or {}).get("id") == row["id"] for buyer in buyers):
        return refused("deletedCompanyId", [user_error("FAILED_TO_DELETE", "id")])
    companies = run.shop.collection("companies")
    del companies.objects[row["id"]]
    companies.changed()
    return {"deletedCompanyId": row["id"], "userErrors": []}


# === LOCATIONS ===


def _new_location(run: Run, values: Args, name: str) -> Object:
    gid, _ = run.shop.generator.ids.next("CompanyLocation")
    moment = iso(run.shop.now())
    row: Object = {
        "__typename": "CompanyLocation",
        "id": gid,
        "name": name,
        "externalId": None,
        "phone": None,
        "createdAt": moment,
        "updatedAt": moment,
        "shippingAddress": None,
        "billingAddress": None,
        "buyerExperienceConfiguration": None,
        "taxSettings": {
            "taxRegistrationId": None,
            "taxExempt": False,
            "taxExemptions": [],
        },
    }
    write_location(run, row, values)
    return row


def _create_location(run: Run, obj: Object, args: Args) -> Object:
    company = find_company(run, args["companyId"])
    if company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyId")
        return refused("companyLocation", [error])
    errors = location_errors(args["input"], "input")
    if errors:
        return refused("companyLocation", errors)
    row = _new_location(run, args["input"], company["name"])
    company["locations"].append(row)
    run.shop.touch(company["id"])
    return {"companyLocation": row, "userErrors": []}


def _update_location(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "locations", args["companyLocationId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyLocationId")
        return refused("companyLocation", [error])
    errors = location_errors(args["input"], "input")
    if errors:
        return refused("companyLocation", errors)
    write_location(run, row, args["input"])
    run.shop.touch(company["id"])
    return {"companyLocation": row, "userErrors": []}


def _assign_address(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "locations", args["locationId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "locationId")
        return refused("addresses", [error])
    errors = location_errors({"shippingAddress": args["address"]})
    if errors:
        return refused("addresses", errors)
    written = []
    for kind in args["addressTypes"]:
        key = {"SHIPPING": "shippingAddress", "BILLING": "billingAddress"}[kind]
        written.append(write_address(run, row, key, args["address"]))
    run.shop.touch(company["id"])
    return {"addresses": written, "userErrors": []}


def _taxes(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "locations", args["companyLocationId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyLocationId")
        return refused("companyLocation", [error])
    if args.get("exemptionsToAssign") or args.get("exemptionsToRemove"):
        raise NotSimulated("tax exemptions of companies by name")
    for key in ("taxRegistrationId", "taxExempt"):
        if key in args:
            row["taxSettings"][key] = args[key]
    run.shop.touch(company["id"])
    return {"companyLocation": row, "userErrors": []}


def _delete_location(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "locations", args["companyLocationId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyLocationId")
        return refused("deletedCompanyLocationId", [error])
    if len(company["locations"]) == 1:
        raise NotSimulated("deleting the only location of a company")
    company["locations"].remove(row)
    run.shop.touch(company["id"])
    return {"deletedCompanyLocationId": row["id"], "userErrors": []}


COMPANY_MUTATIONS: Resolvers = {
    ("Mutation", "companyCreate"): _create,
    ("Mutation", "companyUpdate"): _update,
    ("Mutation", "companyDelete"): _delete,
    ("Mutation", "companyLocationCreate"): _create_location,
    ("Mutation", "companyLocationUpdate"): _update_location,
    ("Mutation", "companyLocationAssignAddress"): _assign_address,
    ("Mutation", "companyLocationTaxSettingsUpdate"): _taxes,
    ("Mutation", "companyLocationDelete"): _delete_location,
    **PEOPLE_MUTATIONS,
}
