# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: permanent ones, and client credentials for 24 hours."""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.exceptions import AuthError
from odoo.addons.connector_hub.http_client import HttpClient

TOKEN_PATH = "/admin/oauth/access_token"


def client_credentials_token(
    http: HttpClient, client_id: str, client_secret: str
) -> tuple[str, int]:
    """Ask for a token (grant type client_credentials).

    :return: (token, seconds it lives)
    :raises AuthError: the store does not know the app, or not this secret
    """
    response = http.request(
        "POST",
        TOKEN_PATH,
        json={
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        },
        idempotent=True,
        accept_status=frozenset({400, 401, 403}),
    )
    answer: Any = response.json() if response.status == 200 else {}
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not token:
        raise AuthError(
            f"{http.base_url} refuses the client id and secret"
            f" ({_reason(response.body)}).",
            remedy="Copy both again from the app's settings in Shopify, and check that"
            " the app is installed in this store.",
            code="credentials_refused",
        )
    return token, int(answer.get("expires_in", 86399))


def _reason(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    for known in (
        "shop_not_permitted",
        "app_not_installed",
        "invalid_client",
        "application_cannot_be_found",
    ):
        if known in text:
            return known
    return "no reason given"
