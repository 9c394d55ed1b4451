# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What Shopify says of customers it does not take."""

from __future__ import annotations

import re
from typing import Any

from .run import Run

Object = dict[str, Any]

EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re.compile(r"\+[1-9][0-9]{6,14}")
LONGEST = {"firstName": 255, "lastName": 255, "note": 5000}
LABELS = {"firstName": "First name", "lastName": "Last name", "note": "Note"}


def user_error(message: str, *field: str) -> Object:
    return {"__typename": "UserError", "field": list(field) or None, "message": message}


def input_errors(run: Run, values: Object, gid: str | None) -> list[Object]:
    """Return what is wrong with a CustomerInput for the customer `gid`."""
    errors = []
    email, phone = values.get("email"), values.get("phone")
    if email and not EMAIL.fullmatch(email.strip()):
        errors.append(user_error("Email is invalid", "email"))
    elif email and _is_taken(run, gid, "defaultEmailAddress", "emailAddress", email):
        errors.append(user_error("Email has already been taken", "email"))
    if phone and not PHONE.fullmatch(re.sub(r"[\s().-]", "", phone)):
        errors.append(user_error("Phone is invalid", "phone"))
    elif phone and _is_taken(run, gid, "defaultPhoneNumber", "phoneNumber", phone):
        errors.append(user_error("Phone has already been taken", "phone"))
    locale = values.get("locale")
    if locale and not re.fullmatch(r"[a-z]{2}(-[A-Z]{2})?", locale):
        errors.append(user_error("Locale is invalid", "locale"))
    for name, longest in LONGEST.items():
        if len(values.get(name) or "") > longest:
            errors.append(user_error(_too_long(LABELS[name], longest), name))
    if any(len(tag) > 255 for tag in values.get("tags") or ()):
        errors.append(user_error(_too_long("Tags", 255), "tags"))
    if len(values.get("tags") or ()) > 250:
        errors.append(user_error("Tags cannot be more than 250", "tags"))
    return errors


def _too_long(label: str, longest: int) -> str:
    return f"{label} is too long (maximum is {longest} characters)"


def _is_taken(run: Run, gid: str | None, part: str, key: str, value: str) -> bool:
    wanted = re.sub(r"[\s()-]", "", value).lower()
    return any(
        row["id"] != gid and row[part] and row[part][key].lower() == wanted
        for row in run.shop.collection("customers").objects.values()
    )
