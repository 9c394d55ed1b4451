# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a store answers to changes of companies, as the hub notes it."""

from __future__ import annotations

import json
from typing import Any

from odoo.addons.connector_hub.components.push import Push, Pushed
from odoo.addons.connector_hub.documents import flat, version_key
from odoo.addons.connector_hub.documents.merge import RENDERED, same
from odoo.addons.connector_hub.exceptions import HubError, NotFound, Rejected

from .company_mapper import company
from .customer_answer import told


def pushed(there: dict[str, Any], push: Push, **values: Any) -> Pushed:
    """Return what the store holds now, and how it spells what it was told."""
    state = state_of(there)
    if not values.get("matched"):
        for path, (_old, new) in told(push, state):
            differs = not same(state[path], new)
            state[RENDERED + path] = json.dumps([state[path], new]) if differs else None
    return Pushed(there["id"], version_of(there), state=state, **values)


def state_of(there: dict[str, Any]) -> dict[str, str | None]:
    return flat(company(there), only_set=True)


def version_of(there: dict[str, Any]) -> str:
    return version_key(company(there).version)


def identity(payload: dict[str, Any]) -> tuple[str, str]:
    """Return the number and the name a company is created with."""
    fields = payload["fields"]
    number = fields.get("reference", {}).get("externalId") or ""
    return number, fields.get("name", {}).get("name") or ""


def term(field: str, value: str) -> str:
    """Return a term of a search; what it finds is compared exactly afterwards."""
    plain = value.replace("\\", " ").replace('"', " ")
    return f'{field}:"{plain}"'


def tax_ids(there: dict[str, Any]) -> set[str]:
    settings = [place.get("taxSettings") or {} for place in there["locations"]["nodes"]]
    return {each["taxRegistrationId"] for each in settings if each} - {None}


def link(entity: str, entry: dict[str, Any]) -> tuple[str, int]:
    """Return which Odoo record stands behind a part that is new there."""
    return entity, int(entry["origin"].partition(",")[2])


# === REFUSALS ===#


def check(errors: list[dict[str, Any]]) -> None:
    """Raise the first of a mutation's userErrors."""
    if errors:
        raise _refusal(errors[0])


def _refusal(error: dict[str, Any]) -> HubError:
    message, code = error["message"], error.get("code") or ""
    if code == "RESOURCE_NOT_FOUND":
        return unknown()
    return Rejected(
        f"Shopify: {message}",
        remedy=REMEDIES.get(code, CORRECT),
        code="taken" if code == "TAKEN" else "refused",
        field=".".join(error.get("field") or ()),
    )


def unknown() -> NotFound:
    return NotFound(
        "This company, or a branch or person of it, does not exist in Shopify any"
        " more.",
        remedy="Forget the link, so that the company can be sent anew, or skip this.",
        title="Companies do not exist in Shopify any more.",
        code="not_found",
    )


CORRECT = "Correct the company in Odoo; the change is then sent again."
REMEDIES = {
    "TAKEN": "Another record of the store has it. Merge the two there and here, or"
    " correct the company or person; then retry.",
    "FAILED_TO_DELETE": "Shopify keeps companies that have ordered. Skip this message.",
}
