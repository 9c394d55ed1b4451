# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations of customers: what they refuse, they refuse as ``userErrors``."""

from __future__ import annotations

from typing import Any

from .address_writes import ADDRESS_MUTATIONS, add_address, address_errors
from .customer_rules import input_errors, user_error
from .errors import NotSimulated
from .identity import iso, type_of
from .run import Resolvers, Run

Object = dict[str, Any]
Args = dict[str, Any]

#: keys of CustomerInput: keys of Customer
PLAIN = {
    "firstName": "firstName",
    "lastName": "lastName",
    "note": "note",
    "locale": "locale",
    "taxExempt": "taxExempt",
}
KNOWN = {
    *PLAIN,
    "id",
    "email",
    "phone",
    "tags",
    "taxExemptions",
    "addresses",
    "emailMarketingConsent",
}
#: what an app may set; the others are for Shopify itself
CONSENTS = {"SUBSCRIBED", "UNSUBSCRIBED", "PENDING"}


def _customer(run: Run, gid: str | None) -> Object | None:
    if not gid or type_of(gid) != "Customer":
        return None
    return run.shop.find(gid)


def _create(run: Run, obj: Object, args: Args) -> Object:
    values = _known(args["input"])
    errors = input_errors(run, values, None) + _book_errors(values)
    if "id" in values:
        errors.append(user_error("Cannot specify ID on creation", "id"))
    if not any(values.get(key) for key in ("email", "phone", "firstName", "lastName")):
        errors.append(
            user_error("A name, phone number, or email address must be present")
        )
    if errors:
        return {"customer": None, "userErrors": errors}
    row = new_customer(run)
    run.shop.collection("customers").objects[row["id"]] = row
    write_customer(run, row, values)
    consent = values.get("emailMarketingConsent")
    if consent and row["defaultEmailAddress"]:
        row["defaultEmailAddress"]["marketingState"] = consent["marketingState"]
    run.shop.touch(row["id"])
    return {"customer": row, "userErrors": []}


def new_customer(run: Run) -> Object:
    """Return a customer of whom nothing is known."""
    gid, number = run.shop.generator.ids.next("Customer")
    moment = iso(run.shop.now())
    return {
        "__typename": "Customer",
        "id": gid,
        "legacyResourceId": number,
        "firstName": None,
        "lastName": None,
        "displayName": "",
        "createdAt": moment,
        "updatedAt": moment,
        "defaultEmailAddress": None,
        "defaultPhoneNumber": None,
        "taxExempt": False,
        "taxExemptions": [],
        "locale": "en",
        "tags": [],
        "note": None,
        "state": "DISABLED",
        "verifiedEmail": False,
        "numberOfOrders": "0",
        "defaultAddress": None,
        "addressesV2": [],
    }


def _update(run: Run, obj: Object, args: Args) -> Object:
    values = _known(args["input"])
    row = _customer(run, values.get("id"))
    if row is None:
        error = user_error("Customer does not exist", "id")
        return {"customer": None, "userErrors": [error]}
    errors = input_errors(run, values, row["id"]) + _book_errors(values)
    if "emailMarketingConsent" in values:
        message = (
            "To update emailMarketingConsent, please use the"
            " customerEmailMarketingConsentUpdate Mutation instead"
        )
        errors.append(user_error(message, "emailMarketingConsent"))
    if errors:
        return {"customer": None, "userErrors": errors}
    write_customer(run, row, values)
    run.shop.touch(row["id"])
    return {"customer": row, "userErrors": []}


def _delete(run: Run, obj: Object, args: Args) -> Object:
    row = _customer(run, args["input"]["id"])
    message = ""
    if row is None:
        message = "Customer can't be found"
    elif any(o["customer"] is row for o in run.shop.orders.values()):
        message = "Customer can’t be deleted because they have associated orders"
    if message or row is None:
        return {"deletedCustomerId": None, "userErrors": [user_error(message, "id")]}
    customers = run.shop.collection("customers")
    del customers.objects[row["id"]]
    customers.changed()
    return {"deletedCustomerId": row["id"], "userErrors": []}


