# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Customers of Odoo in a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Push,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents.merge import same
from odoo.addons.connector_hub.exceptions import NotFound, Rejected

from ..const import LINES_WITH_ORDER
from . import customer_answer as answer
from . import customer_book
from .customer_payload import is_place

#: seconds: longer than a call can take
VISIBLE_AFTER = 60.0


class ShopifyCustomerSender(Component):
    """One customer per call.

    Every operation is probed: a creation by the exact e-mail or phone number, which
    Shopify keeps unique; a change by comparing what is there. Changes set values, so
    repeating one has no second effect; an address that is there is not added again.
    """

    _name = "hub.shopify.customer.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.customer"

    def operations(self) -> dict[str, Operation]:
        """Nothing stands for archiving: Shopify has no such customers."""
        names = {
            "create": "customerCreate",
            "update": "customerUpdate",
            "delete": "customerDelete",
        }
        return {
            action: Operation(name, Safety.PROBED, visible_after=VISIBLE_AFTER)
            for action, name in names.items()
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Send customers; what a store refuses concerns one of them alone."""
        results = {}
        for push in pushes:
            try:
                results[push.record] = getattr(self, f"_{action}")(push)
            except (Rejected, NotFound) as error:
                results[push.record] = Pushed(error=error)
        return results

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look customers up by id, or by the e-mail or phone number they have."""
        return {push.record: self._probe(action, push) for push in pushes}

    # === CREATION ===#

    def _create(self, push: Push) -> Pushed:
        entry = self._creation(push)
        data = self._run("customer_create", input=entry)["customerCreate"]
        if any(answer.TAKEN in error["message"] for error in data["userErrors"]):
            return self._adopt(push, data["userErrors"])
        answer.check(data["userErrors"])
        created = data["customer"]
        links = self._add_addresses(created, push.payload)
        if links:
            created = self._read(created["id"])
        return answer.pushed(created, push, links)

    def _creation(self, push: Push) -> dict[str, Any]:
        """Return the CustomerInput of a new customer."""
        payload = push.payload
        entry: dict[str, Any] = {}
        for part in payload["fields"].values():
            entry.update(part)
        if payload.get("consent") is not None and entry.get("email"):
            entry["emailMarketingConsent"] = answer.consent_input(payload["consent"])
        if is_place(payload.get("address")):
            entry["addresses"] = [{**payload["person"], **payload["address"]}]
        return entry

    def _adopt(self, push: Push, errors: list[dict[str, Any]]) -> Pushed:
        """Take the customer who has this very e-mail for the one we meant.

        The phone number alone does not make a person: families share one.
        """
        email = push.payload["fields"].get("email", {}).get("email")
        found = self._by_email(email) if email else None
        if not found:
            answer.check(errors)
            raise Rejected(
                "Shopify says that this customer exists, and does not show one.",
                remedy="Look the customer up in Shopify, then retry.",
                code="taken",
            )
        return Pushed(
            found["id"],
            answer.version_of(found),
            state=answer.state_of(found),
            matched=True,
        )

    # === CHANGES ===#

    def _update(self, push: Push) -> Pushed:
        payload, gid = push.payload, push.remote_id
        fields = self._changed_fields(push)
        there: dict[str, Any] | None = None
        called = False
        if fields:
            data = self._run("customer_update", input={"id": gid, **fields})
            answer.check(data["customerUpdate"]["userErrors"])
            there, called = data["customerUpdate"]["customer"], True
        if "consent" in payload and answer.is_changed(push, "accepts_marketing"):
            self._tell_consent(gid, payload["consent"])
            there, called = None, True
        links: dict[tuple[str, int], str] = {}
        gone: list[str] = []
        if answer.addresses_changed(push):
            there = there or self._read(gid)
            self._change_default(there, push)
            gone = self._change_book(there, push)
            links = self._add_addresses(there, payload)
            there, called = None, True
        if not called:
            # nothing that a store has a place for
            return Pushed(gid)
        result = answer.pushed(there or self._read(gid), push, links)
        return replace(result, unlinked=tuple(("address", book) for book in gone))

    def _changed_fields(self, push: Push) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for name, part in push.payload["fields"].items():
            if answer.is_changed(push, name):
                fields.update(part)
        return fields

    def _tell_consent(self, gid: str, consent: bool) -> None:
        entry = {
            "customerId": gid,
            "emailMarketingConsent": answer.consent_input(consent),
        }
        data = self._run("customer_consent", lines=False, input=entry)
        answer.check(data["customerEmailMarketingConsentUpdate"]["userErrors"])

    def _change_default(self, there: dict[str, Any], push: Push) -> None:
        """Change the default address, or make one."""
        address = push.payload.get("address")
        if not address or not answer.is_changed(push, "default_address"):
            return
        default = (there.get("defaultAddress") or {}).get("id")
        ids: dict[str, Any] = {"customerId": there["id"]}
        if default:
            ids["addressId"] = default
            data = self._run("customer_address_update", False, **ids, address=address)
            answer.check(data["customerAddressUpdate"]["userErrors"])
        elif is_place(address):
            address = {**push.payload["person"], **address}
            data = self._run(
                "customer_address_create",
                False,
                **ids,
                address=address,
                setAsDefault=True,
            )
            answer.check(data["customerAddressCreate"]["userErrors"])

    def _change_book(self, there: dict[str, Any], push: Push) -> list[str]:
        """Change and delete entries that exist there; return what is gone."""
        known = {node["id"] for node in there["addressesV2"]["nodes"]}
        entries = push.payload.get("addresses", ())
        gone = [entry["id"] for entry in entries if entry["removed"]]
        for entry in entries:
            gid = entry["id"]
            if gid not in known or not answer.is_changed(push, f"addresses[{gid}]"):
                continue
            ids = {"customerId": there["id"], "addressId": gid}
            if entry["removed"]:
                data = self._run("customer_address_delete", False, **ids)
                answer.check(data["customerAddressDelete"]["userErrors"])
            else:
                data = self._run(
                    "customer_address_update", False, **ids, address=entry["input"]
                )
                answer.check(data["customerAddressUpdate"]["userErrors"])
        return gone

    def _add_addresses(
        self, there: dict[str, Any], payload: dict[str, Any]
    ) -> dict[tuple[str, int], str]:
        """Add entries that only Odoo has, unless the same address is there already.

        :return: links of the Odoo records to them
        """
        links = {}
        nodes = there["addressesV2"]["nodes"]
        for entry in payload.get("addresses", ()):
            if entry["id"] or not entry["origin"]:
                continue
            gid = customer_book.find(nodes, entry["input"])
            if not gid:
                data = self._run(
                    "customer_address_create",
                    False,
                    customerId=there["id"],
                    address=entry["input"],
                )["customerAddressCreate"]
                answer.check(data["userErrors"])
                gid = data["address"]["id"]
            links["address", int(entry["origin"].partition(",")[2])] = gid
        return links

    # === DELETION ===#

    def _delete(self, push: Push) -> Pushed:
        data = self._run("customer_delete", False, input={"id": push.remote_id})
        answer.check(data["customerDelete"]["userErrors"])
        return Pushed(push.remote_id)

    # === LOOKING UP ===#

    def _probe(self, action: str, push: Push) -> Probed:
        if action == "create":
            return self._probe_creation(push)
        try:
            there = self._read(push.remote_id)
        except NotFound:
            return Probed(happened=action == "delete", remote_id=push.remote_id)
        if action == "delete":
            return Probed(happened=False)
        state = answer.state_of(there)
        happened = all(
            same(state.get(p), new) for p, (_o, new) in answer.told(push, state)
        )
        return Probed(happened, there["id"], answer.version_of(there), state)

    def _probe_creation(self, push: Push) -> Probed:
        fields = push.payload["fields"]
        email = fields.get("email", {}).get("email")
        phone = fields.get("phone", {}).get("phone")
        there = self._by_email(email) if email else None
        if not email and phone:
            there = self._by({"phoneNumber": phone})
        if not there:
            return Probed(happened=False)
        return Probed(
            True, there["id"], answer.version_of(there), answer.state_of(there)
        )

    def _by_email(self, email: str) -> dict[str, Any] | None:
        """Return the customer with exactly this e-mail; case does not count."""
        found = self._by({"emailAddress": email})
        has = ((found or {}).get("defaultEmailAddress") or {}).get("emailAddress", "")
        return found if has.casefold() == email.strip().casefold() else None

    def _by(self, identifier: dict[str, str]) -> dict[str, Any] | None:
        data = self.client.query(
            "customer_by_identifier", identifier=identifier, lines=LINES_WITH_ORDER
        )
        found: dict[str, Any] | None = data["customerByIdentifier"]
        return found

    def _read(self, gid: str) -> dict[str, Any]:
        """Return a customer by id.

        :raises NotFound: there is none
        """
        data = self.client.query("customers_by_id", ids=[gid], lines=LINES_WITH_ORDER)
        node: dict[str, Any] | None = data["nodes"][0]
        if not node:
            raise answer.unknown()
        return node

    def _run(self, name: str, lines: bool = True, **variables: Any) -> dict[str, Any]:
        if lines:
            variables["lines"] = LINES_WITH_ORDER
        return self.client.execute(name, variables)
