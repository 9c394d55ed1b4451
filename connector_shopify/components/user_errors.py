# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``userErrors``: what the store refuses although the request is well-formed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from odoo.addons.connector_hub.exceptions import HubError, NotFound, Rejected

#: codes, and words where the error has no code, that say that a record is not there
GONE_CODES = frozenset({"PRODUCT_DOES_NOT_EXIST", "NOT_FOUND"})
GONE_WORDS = ("does not exist", "not found")


def raise_refused(payload: dict[str, Any] | None, what: str, field: str = "") -> None:
    """Raise what a mutation answered with, if it refused.

    :param payload: the mutation's answer
    :param what: the record, for people
    :param field: the input field whose value names the record itself: an error about
        it says that the record is gone
    """
    errors = (payload or {}).get("userErrors") or ()
    if errors:
        raise refusal(errors, what, field)


def refusal(errors: Sequence[dict[str, Any]], what: str, field: str = "id") -> HubError:
    """Return the error that the first of some userErrors stands for."""
    first = errors[0]
    path = [str(part) for part in first.get("field") or ()]
    message, code = first["message"], str(first.get("code") or "")
    if _says_gone(code, message, path, field):
        return NotFound(
            f"{what} does not exist in Shopify any more: {message}",
            title="Records to be changed do not exist in Shopify any more.",
            remedy="It was deleted there. Send it again as a new record, or archive it"
            " in Odoo; then skip the message.",
            code="not_found",
        )
    return Rejected(
        f"Shopify refuses {what}: " + "; ".join(e["message"] for e in errors[:5]),
        remedy="Correct it in Odoo, then retry.",
        code=code or "user_error",
        field=".".join(path),
    )


def _says_gone(code: str, message: str, path: list[str], field: str) -> bool:
    if code in GONE_CODES:
        return True
    is_about = not path or path[-1] == field
    return not code and is_about and any(word in message for word in GONE_WORDS)
