# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a store answers to changes of customers, as the hub notes it."""

from __future__ import annotations

import json
from typing import Any

from odoo.addons.connector_hub.components.push import Push, Pushed
from odoo.addons.connector_hub.documents import flat, version_key
from odoo.addons.connector_hub.documents.merge import RENDERED, same
from odoo.addons.connector_hub.exceptions import HubError, NotFound, Rejected

from .customer_mapper import customer

TAKEN = "has already been taken"


def pushed(
    there: dict[str, Any], push: Push, links: dict[tuple[str, int], str]
) -> Pushed:
    """Return what the store holds now, and how it spells what it was told."""
    state = state_of(there)
    for path, (_old, new) in told(push, state):
        differs = not same(state[path], new)
        spelling = json.dumps([state[path], new]) if differs else None
        state[RENDERED + path] = spelling
    return Pushed(there["id"], version_of(there), state=state, links=links)


def told(
    push: Push, state: dict[str, str | None]
) -> list[tuple[str, tuple[str | None, str | None]]]:
    return [(path, pair) for path, pair in push.changed.items() if path in state]


def state_of(there: dict[str, Any]) -> dict[str, str | None]:
    return flat(customer(there), only_set=True)


def version_of(there: dict[str, Any]) -> str:
    return version_key(customer(there).version)


def is_changed(push: Push, name: str) -> bool:
    """Return whether a field, or something in it, is to be told."""
    if not push.changed:
        return True
    return any(
        p == name or p.startswith((f"{name}.", f"{name}[")) for p in push.changed
    )


def addresses_changed(push: Push) -> bool:
    return is_changed(push, "default_address") or (
        bool(push.payload.get("addresses")) and is_changed(push, "addresses")
    )


def consent_input(granted: bool) -> dict[str, str]:
    if granted:
        return {"marketingState": "SUBSCRIBED", "marketingOptInLevel": "SINGLE_OPT_IN"}
    return {"marketingState": "UNSUBSCRIBED"}


# === REFUSALS ===#


def check(errors: list[dict[str, Any]]) -> None:
    """Raise the first of a mutation's userErrors."""
    if errors:
        raise _refusal(errors[0])


def _refusal(error: dict[str, Any]) -> HubError:
    message, field = error["message"], ".".join(error.get("field") or ())
    if "does not exist" in message or "can't be found" in message:
        return unknown()
    remedy = next((r for words, r in REMEDIES if words in message), CORRECT)
    code = "taken" if TAKEN in message else "refused"
    return Rejected(f"Shopify: {message}", remedy=remedy, code=code, field=field)


def unknown() -> NotFound:
    return NotFound(
        "This customer does not exist in Shopify any more.",
        remedy="Forget the link, so that the contact can be sent anew, or skip this.",
        title="Customers do not exist in Shopify any more.",
        code="not_found",
    )


CORRECT = "Correct the contact in Odoo; the change is then sent again."
REMEDIES = (
    (
        TAKEN,
        "Another customer of the store has it. Merge the two there and here, or correct"
        " the contact; then retry.",
    ),
    (
        "associated orders",
        "Shopify keeps customers who have ordered. Skip this message; personal data are"
        " erased in Shopify itself, on the page of the customer.",
    ),
    (
        "Phone is invalid",
        "Write the phone number with its country code, such as +49 30 123456; the"
        " change is then sent again.",
    ),
)
