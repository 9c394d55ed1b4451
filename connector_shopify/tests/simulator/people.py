# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Generate customers and addresses."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from . import samples
from .identity import Ids, iso

Object = dict[str, Any]


class PeopleGenerator:
    def __init__(self, rng: Random, ids: Ids, start: datetime) -> None:
        self.rng = rng
        self.ids = ids
        self.start = start
        self._guests = 0

    # === CUSTOMERS ===

    def customers(self, count: int) -> list[Object]:
        return [self.customer(index) for index in range(count)]

    def customer(self, index: int) -> Object:
        """Every person of the list once, then again with a number in the e-mail."""
        first, last, mail = samples.PEOPLE[index % len(samples.PEOPLE)]
        gid, number = self.ids.next("Customer")
        email = f"{mail}{index}@example.com"
        # Shopify keeps the case a customer typed, and compares without it.
        if index % 5 == 3:
            email = email.title()
        created = self.start - timedelta(days=self.rng.randrange(10, 700))
        names = {"first": first, "last": last}
        addresses = [
            self.address(names, kind="CustomerAddress") for _ in range(1 + index % 3)
        ]
        if index % 13 == 12:
            addresses = []
        return {
            "__typename": "Customer",
            "id": gid,
            "legacyResourceId": number,
            "firstName": first,
            "lastName": last,
            "displayName": f"{first} {last}",
            "createdAt": iso(created),
            "updatedAt": iso(created + timedelta(days=self.rng.randrange(9))),
            "defaultEmailAddress": self._email(email),
            "defaultPhoneNumber": self._phone(index),
            "taxExempt": index % 17 == 16,
            "taxExemptions": [],
            "locale": "de" if index % 2 else "en",
            "tags": sorted(self.rng.sample(samples.TAGS, self.rng.randrange(3))),
            "note": self.rng.choice(samples.NOTES),
            "state": "ENABLED" if index % 3 else "DISABLED",
            "verifiedEmail": bool(index % 4),
            "numberOfOrders": "0",
            "defaultAddress": addresses[0] if addresses else None,
            "addressesV2": addresses,
        }

    def _email(self, address: str) -> Object:
        states = ("NOT_SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED", "PENDING")
        return {"emailAddress": address, "marketingState": self.rng.choice(states)}

    def _phone(self, index: int) -> Object | None:
        if index % 3:
            return None
        return {"phoneNumber": f"+49151{20000000 + index}"}

    def guest(self) -> tuple[str, str, str, str]:
        """Return first name, last name, e-mail, phone of somebody without account."""
        self._guests += 1
        first, last, mail = self.rng.choice(samples.PEOPLE)
        email = f"{mail}.guest{self._guests}@example.org"
        return first, last, email, f"+49160{30000000 + self._guests}"

    # === ADDRESSES ===

    def address(
        self,
        names: dict[str, str],
        company: str | None = None,
        phone: str | None = None,
        kind: str = "Address",
    ) -> Object:
        """Return a ``MailingAddress``; order addresses have another model name."""
        gid, _ = self.ids.next("MailingAddress", f"?model_name={kind}")
        place = self.rng.choice(samples.PLACES)
        street = self.rng.choice(samples.STREETS)
        floor = f"{self.rng.randrange(1, 9)}. OG" if self.rng.random() < 0.25 else None
        if phone is None and self.rng.random() < 0.4:
            phone = f"{place.prefix}{self.rng.randrange(10**6, 10**7)}"
        return {
            "__typename": "MailingAddress",
            "id": gid,
            "firstName": names["first"],
            "lastName": names["last"],
            "name": f"{names['first']} {names['last']}",
            "company": company,
            "address1": f"{street} {self.rng.randrange(1, 200)}",
            "address2": floor,
            "city": place.city,
            "zip": place.zip or None,
            "province": place.province,
            "provinceCode": place.province_code,
            "country": place.country,
            "countryCodeV2": place.code,
            "phone": phone,
        }

    def copy_for_order(self, address: Object, **changes: Any) -> Object:
        """Return an order's own copy of an address."""
        gid, _ = self.ids.next("MailingAddress", "?model_name=Address")
        return {**address, "id": gid, **changes}
