# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Admin API as the hub's adapter."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import (
    ApiVersions,
    Event,
    Page,
    Verdict,
)
from odoo.addons.connector_hub.components.push import Operation, Probed, Push, Pushed
from odoo.addons.connector_hub.exceptions import HubError
from odoo.addons.connector_hub.http_client import HttpClient

from ..const import (
    API_VERSION,
    GID_PREFIX,
    SUPPORTED_MONTHS,
)
from .auth import Granted, client_credentials_token, refreshed_token
from .client import ShopifyClient
from .order_parts import orders_of_parts
from .pages import Reader, not_found
from .payouts import PayoutReader
from .times import parse_time


class ShopifyAdapter(Component):
    """One Shopify store."""

    _name = "hub.shopify.adapter"
    _inherit = "hub.adapter"
    _system = "shopify"

    # === CONNECTION ===#

    def http(self) -> HttpClient:
        """Return the guarded HTTP client of the store."""
        return self.http_client(self.backend_record.api_url)

    def prepare(self) -> None:
        """Build the client: it remembers what it needs of the backend."""
        self.client()

    def client(self) -> ShopifyClient:
        """Return the GraphQL client of the store."""
        if not hasattr(self, "_client"):
            http = self.http()
            self._presentment = self.backend_record.shopify_money == "presentment"
            self._client = ShopifyClient(http, self._token_source(http))
        return self._client

    def _token_source(self, http: HttpClient) -> Callable[[str], str]:
        """Return a function that gives a token, and another one for a refused one."""
        backend = self.backend_record.sudo()
        permanent = str(backend.shopify_access_token or "")
        first = str(backend.shopify_refresh_token or "")
        credentials = (
            backend.shopify_client_id or "",
            backend.shopify_client_secret or "",
        )

        def ask(refresh: str) -> Granted:
            if first:
                return refreshed_token(http, *credentials, refresh or first)
            return client_credentials_token(http, *credentials)

        def obtain(refused: str) -> str:
            if permanent:
                return permanent
            token: str = self.env["hub.token"].obtain(backend, ask, refused)
            return token

        return obtain

    def check_connection(self) -> Verdict:
        """Check address, credentials, API version and permissions."""
        verdict, client = Verdict(), self.client()
        data = client.query("shop")
        shop = data["shop"]
        verdict.add(
            True,
            self.env._(
                "Connected to %(name)s (%(domain)s), currency %(currency)s.",
                name=shop["name"],
                domain=shop["myshopifyDomain"],
                currency=shop["currencyCode"],
            ),
        )
        verdict.facts["shopify_currency"] = shop["currencyCode"]
        verdict.add(*self._version_point(client.served_version))
        granted = {
            scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]
        }
        verdict.add_all(self._scope_points(granted))
        return verdict

    def api_versions(self) -> ApiVersions:
        """Return the pinned version, which one answered last, and its last day."""
        year, month = map(int, API_VERSION.split("-"))
        months = year * 12 + month - 1 + SUPPORTED_MONTHS
        until = date(months // 12, months % 12 + 1, 1)
        return ApiVersions(API_VERSION, self.client().served_version, until)

    def _version_point(self, served: str) -> tuple[bool, str]:
        if served in ("", API_VERSION):
            return True, self.env._("API version %s is served.", API_VERSION)
        return False, self.env._(
            "API version %(ours)s is no longer served, %(served)s answered: update the"
            " connector.",
            ours=API_VERSION,
            served=served,
        )

    # === READING ===#

    def iter_changes(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Yield changed records, complete, by ascending update time."""
        return self._in_pages(document, since, until)

    def _in_pages(
        self, document: str, since: datetime | None, until: datetime | None
    ) -> Iterator[Page]:
        reader = self._reader(document)
        for nodes in reader.changed(reader.search(since, until)):
            yield self.page_of(nodes, self._event)

    def count(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> int | None:
        """Return Shopify's own count of what :meth:`iter_changes` yields."""
        reader = self._reader(document)
        return reader.count(reader.search(since, until))

    def _event(self, node: dict[str, Any]) -> Event:
        version = parse_time(node["updatedAt"])
        return Event(
            external_id=node["id"],
            topic="poll",
            body=json.dumps(node, ensure_ascii=False).encode(),
            version=version,
            occurred_at=version,
            complete=True,
            name=str(
                node.get("name") or node.get("title") or node.get("displayName") or ""
            ),
        )

    def fetch(
        self,
        document: str,
        external_ids: Sequence[str],
        at_least: Mapping[str, str] | None = None,
    ) -> dict[str, dict[str, Any] | HubError]:
        """Return the newest state of records by GraphQL id.

        An order may also be asked for by the id of a part of it that alone was told:
        the answer says which order it is.
        """
        found: dict[str, dict[str, Any] | HubError] = {}
        own, parts = [], []
        for gid in external_ids:
            if not gid.startswith(GID_PREFIX):
                found[gid] = not_found(gid)
            elif document == "order" and not gid.startswith(f"{GID_PREFIX}Order/"):
                parts.append(gid)
            else:
                own.append(gid)
        if parts:
            found.update(orders_of_parts(self.client(), parts))
        if own:
            found.update(self._reader(document).newest(own, at_least or {}))
        return found

    # === SENDING ===#

    def operations(self, document: str) -> dict[str, Operation]:
        """Return how each action on a document is done; nothing without a sender."""
        sender = self._sender(document)
        return sender.operations() if sender else {}

    def push(
        self, document: str, action: str, pushes: Sequence[Push]
    ) -> dict[str, Pushed]:
        """Send records in one call."""
        sent: dict[str, Pushed] = self._sender(document).push(action, pushes)
        return sent

    def probe(
        self, document: str, action: str, pushes: Sequence[Push]
    ) -> dict[str, Probed]:
        """Look up what became of pushes."""
        found: dict[str, Probed] = self._sender(document).probe(action, pushes)
        return found

    def _sender(self, document: str) -> Any:
        for sender in self.many_components(usage=f"hub.sender.{document}"):
            sender.client = self.client()
            return sender
        return None

    def _reader(self, document: str) -> Reader | PayoutReader:
        client = self.client()
        if document == "payout":
            return PayoutReader(client)
        return Reader(client, document, presentment=self._presentment)
