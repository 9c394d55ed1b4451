# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: for 24 hours by client credentials, for one by a refresh token.

Permanent tokens, of custom apps created in a store's admin before 2026, need nothing.
"""

from __future__ import annotations

from typing import Any

from odoo.addons.connector_hub.exceptions import AuthError
from odoo.addons.connector_hub.http_client import HttpClient

TOKEN_PATH = "/admin/oauth/access_token"


#: (access token, seconds it lives, refresh token or empty)
Granted = tuple[str, int, str]


def client_credentials_token(
    http: HttpClient, client_id: str, client_secret: str
) -> Granted:
    """Ask for a token (grant type client_credentials).

    :raises AuthError: the store does not know the app, or not this secret
    """
    return _grant(
        http,
        {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "client_credentials",
        },
    )


def refreshed_token(
    http: HttpClient, client_id: str, client_secret: str, refresh_token: str
) -> Granted:
    """Ask for a token and the refresh token that replaces this one.

    The present refresh token stays good until the new access token is used. So asking
    again does no harm when the answer was lost.

    :raises AuthError: the refresh token is not good any more
    """
    return _grant(
        http,
        {
            "client_id": client_id,
            "client_secret": client_secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        },
    )


def _grant(http: HttpClient, form: dict[str, str]) -> Granted:
    response = http.request(
        "POST",
        TOKEN_PATH,
        json=form,
        idempotent=True,
        accept_status=frozenset({400, 401, 403}),
    )
    answer: Any = response.json() if response.status == 200 else {}
    token = answer.get("access_token") if isinstance(answer, dict) else None
    if not token:
        raise _refused(http, form["grant_type"], _reason(response.body))
    return (
        token,
        int(answer.get("expires_in", 86399)),
        str(answer.get("refresh_token") or ""),
    )


def _refused(http: HttpClient, grant_type: str, reason: str) -> AuthError:
    if grant_type == "refresh_token" and reason == "invalid_grant":
        return AuthError(
            f"{http.base_url} refuses the refresh token ({reason}).",
            remedy="Install the app in the store once more, and enter the refresh token"
            " it is given then.",
            code="refresh_refused",
        )
    return AuthError(
        f"{http.base_url} refuses the client id and secret ({reason}).",
        remedy="Copy both again from the app's settings in Shopify, and check that"
        " the app is installed in this store.",
        code="credentials_refused",
    )


def _reason(body: bytes) -> str:
    text = body.decode("utf-8", "replace")
    for known in (
        "shop_not_permitted",
        "app_not_installed",
        "invalid_client",
        "invalid_grant",
        "application_cannot_be_found",
    ):
        if known in text:
            return known
    return "no reason given"
