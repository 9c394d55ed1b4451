# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's dates."""

from __future__ import annotations

import re
from datetime import datetime, timezone

FRACTION = re.compile(r"\.(\d+)")


def changed_within(since: datetime | None, until: datetime | None) -> str:
    """Return the search for records by update time (aware, whole seconds)."""
    moments = ((">=", since), ("<=", until))
    return " ".join(
        f"updated_at:{sign}'{moment.astimezone(timezone.utc):%Y-%m-%dT%H:%M:%SZ}'"
        for sign, moment in moments
        if moment
    )


def parse_time(text: str | None) -> datetime | None:
    """Parse Shopify's ISO 8601 times: "…Z" in GraphQL, an offset in webhooks."""
    if not text:
        return None
    # headers of webhooks have nanoseconds, which Python 3.10 does not read
    text = FRACTION.sub(lambda match: f".{match[1][:6]:0<6}", text)
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
