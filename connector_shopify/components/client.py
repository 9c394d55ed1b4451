# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The Admin API over GraphQL: versions, cost, and its three layers of failure."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from odoo.addons.connector_hub.exceptions import (
    AuthError,
    RateLimited,
    Rejected,
    SchemaDrift,
    Unavailable,
)
from odoo.addons.connector_hub.http_client import HttpClient, Response

from ..const import API_VERSION
from .queries import document

_logger = logging.getLogger(__name__)

#: seconds worth waiting for the bucket inside a call; longer pauses free the worker
LONGEST_WAIT = 15.0
THROTTLED = "THROTTLED"


class QueryTooExpensive(Rejected):
    """A single query over the cost limit: ask for a shorter page."""


class ShopifyClient:
    """One store.

    :param http: guarded client of the store's address
    :param token: returns an access token; called again with the one that the store
        refused
    """

    def __init__(
        self,
        http: HttpClient,
        token: Callable[[str], str],
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._http = http
        self._token = token
        self._sleep = sleep
        self._path = f"/admin/api/{API_VERSION}/graphql.json"
        #: version that really answered; another one means ours is not served any more
        self.served_version = ""
        #: shipments made since this client exists: nobody looks for them in vain
        self.shipped: set[str] = set()

    def elsewhere(self, base_url: str) -> HttpClient:
        """Return a client of a host that an answer has named; it gets no token."""
        return HttpClient(base_url, allow_loopback=self._http.allow_loopback)

    def query(self, name: str, **variables: Any) -> dict[str, Any]:
        """Run a read-only document; see :meth:`execute`."""
        return self.execute(name, variables, idempotent=True)

    def execute(
        self, name: str, variables: dict[str, Any], *, idempotent: bool = False
    ) -> dict[str, Any]:
        """Run the document ``graphql/<name>.graphql``.

        :return: the ``data`` of the answer
        :raises RateLimited: the bucket stays empty for longer than is worth waiting
        :raises QueryTooExpensive: over 1,000 points
        :raises HubError: see the error tree
        """
        waited = 0.0
        while True:
            try:
                answer = self._post(name, variables, idempotent)
                break
            except RateLimited as error:
                waited += error.seconds
                if error.code != THROTTLED or waited > LONGEST_WAIT:
                    raise
                self._sleep(error.seconds)
        _raise_errors(answer, name)
        data = answer.get("data")
        if not isinstance(data, dict):
            raise Unavailable("Shopify answered without data.", code="no_data")
        return data

    def _post(
        self, name: str, variables: dict[str, Any], idempotent: bool
    ) -> dict[str, Any]:
        body = {"query": document(name), "variables": variables}
        refused = ""
        while True:
            token = self._token(refused)
            response = self._http.request(
                "POST",
                self._path,
                json=body,
                headers={"X-Shopify-Access-Token": token},
                idempotent=idempotent,
                accept_status=frozenset({401}),
                check=_check_throttled,
            )
            if response.status != 401:
                break
            if refused:
                raise AuthError(
                    "Shopify refuses the access token.",
                    remedy="Check the app's credentials and that the app is installed"
                    " in this store; then test the connection.",
                    code="token_refused",
                )
            refused = token
        self.served_version = response.headers.get("X-Shopify-API-Version", "")
        answer = response.json()
        if not isinstance(answer, dict):
            raise Unavailable("Shopify's answer is not an object.", code="not_json")
        return answer


def _check_throttled(response: Response) -> None:
    """Raise what a status of 200 hides: the bucket holds too little.

    :raises RateLimited: with the seconds until it holds enough
    """
    answer = response.json() if response.status == 200 else None
    if not isinstance(answer, dict):
        return
    errors = answer.get("errors")
    if not isinstance(errors, list) or THROTTLED not in map(_code, errors):
        return
    cost = answer.get("extensions", {}).get("cost", {})
    status = cost.get("throttleStatus", {})
    missing = cost.get("requestedQueryCost", 100) - status.get("currentlyAvailable", 0)
    raise RateLimited(
        "Shopify's rate limit is used up.",
        seconds=float(max(missing / (status.get("restoreRate") or 50.0), 0.2)),
        code=THROTTLED,
    )


def _code(error: Any) -> str:
    if not isinstance(error, dict):
        return ""
    return str((error.get("extensions") or {}).get("code", ""))


def _raise_errors(answer: dict[str, Any], name: str) -> None:
    """Translate GraphQL ``errors``; userErrors are the caller's."""
    errors = answer.get("errors")
    if not errors:
        return
    if isinstance(errors, str):
        raise AuthError(f"Shopify: {errors}", code="errors")
    first = errors[0]
    message, code = first.get("message", ""), _code(first)
    if code == "MAX_COST_EXCEEDED":
        raise QueryTooExpensive(message, code=code)
    if code == "ACCESS_DENIED":
        raise AuthError(
            f"Shopify denies access: {message}",
            remedy="Grant the app the missing permission in Shopify, then test the"
            " connection.",
            code=code,
            field=".".join(str(part) for part in first.get("path", [])),
        )
    if code in ("INTERNAL_SERVER_ERROR", "TIMEOUT"):
        raise Unavailable(f"Shopify: {message}", code=code)
    if code in ("undefinedField", "argumentNotAccepted", "GRAPHQL_VALIDATION_FAILED"):
        raise SchemaDrift(
            f"Shopify no longer understands the request {name}: {message}",
            remedy="Update the connector to a supported API version.",
            code=code,
        )
    raise Rejected(f"Shopify refused {name}: {message}", code=code or "errors")
