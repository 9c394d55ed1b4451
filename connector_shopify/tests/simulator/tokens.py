# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: client credentials, refresh tokens and one permanent token.

A refresh token stays good until the access token that replaced it is used. The words of
a refused one are unknown; those of RFC 6749 stand for them.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]

LIFETIME = 86400
#: seconds, of access tokens that come with a refresh token
SHORT_LIFETIME = 3600


class OAuthError(Exception):
    """`error` is the OAuth code, e.g. ``invalid_client`` or ``shop_not_permitted``."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error)
        self.error = error
        self.description = description
        self.status = status


DESCRIPTIONS = {
    "shop_not_permitted": "Client credentials cannot be performed on this shop.",
    "app_not_installed": "The app is not installed on this shop.",
}


@dataclass(slots=True)
class Tokens:
    """`refusal` makes every grant fail with that code; `clock` gives epoch seconds."""

    client_id: str
    client_secret: str
    permanent: str
    clock: Callable[[], float] = time.time
    refusal: str | None = None
    _issued: dict[str, float] = field(default_factory=dict)
    _count: int = 0
    #: refresh tokens that are good, and {access token: refresh token it ends}
    refreshes: set[str] = field(default_factory=set)
    _replaced: dict[str, str] = field(default_factory=dict)

    def grant(self, grant_type: str, client_id: str, client_secret: str) -> str:
        """Return a new token that lives for 24 hours; the ones before stay valid."""
        self._check_client(grant_type, client_id, client_secret)
        if grant_type != "client_credentials":
            raise OAuthError("unsupported_grant_type", f"simulator: {grant_type!r}")
        return self._issue("shpat_simulated", LIFETIME)

    def install(self) -> str:
        """Install the app with expiring tokens; return its first refresh token."""
        return self._new_refresh()

    def refresh(self, client_id: str, client_secret: str, token: str) -> Object:
        """Return the answer to ``grant_type=refresh_token``."""
        self._check_client("refresh_token", client_id, client_secret)
        if token not in self.refreshes:
            raise OAuthError("invalid_grant", "The refresh token is not valid.")
        access = self._issue("shpat_simulated", SHORT_LIFETIME)
        self._replaced[access] = token
        return {
            "access_token": access,
            "expires_in": SHORT_LIFETIME,
            "refresh_token": self._new_refresh(),
            "refresh_token_expires_in": 90 * 86400,
        }

    def _new_refresh(self) -> str:
        self._count += 1
        token = f"shprt_simulated_{self._count:08d}"
        self.refreshes.add(token)
        return token

    def _check_client(
        self, grant_type: str, client_id: str, client_secret: str
    ) -> None:
        if self.refusal:
            description = DESCRIPTIONS.get(self.refusal, self.refusal)
            raise OAuthError(self.refusal, description)
        if client_id != self.client_id:
            message = "Could not find Shopify API application with this api_key"
            raise OAuthError("application_cannot_be_found", message)
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise OAuthError("invalid_client", "The client secret is wrong.", 401)

    def _issue(self, prefix: str, lifetime: int) -> str:
        self._count += 1
        token = f"{prefix}_{self._count:08d}"
        self._issued[token] = self.clock() + lifetime
        return token

    def valid(self, token: str) -> bool:
        """Return whether a token opens the door; its use ends what it replaced."""
        self.refreshes.discard(self._replaced.pop(token, ""))
        expiry = self._issued.get(token)
        return token == self.permanent or (expiry is not None and self.clock() < expiry)

    def expire(self) -> None:
        """End the life of every granted token; the permanent one stays."""
        self._issued.clear()
