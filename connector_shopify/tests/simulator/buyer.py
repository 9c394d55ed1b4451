# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Choose who buys: customer or guest, contact data, addresses, company."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any

from .people import PeopleGenerator

Object = dict[str, Any]


@dataclass(slots=True)
class Buyer:
    """`names`: first and last name; `company` is a ``PurchasingCompany`` or None."""

    names: dict[str, str]
    email: str | None
    phone: str | None
    customer: Object | None
    company: Object | None
    billing: Object | None
    shipping: Object | None

    @property
    def company_name(self) -> str | None:
        return self.company["company"]["name"] if self.company else None

    @property
    def purchasing_entity(self) -> Object | None:
        return self.company or self.customer


class BuyerGenerator:
    def __init__(
        self,
        rng: Random,
        people: PeopleGenerator,
        customers: list[Object],
        companies: list[Object],
    ) -> None:
        self.rng = rng
        self.people = people
        self.customers = customers
        self.companies = companies

    def choose(self, scenarios: list[str]) -> Buyer:
        if self._is_guest(set(scenarios)):
            buyer = self._guest(scenarios)
        else:
            buyer = self._customer(scenarios)
        self._add_addresses(buyer, scenarios)
        return buyer

    def _is_guest(self, scenarios: set[str]) -> bool:
        by_chance = self.rng.random() < 0.08
        if scenarios & {"guest", "other_case_guest", "phone_only"}:
            return True
        return by_chance and not scenarios & {"b2b", "other_case_email"}

    def _customer(self, scenarios: list[str]) -> Buyer:
        customer = self.rng.choice(self.customers)
        names = {"first": customer["firstName"], "last": customer["lastName"]}
        email = customer["defaultEmailAddress"]["emailAddress"]
        if "other_case_email" in scenarios:
            email = email.swapcase()
        phone = customer["defaultPhoneNumber"]
        company = self.rng.choice(self.companies) if "b2b" in scenarios else None
        number = phone["phoneNumber"] if phone else None
        return Buyer(names, email, number, customer, company, None, None)

    def _guest(self, scenarios: list[str]) -> Buyer:
        if "other_case_guest" in scenarios:
            # Somebody with an account who ordered without signing in.
            known = self._customer([])
            upper = (known.email or "").upper()
            return Buyer(known.names, upper, None, None, None, None, None)
        first, last, email, phone = self.people.guest()
        names = {"first": first, "last": last}
        if "phone_only" in scenarios:
            return Buyer(names, None, phone, None, None, None, None)
        return Buyer(names, email, None, None, None, None, None)

    def _add_addresses(self, buyer: Buyer, scenarios: list[str]) -> None:
        billing = self._billing(buyer)
        if "no_country" in scenarios:
            billing = {**billing, "country": None, "countryCodeV2": None}
        buyer.billing = billing
        if "no_shipping_address" in scenarios or "cash_rounding" in scenarios:
            return
        if "same_address" in scenarios or self.rng.random() < 0.6:
            buyer.shipping = self.people.copy_for_order(billing)
            return
        names = dict(buyer.names)
        if self.rng.random() < 0.3:
            names = {"first": "Erika", "last": "Mustermann"}
        buyer.shipping = self.people.address(names, buyer.company_name)

    def _billing(self, buyer: Buyer) -> Object:
        known = buyer.customer["addressesV2"] if buyer.customer else []
        if known and self.rng.random() < 0.8:
            address = self.rng.choice(known)
            return self.people.copy_for_order(address, company=buyer.company_name)
        return self.people.address(buyer.names, buyer.company_name, buyer.phone)