def _consent(run: Run, obj: Object, args: Args) -> Object:
    values = args["input"]
    row = _customer(run, values["customerId"])
    consent = values["emailMarketingConsent"]
    if row is None:
        return _consent_refused("Customer not found", "input", "customerId")
    if consent.get("sourceLocationId") or consent.get("consentUpdatedAt"):
        raise NotSimulated("when and where consent was given")
    if consent["marketingState"] not in CONSENTS:
        name = consent["marketingState"]
        message = f"Marketing state cannot be set to {name}"
        path = ("input", "emailMarketingConsent", "marketingState")
        return _consent_refused(message, *path)
    if row["defaultEmailAddress"] is None:
        return _consent_refused(
            "An email address is required to set the email marketing consent state.",
            "input",
        )
    row["defaultEmailAddress"]["marketingState"] = consent["marketingState"]
    run.shop.touch(row["id"])
    return {"customer": row, "userErrors": []}


def _consent_refused(message: str, *field: str) -> Object:
    kind = "CustomerEmailMarketingConsentUpdateUserError"
    error = {**user_error(message, *field), "__typename": kind, "code": "INVALID"}
    return {"customer": None, "userErrors": [error]}


def _erase(run: Run, obj: Object, args: Args) -> Object:
    row = _customer(run, args["customerId"])
    if row is None:
        error = {**user_error("Customer does not exist", "customerId")}
        error.update(
            __typename="CustomerRequestDataErasureUserError", code="DOES_NOT_EXIST"
        )
        return {"customerId": None, "userErrors": [error]}
    # no field of the schema: a test looks at it
    row["erasureRequested"] = True
    return {"customerId": row["id"], "userErrors": []}


def _known(values: Args) -> Args:
    for name in values.keys() - KNOWN:
        raise NotSimulated(f"CustomerInput.{name}")
    return values


def _book_errors(values: Args) -> list[Object]:
    return [
        error
        for place, address in enumerate(values.get("addresses") or ())
        for error in address_errors(address, "addresses", str(place))
    ]


def write_customer(run: Run, row: Object, values: Args) -> None:
    for key, name in PLAIN.items():
        if key in values:
            row[name] = values[key]
    if "tags" in values:
        tags = [t.strip() for text in values["tags"] or () for t in text.split(",")]
        row["tags"] = sorted(dict.fromkeys(filter(None, tags)))
    if "taxExemptions" in values:
        row["taxExemptions"] = list(values["taxExemptions"] or ())
    if "email" in values:
        _write_email(row, values["email"])
    if "phone" in values:
        phone = "".join((values["phone"] or "").split())
        row["defaultPhoneNumber"] = {"phoneNumber": phone} if phone else None
    names = filter(None, (row["firstName"], row["lastName"]))
    email = (row["defaultEmailAddress"] or {}).get("emailAddress", "")
    row["displayName"] = " ".join(names) or email
    if values.get("addresses"):
        # the list replaces what was there
        row["addressesV2"], row["defaultAddress"] = [], None
        for address in values["addresses"]:
            add_address(run, row, address)


def _write_email(row: Object, email: str | None) -> None:
    if not email:
        row["defaultEmailAddress"] = None
        return
    before = row["defaultEmailAddress"] or {"marketingState": "NOT_SUBSCRIBED"}
    # Shopify keeps new addresses in lower case
    row["defaultEmailAddress"] = {**before, "emailAddress": email.strip().lower()}


# === LOOKING UP ===


def _by_identifier(run: Run, obj: Object, args: Args) -> Object | None:
    (kind, value), *_rest = args["identifier"].items()
    if kind == "id":
        return _customer(run, value)
    if kind == "customId":
        raise NotSimulated("customerByIdentifier by customId")
    part, key = {
        "emailAddress": ("defaultEmailAddress", "emailAddress"),
        "phoneNumber": ("defaultPhoneNumber", "phoneNumber"),
    }[kind]
    wanted = "".join(value.split()).lower()
    for row in run.shop.collection("customers").objects.values():
        if row[part] and row[part][key].lower() == wanted:
            return row
    return None


CUSTOMER_QUERIES: Resolvers = {("QueryRoot", "customerByIdentifier"): _by_identifier}
CUSTOMER_MUTATIONS: Resolvers = {
    ("Mutation", "customerCreate"): _create,
    ("Mutation", "customerUpdate"): _update,
    ("Mutation", "customerDelete"): _delete,
    ("Mutation", "customerEmailMarketingConsentUpdate"): _consent,
    ("Mutation", "customerRequestDataErasure"): _erase,
    **ADDRESS_MUTATIONS,
}
