# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The searches among bulk operations that are simulated: by kind, and then by states or
by the time of their beginning.

(https://shopify.dev/docs/api/admin-graphql/2026-07/queries/bulkOperations)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import NotSimulated

STATES = "canceled|canceling|completed|created|failed|running"
SEARCH = re.compile(
    r"operation_type:(query|mutation)"
    rf"(?: AND \(((?:(?: OR )?status:(?:{STATES}))+)\))?"
    r"(?: created_at:>='(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)')?"
)


def searched(text: str) -> Callable[[dict[str, Any]], bool]:
    """Return a test for one operation."""
    match = SEARCH.fullmatch(text)
    if not match:
        raise NotSimulated(f"search {text!r} in bulkOperations")
    kind, states, since = match[1].upper(), match[2], match[3] or ""
    wanted = {part.upper() for part in re.findall(r"status:(\w+)", states or "")}
    return lambda operation: (
        operation["type"] == kind
        and (not wanted or operation["status"] in wanted)
        and operation["createdAt"] >= since
    )
