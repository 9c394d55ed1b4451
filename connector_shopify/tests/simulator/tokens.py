# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: the client credentials grant and one permanent token."""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LIFETIME = 86400


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

    def grant(self, grant_type: str, client_id: str, client_secret: str) -> str:
        """Return a new token that lives for 24 hours; the ones before stay valid."""
        if self.refusal:
            description = DESCRIPTIONS.get(self.refusal, self.refusal)
            raise OAuthError(self.refusal, description)
        if grant_type != "client_credentials":
            raise OAuthError("unsupported_grant_type", f"simulator: {grant_type!r}")
        if client_id != self.client_id:
            message = "Could not find Shopify API application with this api_key"
            raise OAuthError("application_cannot_be_found", message)
        if not hmac.compare_digest(client_secret.encode(), self.client_secret.encode()):
            raise OAuthError("invalid_client", "The client secret is wrong.", 401)
        self._count += 1
        token = f"shpat_simulated_{self._count:08d}"
        self._issued[token] = self.clock() + LIFETIME
        return token

    def valid(self, token: str) -> bool:
        expiry = self._issued.get(token)
        return token == self.permanent or (expiry is not None and self.clock() < expiry)

    def expire(self) -> None:
        """End the life of every granted token; the permanent one stays."""
        self._issued.clear()
