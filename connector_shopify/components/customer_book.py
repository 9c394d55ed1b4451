# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Entries of a customer's address book compared with what is to be added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: field of MailingAddressInput: field of MailingAddress
COMPARED = {
    "address1": "address1",
    "address2": "address2",
    "zip": "zip",
    "city": "city",
    "countryCode": "countryCodeV2",
}


def find(nodes: Sequence[dict[str, Any]], wanted: dict[str, Any]) -> str:
    """Return the id of the entry that is the same place, or ""."""
    for node in nodes:
        if all(
            _plain(node.get(theirs)) == _plain(wanted.get(ours))
            for ours, theirs in COMPARED.items()
        ) and _plain(_name(node)) == _plain(_name(wanted)):
            return str(node["id"])
    return ""


def _name(address: dict[str, Any]) -> str:
    return f"{address.get('firstName') or ''} {address.get('lastName') or ''}"


def _plain(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()
