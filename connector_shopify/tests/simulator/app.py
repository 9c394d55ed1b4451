# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The WSGI application: routes, versions, authentication, ordered faults."""

from __future__ import annotations

import json
import re
import socket
import time
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .control import Control
from .execution import throttled_error
from .faults import Fault
from .schema import served_version
from .shop import Shop
from .tokens import LIFETIME, OAuthError

Object = dict[str, Any]
Answer = Callable[[], Response]

URLS = Map(
    [
        Rule("/admin/oauth/access_token", endpoint="token", methods=["POST"]),
        Rule("/admin/api/<version>/graphql.json", endpoint="graphql", methods=["POST"]),
        Rule("/_bulk/<name>.jsonl", endpoint="bulk", methods=["GET"]),
        Rule("/cdn/<path:name>", endpoint="cdn", methods=["GET"]),
        Rule("/_staged/", endpoint="staged", methods=["POST"]),
        Rule("/_control/<path:action>", endpoint="control"),
    ]
)
OPERATION = re.compile(r"(?:^|[}\s])(?:query|mutation)\s+(\w+)")
UNAUTHORIZED = (
    "[API] Invalid API key or access token (unrecognized login or wrong password)"
)


def json_response(content: Any, status: int = 200, **headers: str) -> Response:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, status, mimetype="application/json")
    response.headers.update(
        {name.replace("_", "-"): value for name, value in headers.items()}
    )
    return response


class Application:
    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.control = Control(shop)

    def __call__(self, environ: Object, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            endpoint, values = URLS.bind_to_environ(environ).match()
            response = getattr(self, f"_{endpoint}")(request, **values)
        except HTTPException as error:
            if error.code == 404:
                response = json_response({"errors": "Not Found"}, 404)
            else:
                response = error.get_response(environ)
        return response(environ, start_response)

    # === FILES ===

    def _bulk(self, request: Request, name: str) -> Response:
        """Serve the file of a bulk operation; its address is the permission."""
        lines = self.shop.bulk.files.get(name)
        if lines is None:
            return Response("<Error><Code>NoSuchKey</Code></Error>", 404)
        content = "".join(f"{line}\n" for line in lines).encode()
        response = Response(content, mimetype="application/jsonl")
        return response.make_conditional(request.environ, True, len(content))

    def _cdn(self, request: Request, name: str) -> Response:
        with self.shop.lock:
            self.shop.media.served.append(name)
            found = self.shop.media.files.get(name)
        if found is None:
            return Response("Not Found", 404)
        kind, content = found
        return Response(content, mimetype=kind)

    def _staged(self, request: Request) -> Response:
        """Take a file, as the storage does that uploads go to; its form is signed."""
        upload = request.files.get("file")
        content = upload.stream.read() if upload else None
        fields = dict(request.form)
        request.close()
        with self.shop.lock:
            return Response(status=self.shop.media.receive(fields, content))

    # === CONTROL ===

    def _control(self, request: Request, action: str) -> Response:
        if request.remote_addr not in ("127.0.0.1", "::1"):
            return json_response({"error": "loopback only"}, 403)
        content = request.get_json(silent=True) or {}
        status, answer = self.control.run(
            request.method, action, {**request.args, **content}
        )
        return json_response(answer, status)

    # === TOKENS ===

    def _token(self, request: Request) -> Response:
        self.shop.stats.requests += 1
        self.shop.stats.token_requests += 1
        form = request.get_json(silent=True) if request.is_json else request.form
        values = form or {}

        def answer() -> Response:
            return self._grant(request, values)

        return self._with_fault(request, "oauth", answer)

    def _grant(self, request: Request, values: Any) -> Response:
        names = ("grant_type", "client_id", "client_secret")
        if not all(isinstance(values.get(name), str) for name in names):
            message = "Missing or invalid parameters"
            return _oauth_failure(request, OAuthError("invalid_request", message))
        try:
            content = self._granted(*(values[name] for name in names), values)
        except OAuthError as error:
            return _oauth_failure(request, error)
        return json_response({**content, "scope": ",".join(self.shop.scopes)})

    def _granted(
        self, grant_type: str, client_id: str, client_secret: str, values: Any
    ) -> Object:
        tokens = self.shop.tokens
        if grant_type == "refresh_token":
            refresh = str(values.get("refresh_token") or "")
            return tokens.refresh(client_id, client_secret, refresh)
        token = tokens.grant(grant_type, client_id, client_secret)
        return {"access_token": token, "expires_in": LIFETIME - 1}

    # === GRAPHQL ===

    def _graphql(self, request: Request, version: str) -> Response:
        self.shop.stats.requests += 1
        served = served_version(version)
        if served is None:
            return json_response({"errors": "Not Found"}, 404)
        content = request.get_json(silent=True)
        operation = _operation_name(content)

        def answer() -> Response:
            response = self._answer(request, content, operation)
            response.headers["X-Shopify-API-Version"] = served
            response.headers["X-Request-Id"] = f"simulated-{self.shop.stats.requests}"
            return response

        return self._with_fault(request, operation, answer)

    def _answer(
        self, request: Request, content: Any, operation: str | None
    ) -> Response:
        token = request.headers.get("X-Shopify-Access-Token", "")
        if not self.shop.tokens.valid(token):
            return json_response({"errors": UNAUTHORIZED}, 401)
        if not isinstance(content, dict) or not isinstance(content.get("query"), str):
            message = {"errors": {"query": "Required parameter missing or invalid"}}
            return json_response(message, 400)
        with self.shop.lock:
            self.shop.stats.graphql[operation or ""] += 1
            result = self.shop.executor.execute(
                content["query"], content.get("variables"), content.get("operationName")
            )
        return json_response(result)

    # === FAULTS ===

    def _with_fault(
        self, request: Request, operation: str | None, answer: Answer
    ) -> Response:
        with self.shop.lock:
            fault = self.shop.faults.take(operation)
        if fault is None:
            return answer()
        response = answer() if fault.when == "after" else None
        if fault.kind == "slow":
            time.sleep(fault.seconds)
            return response or answer()
        return _faulty(request, fault)


def _faulty(request: Request, fault: Fault) -> Response:
    if fault.kind == "throttled":
        return json_response(throttled_error())
    if fault.kind == "invalid_json":
        return Response('{"data": {"orders": ', mimetype="application/json")
    if fault.kind == "status":
        response = json_response({"errors": f"simulated {fault.status}"}, fault.status)
        if fault.retry_after is not None:
            response.headers["Retry-After"] = str(fault.retry_after)
        return response
    if fault.kind == "timeout":
        time.sleep(fault.seconds)
    connection = request.environ.get("werkzeug.socket")
    if connection is not None:
        connection.shutdown(socket.SHUT_RDWR)
    # Never seen: the server notices the closed socket when it writes this.
    return Response(status=500)


def _operation_name(content: Any) -> str | None:
    """Return the operation's name, sent as such or the first in the document."""
    if not isinstance(content, dict):
        return None
    if isinstance(content.get("operationName"), str):
        return content["operationName"]
    match = OPERATION.search(str(content.get("query", "")))
    return match[1] if match else None


def _oauth_failure(request: Request, error: OAuthError) -> Response:
    """JSON for those who ask for it; others get a page, as from the real endpoint."""
    if request.accept_mimetypes.best == "application/json":
        content = {"error": error.error, "error_description": error.description}
        return json_response(content, error.status)
    page = f"<html><body>Oauth error {error.error}: {error.description}</body></html>"
    return Response(page, error.status, mimetype="text/html")
