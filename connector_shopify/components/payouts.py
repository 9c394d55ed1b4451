# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reading payouts of Shopify Payments, each with what it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from odoo.addons.connector_hub.exceptions import AuthError, NotFound, Rejected

from ..const import MAX_PAGE
from .client import ShopifyClient
from .pages import not_found

#: a payout has no date of change; for so long its status is looked at again
LOOK_BACK = timedelta(days=14)
#: payouts read in one call
PAGE = 50
SCOPE = "read_shopify_payments_payouts"
#: those whose money has moved, or is about to
ISSUED = ("PAID", "IN_TRANSIT")


class PayoutReader:
    """As ``Reader``, for what lies below the payments account."""

    def __init__(self, client: ShopifyClient) -> None:
        self._client = client

    def search(self, since: datetime | None, until: datetime | None) -> str:
        """Return the search for payouts issued within, or still changing."""
        moments = ((">=", since and since - LOOK_BACK), ("<=", until))
        return " ".join(
            f"issued_at:{sign}'{moment:%Y-%m-%d}'" for sign, moment in moments if moment
        )

    def changed(self, search: str) -> Iterator[list[dict[str, Any]]]:
        """Yield pages of payouts, oldest first."""
        for page in self._pages("payouts", "payouts", PAGE, search):
            yield [self._complete(node) for node in page]

    def count(self, search: str) -> int | None:
        """Nobody knows: the account tells no number."""
        return None

    def newest(
        self, ids: list[str], at_least: Mapping[str, str]
    ) -> dict[str, dict[str, Any] | NotFound]:
        """Return payouts by their ids, and NotFound for unknown ones."""
        found: dict[str, dict[str, Any] | NotFound] = {}
        for start in range(0, len(ids), PAGE):
            chunk = ids[start : start + PAGE]
            data = self._ask("payouts_by_id", ids=chunk)
            for node in data["nodes"]:
                if node and node.get("id"):
                    found[node["id"]] = self._complete(node)
        return {gid: found.get(gid) or not_found(gid) for gid in ids}

    def _complete(self, node: dict[str, Any]) -> dict[str, Any]:
        """Add the entries, and what other records have: a name and a date."""
        entries: list[dict[str, Any]] = []
        if node["status"] in ISSUED:
            search = f"payments_transfer_id:{node['legacyResourceId']}"
            for page in self._pages(
                "payout_entries", "balanceTransactions", MAX_PAGE, search
            ):
                # a search term that Shopify does not know is ignored by it
                entries += [e for e in page if _payout_of(e) == node["id"]]
        return {
            **node,
            "entries": entries,
            "name": f"Payout {node['legacyResourceId']}",
            "updatedAt": node["issuedAt"],
        }

    def _pages(
        self, query: str, root: str, length: int, search: str
    ) -> Iterator[list[dict[str, Any]]]:
        after = None
        while True:
            data = self._ask(query, first=length, after=after, query=search or None)
            account = data["shopifyPaymentsAccount"]
            if account is None:
                raise _no_account()
            page = account[root]
            yield page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]

    def _ask(self, name: str, **variables: Any) -> dict[str, Any]:
        try:
            return self._client.query(name, **variables)
        except AuthError as error:
            if error.code != "ACCESS_DENIED":
                raise
            # everything else of the store goes on
            raise Rejected(
                f"The app may not read the store's payouts: it lacks {SCOPE}.",
                title="The app may not read payouts.",
                remedy=f"Add {SCOPE} to the app's scopes in Shopify (it needs"
                " Shopify's approval), approve it in the store, then resume the flow;"
                " or stop this flow.",
                code="scope",
                field=SCOPE,
            ) from error


def _payout_of(entry: dict[str, Any]) -> str:
    return str((entry["associatedPayout"] or {}).get("id") or "")


def _no_account() -> Rejected:
    return Rejected(
        "The store has no Shopify Payments account.",
        remedy="Stop this flow: payouts of other payment providers come from them.",
        code="no_account",
    )
