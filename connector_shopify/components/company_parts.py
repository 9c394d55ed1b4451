# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Branches and people of a company, told to a store one by one."""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.components.push import Push

from ..const import LINES_WITH_ORDER
from . import company_answer as answer
from .client import ShopifyClient
from .customer_answer import is_changed

Entry = dict[str, Any]


class CompanyParts:
    """Tells what is new of branches and people.

    A part that Odoo has no link of is looked for first, so that repeating it adds
    nothing twice: branches by their number, people by their e-mail address.

    ``links`` are those it made or found, ``gone`` those it took away.
    """

    def __init__(self, client: ShopifyClient, there: Entry, push: Push) -> None:
        self._client, self._there, self._push = client, there, push
        self._places: dict[str, Entry] = {
            node["id"]: node for node in there["locations"]["nodes"]
        }
        self._people: dict[str, Entry] = {
            node["id"]: node for node in there["contacts"]["nodes"]
        }
        self.links: dict[tuple[str, int], str] = {}
        self._removed: list[tuple[str, str]] = []
        #: ids of branches and people that Odoo has no link of yet
        self._new: set[str] = set()
        self.called = False

    @property
    def gone(self) -> tuple[tuple[str, str], ...]:
        """(entity, remote id) of what was taken away."""
        return tuple(self._removed)

    def is_settled(self) -> bool:
        """Return whether nothing is to be added or taken away."""
        payload = self._push.payload
        entries = (*payload["locations"], *payload["contacts"])
        return all(entry["id"] and not entry["removed"] for entry in entries)

    def tell(self) -> None:
        """Tell all of it, and let people order where they, or the branch, are new."""
        payload = self._push.payload
        for entry in payload["locations"]:
            self._tell_location(entry)
        for entry in payload["contacts"]:
            self._tell_contact(entry)
        for person in self._people:
            new = (
                self._places if person in self._new else self._places.keys() & self._new
            )
            if new:
                self._let_order(person, set(new))

    # === BRANCHES ===#

    def _tell_location(self, entry: Entry) -> None:
        there = self._place_of(entry)
        if entry["removed"]:
            if there:
                place = {"companyLocationId": there}
                self._run("company_location_delete", "companyLocationDelete", place)
                self._removed.append(("company_location", there))
                del self._places[there]
        elif there:
            self._note("company_location", entry, there)
            self._change_location(entry, there)
        else:
            values: Entry = {
                "companyId": self._there["id"],
                "input": self.new_location(entry),
            }
            data = self._run("company_location_create", "companyLocationCreate", values)
            there = data["companyLocation"]["id"]
            self._places[there] = {}
            self._note("company_location", entry, there)

    def _note(self, entity: str, entry: Entry, there: str) -> None:
        if entry["origin"]:
            self.links[answer.link(entity, entry)] = there
            self._new.add(there)

    @staticmethod
    def new_location(entry: Entry) -> Entry:
        """Return CompanyLocationInput of a new branch."""
        values: Entry = {}
        for part in (*entry["fields"].values(), *entry["taxes"].values()):
            values.update({key: value for key, value in part.items() if value})
        if "shipping" in entry:
            values["shippingAddress"] = entry["shipping"]
            if "billing" not in entry:
                values["billingSameAsShipping"] = True
        if "billing" in entry:
            values["billingAddress"] = entry["billing"]
        return values

    def _place_of(self, entry: Entry) -> str:
        """Return the id of the branch that is meant, or ""."""
        if entry["id"]:
            return entry["id"] if entry["id"] in self._places else ""
        number = entry["fields"].get("reference", {}).get("externalId")
        for gid, node in self._places.items():
            if number and node.get("externalId") == number:
                return gid
        return ""

    def _change_location(self, entry: Entry, gid: str) -> None:
        path = f"locations[{gid}]" if entry["id"] else ""
        fields: Entry = {}
        for name, part in entry["fields"].items():
            if self._is_news(path, name):
                fields.update(part)
        if fields:
            values = {"companyLocationId": gid, "input": fields}
            self._run("company_location_update", "companyLocationUpdate", values)
        self._change_addresses(entry, gid, path)
        taxes: Entry = {}
        for name, part in entry["taxes"].items():
            if self._is_news(path, name):
                taxes.update(part)
        if taxes:
            values = {"companyLocationId": gid, **taxes}
            mutation = "companyLocationTaxSettingsUpdate"
            self._run("company_location_taxes", mutation, values)

    def _change_addresses(self, entry: Entry, gid: str, path: str) -> None:
        """Change where goods go; invoices go there too unless they went elsewhere."""
        node = self._places[gid]
        together = "billing" not in entry and _same_place(
            node.get("shippingAddress"), node.get("billingAddress")
        )
        for name, kinds in (
            ("shipping", ["SHIPPING", "BILLING"] if together else ["SHIPPING"]),
            ("billing", ["BILLING"]),
        ):
            if name in entry and self._is_news(path, name):
                values = {
                    "locationId": gid,
                    "address": {
                        **_person_at(node.get(f"{name}Address")),
                        **entry[name],
                    },
                    "addressTypes": kinds,
                }
                mutation = "companyLocationAssignAddress"
                self._run("company_location_address", mutation, values)

    # === PEOPLE ===#

    def _tell_contact(self, entry: Entry) -> None:
        there = self._person_of(entry)
        if entry["removed"]:
            if there:
                mutation = "companyContactRemoveFromCompany"
                values = {"companyContactId": there}
                self._run("company_contact_remove", mutation, values)
                self._removed.append(("company_contact", there))
                del self._people[there]
            return
        if not there and "input" not in entry:
            return
        there = there or self._add_contact(entry)
        self._note("company_contact", entry, there)
        self._tell_title(entry, there)

    def _add_contact(self, entry: Entry) -> str:
        """Make a person, or a customer who is there, buy for the company."""
        company = {"companyId": self._there["id"]}
        customer = entry["customer_id"] or self._customer(entry["input"]["email"])
        if customer:
            mutation = "companyAssignCustomerAsContact"
            values = {**company, "customerId": customer}
            data = self._run("company_contact_assign", mutation, values)
        else:
            values = {**company, "input": entry["input"]}
            data = self._run("company_contact_create", "companyContactCreate", values)
        contact = data["companyContact"]
        self._people[contact["id"]] = contact
        self.links[answer.link("customer", entry)] = contact["customer"]["id"]
        return str(contact["id"])

    def _person_of(self, entry: Entry) -> str:
        """Return the id of the contact who is meant, or ""."""
        if entry["id"]:
            return entry["id"] if entry["id"] in self._people else ""
        if "input" not in entry:
            return ""
        wanted = _plain(entry["input"]["email"])
        for gid, node in self._people.items():
            customer = node["customer"]
            if customer["id"] == entry["customer_id"]:
                return gid
            email = (customer.get("defaultEmailAddress") or {}).get("emailAddress")
            if wanted and _plain(email) == wanted:
                return gid
        return ""

    def _customer(self, email: str) -> str:
        """Return the id of the customer with exactly this e-mail, or ""."""
        data = self._client.query(
            "customer_by_identifier",
            identifier={"emailAddress": email},
            lines=LINES_WITH_ORDER,
        )
        found = data["customerByIdentifier"] or {}
        has = (found.get("defaultEmailAddress") or {}).get("emailAddress")
        return str(found["id"]) if _plain(has) == _plain(email) else ""

    def _tell_title(self, entry: Entry, gid: str) -> None:
        title = self._people[gid].get("title") or None
        if "title" in entry and entry["title"] != title:
            path = f"contacts[{gid}]" if entry["id"] else ""
            if self._is_news(path, "title"):
                values = {"companyContactId": gid, "input": {"title": entry["title"]}}
                self._run("company_contact_update", "companyContactUpdate", values)

    def _let_order(self, person: str, places: set[str]) -> None:
        """Give a contact the company's default role where they have none.

        Without one they cannot order. What else the store has decided is left alone.
        """
        data = self._client.query("company_contact_role", id=person)
        contact = data["companyContact"] or {"company": {}}
        role = (contact["company"].get("defaultRole") or {}).get("id")
        if not role:
            return
        has = {
            row["companyLocation"]["id"] for row in contact["roleAssignments"]["nodes"]
        }
        roles = [
            {"companyContactRoleId": role, "companyLocationId": place}
            for place in sorted(places - has)
        ]
        if roles:
            values = {"companyContactId": person, "rolesToAssign": roles}
            mutation = "companyContactAssignRoles"
            self._run("company_contact_roles", mutation, values)

    # === CALLS ===#

    def _is_news(self, path: str, name: str) -> bool:
        return not path or is_changed(self._push, f"{path}.{name}")

    def _run(self, name: str, mutation: str, values: Entry) -> Entry:
        data: Entry = self._client.execute(name, values)[mutation]
        answer.check(data["userErrors"])
        self.called = True
        return data


def _person_at(address: Entry | None) -> Entry:
    """Return for whom things are at an address: Odoo says but where it is."""
    said = {
        key: (address or {})[key]
        for key in ("recipient", "firstName", "lastName", "phone")
        if (address or {}).get(key)
    }
    if "recipient" in said:
        said.pop("firstName", None)
        said.pop("lastName", None)
    return said


def _same_place(one: Entry | None, other: Entry | None) -> bool:
    return not other or all(
        (one or {}).get(key) == value for key, value in other.items() if key != "id"
    )


def _plain(text: str | None) -> str:
    return (text or "").strip().casefold()
