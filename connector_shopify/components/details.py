# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Metafields as details of products and variants, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from odoo.addons.connector_hub.components.push import Push
from odoo.addons.connector_hub.documents import Detail

from .client import ShopifyClient
from .user_errors import raise_refused

Node = dict[str, Any]

#: metafieldsSet takes so many, all or none
AT_ONCE = 25
#: under which a payload names the metafields that were asked for
ASKED = "metafieldKeys"


def read(payload: Node) -> dict[str, tuple[Detail, ...]]:
    """Return what is said of details: nothing where none was asked for."""
    if ASKED not in payload:
        return {}
    nodes = (payload.get("metafields") or {}).get("nodes") or ()
    found = {f"{node['namespace']}.{node['key']}": node for node in nodes}
    return {
        "details": tuple(
            _detail(name, found.get(name)) for name in sorted(payload[ASKED])
        )
    }


def _detail(name: str, node: Node | None) -> Detail:
    if not node:
        return Detail(external_id=name)
    kind, value = node["type"], node["value"]
    return Detail(external_id=name, remote_type=kind, value=_canonical(kind, value))


def _canonical(kind: str, value: str) -> str:
    """Return a value in the spelling of documents; what is none stays as it is."""
    try:
        if kind == "number_decimal":
            return f"{Decimal(value).normalize():f}"
        if kind == "date_time":
            moment = datetime.fromisoformat(value.replace("Z", "+00:00"))
            # Shopify's times without a zone are in UTC
            moment = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            return moment.astimezone(timezone.utc).isoformat()
    except (ValueError, InvalidOperation):
        return value
    return value


def send(client: ShopifyClient, push: Push) -> None:
    """Set and delete metafields of a product that exists, as far as they are news.

    Each call sets all of its metafields or none; setting one again changes nothing.
    """
    new, gone = [], []
    for owner, detail, (old, value) in _news(push):
        namespace, _dot, key = detail["name"].partition(".")
        entry = {"ownerId": owner, "namespace": namespace, "key": key}
        if value:
            new.append({**entry, "type": detail["type"], "value": value})
        elif old:
            gone.append(entry)
    for part in _parts(new):
        data = client.execute("metafields_set", {"metafields": part})
        names = ", ".join(f"{row['namespace']}.{row['key']}" for row in part[:5])
        raise_refused(data["metafieldsSet"], f"the metafields {names}", "ownerId")
    for part in _parts(gone):
        data = client.execute("metafields_delete", {"metafields": part})
        raise_refused(data["metafieldsDelete"], "metafields to be deleted", "ownerId")


def _news(push: Push) -> Iterator[tuple[str, Node, tuple[str | None, str | None]]]:
    """Yield (id of the owner, detail, (what is there, what is told))."""
    parts = [(push.remote_id, "", push.payload["details"])]
    for variant in push.payload["variants"]:
        if variant["id"]:
            prefix = f"variants[{variant['id']}]."
            parts.append((variant["id"], prefix, variant["details"]))
    for owner, prefix, details in parts:
        for detail in details:
            path = f"{prefix}details[{detail['name']}].value"
            if path in push.changed:
                yield owner, detail, push.changed[path]


def _parts(rows: list[Node]) -> Iterator[list[Node]]:
    for start in range(0, len(rows), AT_ONCE):
        yield rows[start : start + AT_ONCE]
