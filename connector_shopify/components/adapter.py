# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shopify's Admin API as the hub's adapter."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import (
    ApiVersions,
    Event,
    Notification,
    Page,
    Verdict,
)
from odoo.addons.connector_hub.components.push import Operation, Probed, Push, Pushed
from odoo.addons.connector_hub.exceptions import HubError, InvalidData, Rejected
from odoo.addons.connector_hub.http_client import HttpClient

from ..const import (
    API_VERSION,
    GID_PREFIX,
    NEEDED_SCOPES,
    SUBSCRIBED_TOPICS,
    SUPPORTED_MONTHS,
    WEBHOOK_TOPICS,
)
from .auth import client_credentials_token
from .client import ShopifyClient
from .pages import Reader, not_found
from .times import changed_within, parse_time

#: what reading a body that is not as promised may raise
UNREADABLE = (ValueError, KeyError, TypeError, AttributeError, RecursionError)


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
        credentials = (
            backend.shopify_client_id or "",
            backend.shopify_client_secret or "",
        )

        def obtain(refused: str) -> str:
            if permanent:
                return permanent
            token: str = self.env["hub.token"].obtain(
                backend, lambda: client_credentials_token(http, *credentials), refused
            )
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
        verdict.add(*self._version_point(client.served_version))
        granted = {
            scope["handle"] for scope in data["currentAppInstallation"]["accessScopes"]
        }
        for scope in NEEDED_SCOPES:
            verdict.add(*self._scope_point(scope, _is_granted(scope, granted)))
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

    def _scope_point(self, scope: str, granted: bool) -> tuple[bool, str]:
        if granted:
            return True, self.env._("The app has the permission %s.", scope)
        return False, self.env._(
            "The app lacks the permission %s. Add it to the app's scopes in Shopify,"
            " release the new version, and approve it in the store.",
            scope,
        )

    def subscribe(self, uri: str) -> None:
        """Create the webhook subscriptions that are missing for ``uri``.

        :raises Rejected: Shopify does not take the address
        """
        known = set()
        after = None
        while True:
            page = self.client().query("webhooks", first=100, after=after)
            page = page["webhookSubscriptions"]
            known |= {n["topic"] for n in page["nodes"] if n["uri"] == uri}
            if not page["pageInfo"]["hasNextPage"]:
                break
            after = page["pageInfo"]["endCursor"]
        for topic in SUBSCRIBED_TOPICS:
            if topic in known:
                continue
            data = self.client().execute(
                "webhook_create",
                {"topic": topic, "webhook": {"uri": uri, "format": "JSON"}},
            )
            errors = data["webhookSubscriptionCreate"]["userErrors"]
            if errors:
                raise Rejected(
                    f"Shopify refuses the webhook {topic}: {errors[0]['message']}",
                    remedy="Check that Odoo's web address is public and uses https."
                    " Orders arrive by polling meanwhile.",
                    code="webhook",
                )

    # === WEBHOOKS ===#

    def verify_webhook(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Compare the HMAC of the raw body; old and new secret during a rotation."""
        backend = self.backend_record.sudo()
        sent = headers.get("x-shopify-hmac-sha256", "")
        valid = False
        for secret in (
            backend.shopify_client_secret,
            backend.shopify_old_client_secret,
        ):
            if secret:
                digest = hmac.new(secret.encode(), body, hashlib.sha256).digest()
                expected = base64.b64encode(digest)
                valid |= hmac.compare_digest(expected, sent.encode())
        return valid

    def read_notification(
        self, headers: Mapping[str, str], body: bytes
    ) -> Notification | None:
        """Read record id and version; the content itself is fetched later."""
        topic = headers.get("x-shopify-topic", "")
        document = WEBHOOK_TOPICS.get(topic)
        if not document:
            return None
        delivery = headers.get("x-shopify-webhook-id", "")
        event = Event(
            external_id=delivery or "?",
            topic=topic,
            body=body,
            delivery_id=delivery,
            event_id=headers.get("x-shopify-event-id", ""),
        )
        try:
            content = json.loads(body)
            gid = content["admin_graphql_api_id"]
            version = parse_time(content.get("updated_at"))
            if not gid.startswith(GID_PREFIX):
                raise ValueError(gid)
        except UNREADABLE:
            return Notification(document, event, _malformed(topic))
        name = str(content.get("name") or "")
        return Notification(
            document,
            replace(
                event,
                external_id=gid,
                version=version,
                occurred_at=version,
                name=name,
            ),
        )

    # === READING ===#

    def iter_changes(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> Iterator[Page]:
        """Yield changed records, complete, by ascending update time."""
        for nodes in self._reader(document).changed(changed_within(since, until)):
            yield self.page_of(nodes, self._event)

    def count(
        self, document: str, since: datetime | None, until: datetime | None = None
    ) -> int | None:
        """Return Shopify's own count of what :meth:`iter_changes` yields."""
        return self._reader(document).count(changed_within(since, until))

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
        """Return the newest state of records by GraphQL id."""
        ours = [gid for gid in external_ids if gid.startswith(GID_PREFIX)]
        return {
            **{gid: not_found(gid) for gid in external_ids if gid not in ours},
            **self._reader(document).newest(ours, at_least or {}),
        }

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

    def _reader(self, document: str) -> Reader:
        client = self.client()
        return Reader(client, document, presentment=self._presentment)


def _malformed(topic: str) -> InvalidData:
    return InvalidData(
        f"A webhook {topic} of Shopify cannot be read.",
        remedy="Its signature is right, so Shopify sent it: look at the payload. The"
        " record itself arrives by polling; skip the message.",
        code="malformed",
    )


def _is_granted(scope: str, granted: set[str]) -> bool:
    """Return whether a scope is granted; a write scope includes reading."""
    return scope in granted or scope.replace("read_", "write_") in granted
