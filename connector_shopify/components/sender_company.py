# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Companies of Odoo in a store."""

from __future__ import annotations

import re
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
from odoo.addons.connector_hub.exceptions import (
    Conflict,
    HubError,
    NotFound,
    Rejected,
)

from . import company_answer as answer
from .company_parts import CompanyParts
from .customer_answer import is_changed, told
from .pages import Reader

#: seconds: longer than a call can take, and until a search shows what is new
VISIBLE_AFTER = 60.0
#: paths of branches and people
PART = re.compile(r"(locations|contacts)\[")


class ShopifyCompanySender(Component):
    """One company per message.

    Every operation is probed. A creation is one call, with the first branch, and is
    looked up by the company's number (``externalId``); what is left is told as a
    change. A change sets values, and looks before it adds a branch or a person: it may
    be repeated.
    """

    _name = "hub.shopify.company.sender"
    _inherit = "hub.shopify.sender"
    _usage = "hub.sender.company"

    def operations(self) -> dict[str, Operation]:
        """Nothing stands for archiving: Shopify has no such companies."""
        names = {
            "create": "companyCreate",
            "update": "companyUpdate",
            "delete": "companyDelete",
        }
        return {
            action: Operation(name, Safety.PROBED, visible_after=VISIBLE_AFTER)
            for action, name in names.items()
        }

    def push(self, action: str, pushes: Sequence[Push]) -> dict[str, Pushed]:
        """Send companies; what a store refuses concerns one of them alone."""
        results = {}
        for push in pushes:
            try:
                results[push.record] = getattr(self, f"_{action}")(push)
            except (Rejected, NotFound, Conflict) as error:
                results[push.record] = Pushed(error=error)
        return results

    def probe(self, action: str, pushes: Sequence[Push]) -> dict[str, Probed]:
        """Look companies up by id, or by the number they were created with."""
        return {push.record: self._probe(action, push) for push in pushes}

    # === CREATION ===#

    def _create(self, push: Push) -> Pushed:
        payload = push.payload
        found = self._find(payload)
        if found:
            return answer.pushed(found, push, matched=True)
        company = {
            key: v for part in payload["fields"].values() for key, v in part.items()
        }
        entry = {"company": company}
        first = next(iter(payload["locations"]), None)
        if first:
            entry["companyLocation"] = CompanyParts.new_location(first)
        data = self.client.execute("company_create", {"input": entry})["companyCreate"]
        try:
            answer.check(data["userErrors"])
        except Rejected as error:
            return self._taken(push, error)
        try:
            return self._created(push, self._read(data["company"]["id"]))
        except HubError:
            # it is there: that must not be forgotten, the rest is told as a change
            return self._unread(push, data["company"])

    def _taken(self, push: Push, error: Rejected) -> Pushed:
        """Look once more for a company whose number is taken: searches lag behind."""
        if error.code != "taken" or ".company." not in error.field:
            raise error
        found = self._find(push.payload)
        if found:
            return answer.pushed(found, push, matched=True)
        raise Conflict(error.message, remedy=error.remedy, code="taken")

    def _unread(self, push: Push, there: dict[str, Any]) -> Pushed:
        """Return a company of which nothing is known but that it is there."""
        links: dict[tuple[str, int], str] = {}
        places = there["locations"]["nodes"]
        if push.payload["locations"] and places:
            entry = push.payload["locations"][0]
            links[answer.link("company_location", entry)] = places[0]["id"]
        # or what was not told yet would pass for told
        state: dict[str, str | None] = dict.fromkeys(filter(PART.match, push.changed))
        return Pushed(there["id"], state=state, links=links, unfinished=True)

    def _created(self, push: Push, there: dict[str, Any]) -> Pushed:
        """Return what was created; branches and people that are left come later."""
        payload, links = push.payload, {}
        places = there["locations"]["nodes"]
        if payload["locations"] and len(places) == 1:
            links[answer.link("company_location", payload["locations"][0])] = places[0][
                "id"
            ]
        rest = len(payload["locations"]) > 1 or bool(payload["contacts"])
        done = answer.pushed(there, push, links=links, unfinished=rest)
        # or what was not told yet would pass for told
        unsaid = {path: None for path in push.changed if PART.match(path)}
        return replace(done, state={**unsaid, **(done.state or {})})

    def _find(self, payload: dict[str, Any]) -> dict[str, Any] | None:
        """Return the company that is meant: the same number, or name and tax number."""
        number, name = answer.identity(payload)
        taxes = [place["taxes"].get("tax_id", {}) for place in payload["locations"]]
        tax_ids = {tax.get("taxRegistrationId") for tax in taxes} - {None}
        terms = [answer.term("external_id", number)] if number else []
        if name and tax_ids:
            terms.append(answer.term("name", name))
        found = self._search(" OR ".join(terms)) if terms else []
        for there in found:
            if number and there["externalId"] == number:
                return there
        alike = [
            there
            for there in found
            if there["name"].casefold() == name.casefold()
            and tax_ids & answer.tax_ids(there)
        ]
        return alike[0] if len(alike) == 1 else None

    def _search(self, search: str) -> list[dict[str, Any]]:
        pages = Reader(self.client, "company").changed(search)
        return [node for nodes in pages for node in nodes]

    # === CHANGES ===#

    def _update(self, push: Push) -> Pushed:
        there = self._read(push.remote_id)
        fields: dict[str, Any] = {}
        for name, part in push.payload["fields"].items():
            if is_changed(push, name):
                fields.update(part)
        if fields:
            data = self.client.execute(
                "company_update", {"companyId": there["id"], "input": fields}
            )
            answer.check(data["companyUpdate"]["userErrors"])
        parts = CompanyParts(self.client, there, push)
        parts.tell()
        if fields or parts.called:
            there = self._read(push.remote_id)
        return answer.pushed(there, push, links=parts.links, unlinked=parts.gone)

    # === DELETION ===#

    def _delete(self, push: Push) -> Pushed:
        """Delete a company, or a branch or person of one."""
        kind = push.remote_id.split("/")[-2]
        name, variable, mutation = DELETIONS[kind]
        data = self.client.execute(name, {variable: push.remote_id})[mutation]
        answer.check(data["userErrors"])
        return Pushed(push.remote_id)

    # === LOOKING UP ===#

    def _probe(self, action: str, push: Push) -> Probed:
        if action == "create":
            number, _name = answer.identity(push.payload)
            found = self._search(answer.term("external_id", number)) if number else []
            there = next((row for row in found if row["externalId"] == number), None)
            if not there:
                return Probed(False)
            return Probed(True, there["id"], result=self._created(push, there))
        if action == "delete":
            # repeating it finds nothing to delete, which is what it wants
            return Probed(False)
        there = self._read(push.remote_id)
        if not CompanyParts(self.client, there, push).is_settled():
            return Probed(False)
        state = answer.state_of(there)
        happened = all(
            same(state.get(path), new) for path, (_old, new) in told(push, state)
        )
        return Probed(happened, there["id"], answer.version_of(there), state)

    def _read(self, gid: str) -> dict[str, Any]:
        """Return a company by id.

        :raises NotFound: there is none
        """
        found = Reader(self.client, "company").by_id([gid])[gid]
        if isinstance(found, NotFound):
            raise answer.unknown()
        return found


#: kind of record: (document, its variable, mutation)
DELETIONS = {
    "Company": ("company_delete", "id", "companyDelete"),
    "CompanyLocation": (
        "company_location_delete",
        "companyLocationId",
        "companyLocationDelete",
    ),
    "CompanyContact": (
        "company_contact_remove",
        "companyContactId",
        "companyContactRemoveFromCompany",
    ),
}
