# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of the people who buy for B2B companies, and of their roles."""

from __future__ import annotations

from typing import Any

from .company_rules import known, refused, user_error
from .customer_rules import input_errors
from .customer_writes import new_customer, write_customer
from .identity import iso
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

CONTACT = {"email", "firstName", "lastName", "phone", "title", "locale"}


def find_company(run: Run, gid: str) -> Object | None:
    found: Object | None = run.shop.collection("companies").objects.get(gid)
    return found


def find_part(run: Run, name: str, gid: str) -> tuple[Object | None, Object | None]:
    """Return a location or contact and its company."""
    for company in run.shop.collection("companies").objects.values():
        for row in company[name]:
            if row["id"] == gid:
                return row, company
    return None, None


def _add_contact(run: Run, company: Object, customer: Object) -> Object:
    gid, _ = run.shop.generator.ids.next("CompanyContact")
    moment = iso(run.shop.now())
    row = {
        "__typename": "CompanyContact",
        "id": gid,
        "title": None,
        "isMainContact": not company["contacts"],
        "createdAt": moment,
        "updatedAt": moment,
        "customer": customer,
        "roleAssignments": [],
    }
    company["contacts"].append(row)
    run.shop.touch(company["id"])
    return row


def _create_contact(run: Run, obj: Object, args: Args) -> Object:
    company, values = find_company(run, args["companyId"]), args["input"]
    if company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyId")
        return refused("companyContact", [error])
    known(values, CONTACT, "CompanyContactInput")
    person = {key: value for key, value in values.items() if key != "title"}
    errors = [
        user_error("TAKEN" if "taken" in each["message"] else "INVALID", "input")
        | {"message": each["message"]}
        for each in input_errors(run, person, None)
    ]
    if not values.get("email"):
        errors.append(user_error("BLANK", "input", "email"))
    if errors:
        return refused("companyContact", errors)
    customer = new_customer(run)
    run.shop.collection("customers").objects[customer["id"]] = customer
    write_customer(run, customer, person)
    run.shop.touch(customer["id"])
    row = _add_contact(run, company, customer)
    row["title"] = values.get("title")
    return {"companyContact": row, "userErrors": []}


def _assign(run: Run, obj: Object, args: Args) -> Object:
    company = find_company(run, args["companyId"])
    customer = run.shop.collection("customers").objects.get(args["customerId"])
    if company is None or customer is None:
        name = "companyId" if company is None else "customerId"
        return refused("companyContact", [user_error("RESOURCE_NOT_FOUND", name)])
    if any(row["customer"] is customer for row in company["contacts"]):
        return refused("companyContact", [user_error("TAKEN", "customerId")])
    if not customer["defaultEmailAddress"]:
        return refused("companyContact", [user_error("INVALID", "customerId")])
    row = _add_contact(run, company, customer)
    return {"companyContact": row, "userErrors": []}


def _update_contact(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "contacts", args["companyContactId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyContactId")
        return refused("companyContact", [error])
    known(args["input"], {"title"}, "CompanyContactInput of a change")
    row.update(args["input"])
    run.shop.touch(company["id"])
    return {"companyContact": row, "userErrors": []}


def _remove_contact(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "contacts", args["companyContactId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyContactId")
        return refused("removedCompanyContactId", [error])
    company["contacts"].remove(row)
    run.shop.touch(company["id"])
    return {"removedCompanyContactId": row["id"], "userErrors": []}


def _assign_roles(run: Run, obj: Object, args: Args) -> Object:
    row, company = find_part(run, "contacts", args["companyContactId"])
    if row is None or company is None:
        error = user_error("RESOURCE_NOT_FOUND", "companyContactId")
        return refused("roleAssignments", [error])
    places = {place["id"]: place for place in company["locations"]}
    has = {entry["companyLocation"]["id"] for entry in row["roleAssignments"]}
    made = []
    for wanted in args["rolesToAssign"]:
        place = places.get(wanted["companyLocationId"])
        role = company["defaultRole"]
        if place is None or wanted["companyContactRoleId"] != role["id"]:
            error = user_error("RESOURCE_NOT_FOUND", "rolesToAssign")
            return refused("roleAssignments", [error])
        if place["id"] in has:
            return refused("roleAssignments", [user_error("TAKEN", "rolesToAssign")])
        gid, _ = run.shop.generator.ids.next("CompanyContactRoleAssignment")
        made.append({"id": gid, "companyLocation": place, "role": role})
    row["roleAssignments"].extend(made)
    return {"roleAssignments": made, "userErrors": []}


def _contact(run: Run, obj: Object, args: Args) -> Object | None:
    row, company = find_part(run, "contacts", args["id"])
    return {**row, "company": company} if row else None


COMPANY_QUERIES: Resolvers = {("QueryRoot", "companyContact"): _contact}
PEOPLE_MUTATIONS: Resolvers = {
    ("Mutation", "companyContactCreate"): _create_contact,
    ("Mutation", "companyAssignCustomerAsContact"): _assign,
    ("Mutation", "companyContactUpdate"): _update_contact,
    ("Mutation", "companyContactRemoveFromCompany"): _remove_contact,
    ("Mutation", "companyContactAssignRoles"): _assign_roles,
}
