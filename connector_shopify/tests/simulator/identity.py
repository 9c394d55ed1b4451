# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Global ids and timestamps in Shopify's notation."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta, timezone

UTC = timezone.utc

#: First number per type; real ids are large and differ in magnitude per type.
FIRST = {
    "Order": 5_600_000_000_001,
    "Customer": 7_100_000_000_001,
    "Product": 8_200_000_000_001,
    "ProductVariant": 44_000_000_000_001,
    "LineItem": 14_300_000_000_001,
}

#: Type: the collection of the shop that holds its objects.
KNOWN_TYPES = {
    "Order": "orders",
    "Customer": "customers",
    "Company": "companies",
    "Product": "products",
    "ProductVariant": "productVariants",
    "Location": "locations",
}

#: REST bodies carry the shop's local time; this shop never changes to summer time.
SHOP_ZONE = timezone(timedelta(hours=-5))


class Ids:
    """Hand out gids: ``next("Order") == ("gid://shopify/Order/56...", "56...")``."""

    def __init__(self) -> None:
        self._used: Counter[str] = Counter()

    def next(self, kind: str, suffix: str = "") -> tuple[str, str]:
        number = FIRST.get(kind, 1_000_000_001) + self._used[kind]
        self._used[kind] += 1
        return f"gid://shopify/{kind}/{number}{suffix}", str(number)


def iso(moment: datetime) -> str:
    """Write a ``DateTime`` scalar: UTC, whole seconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment_of(text: str) -> datetime:
    """Read a ``DateTime`` scalar; Python 3.10 does not know ``Z``."""
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def rest_time(text: str) -> str:
    """Rewrite a ``DateTime`` scalar as REST bodies do: local time with offset."""
    return moment_of(text).astimezone(SHOP_ZONE).isoformat()


def type_of(gid: str) -> str:
    """Return the type in a gid, or an empty string."""
    parts = gid.split("/")
    return parts[3] if gid.startswith("gid://shopify/") and len(parts) == 5 else ""


def number_of(gid: str) -> int:
    return int(gid.rsplit("/", 1)[-1].split("?", 1)[0])
