# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fixed prices in the price lists of a store's catalogues."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from odoo.addons.connector_hub.components.push import Push
from odoo.addons.connector_hub.exceptions import HubError

from ..const import MAX_PAGE
from .client import ShopifyClient
from .user_errors import refusal

Row = dict[str, Any]
#: {record: what was refused of it}
Refused = dict[str, HubError]
LISTS = "lists["


def is_for_the_store(push: Push) -> bool:
    """Return whether the store's own price is news, or all of it is told."""
    if not push.changed:
        return True
    return any(not path.startswith(LISTS) for path in push.changed)


def send(client: ShopifyClient, pushes: Sequence[Push]) -> Refused:
    """Set and delete prices of many variants, list by list.

    A list takes all prices of a call or none: one that it refuses is left out, and
    the others are sent again.
    """
    refused: Refused = {}
    for gid, rows in _new(pushes).items():
        for part in _parts(rows):
            refused.update(_set(client, gid, part))
    for gid, gone in _gone(pushes).items():
        for part in _parts(gone):
            ids = [push.remote_id for push in part]
            data = client.execute("price_list_delete", {"id": gid, "ids": ids})
            errors = data["priceListFixedPricesDelete"]["userErrors"]
            # a price or list that is not there any more is what was wanted
            errors = [e for e in errors if e["code"] not in ABSENT]
            if errors:
                error = refusal(errors, f"prices of {gid}")
                refused.update({push.record: error for push in part})
    return refused


ABSENT = frozenset({"PRICE_NOT_FIXED", "PRICE_LIST_NOT_FOUND", "VARIANT_NOT_FOUND"})


def _set(client: ShopifyClient, gid: str, part: list[tuple[Push, Row]]) -> Refused:
    refused: Refused = {}
    while part:
        prices = [_price(push, row) for push, row in part]
        data = client.execute("price_list_add", {"id": gid, "prices": prices})
        errors = data["priceListFixedPricesAdd"]["userErrors"]
        if not errors:
            break
        wrong = _places(errors)
        if not wrong:
            error = refusal(errors, f"the prices of {gid}", "priceListId")
            return {**refused, **{push.record: error for push, _row in part}}
        for place, found in wrong.items():
            push = part[place][0]
            refused[push.record] = refusal(found, _name(push), "variantId")
        part = [row for place, row in enumerate(part) if place not in wrong]
    return refused


def _places(errors: Sequence[Row]) -> dict[int, list[Row]]:
    """Return errors by the place of the price they are about."""
    found: dict[int, list[Row]] = {}
    for error in errors:
        path = error["field"] or []
        if len(path) > 1 and path[0] == "prices" and str(path[1]).isdigit():
            found.setdefault(int(path[1]), []).append(error)
    return found


def _price(push: Push, row: Row) -> Row:
    money = {"amount": row["price"], "currencyCode": row["currency"]}
    return {"variantId": push.remote_id, "price": money}


def _new(pushes: Sequence[Push]) -> dict[str, list[tuple[Push, Row]]]:
    """Return {price list: [(push, what is said)]} of prices that are news."""
    found: dict[str, list[tuple[Push, Row]]] = {}
    for push in pushes:
        for row in push.payload["lists"]:
            if not push.changed or f"{LISTS}{row['id']}].price" in push.changed:
                found.setdefault(row["id"], []).append((push, row))
    return found


def _gone(pushes: Sequence[Push]) -> dict[str, list[Push]]:
    """Return {price list: pushes} of lists that stand for nothing any more."""
    found: dict[str, list[Push]] = {}
    for push in pushes:
        said = {row["id"] for row in push.payload["lists"]}
        for path, (_old, new) in push.changed.items():
            gid, _bracket, name = path.removeprefix(LISTS).partition("]")
            if path.startswith(LISTS) and name == ".price" and new is None:
                if gid not in said:
                    found.setdefault(gid, []).append(push)
    return found


def _parts(rows: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(rows), MAX_PAGE):
        yield rows[start : start + MAX_PAGE]


def _name(push: Push) -> str:
    return f"the catalogue price of {push.payload.get('sku') or push.remote_id}"
