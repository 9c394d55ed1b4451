# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP as a connector needs it: bounded, guarded, classified, silent about secrets."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import requests

from .exceptions import (
    AuthError,
    InvalidData,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from .http_guard import GuardedAdapter, check_url, excerpt, redact, secrets_of

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 30.0  # seconds
MAX_BYTES = 64 * 1024 * 1024
QUICK_RETRIES = 2
QUICK_RETRY_STATUS = frozenset({502, 503, 504})
DEFAULT_PAUSE = 10.0  # seconds, when a 429 does not say how long
LONGEST_PAUSE = 3600.0  # seconds; nobody is believed who asks for more


@dataclass(frozen=True)
class Response:
    """What came back. ``body`` is complete and within the size cap."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    def json(self) -> Any:
        """Return the parsed body.

        :raises Unavailable: the body is not JSON (a proxy's error page, cut off)
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unavailable("The answer was not JSON.", code="not_json") from error


class HttpClient:
    """One remote host.

    :param base_url: checked by :func:`check_url`
    :param allow_loopback: development and test only
    :param observe: called with (method, path, status, seconds) for telemetry
    """

    def __init__(
        self,
        base_url: str,
        *,
        allow_loopback: bool = False,
        headers: Mapping[str, str] | None = None,
        observe: Callable[[str, str, int, float], None] | None = None,
        read_timeout: float = READ_TIMEOUT,
    ) -> None:
        self.base_url = check_url(base_url, allow_loopback=allow_loopback)
        self._observe = observe
        self._read_timeout = read_timeout
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"User-Agent": "Odoo-Integration-Hub/19.0"})
        self._session.headers.update(headers or {})
        adapter = GuardedAdapter(allow_loopback=allow_loopback)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)

    def request(
        self,
        method: str,
        path: str,
        *,
        idempotent: bool = False,
        accept_status: frozenset[int] = frozenset(),
        **kwargs: Any,
    ) -> Response:
        """Send one request and classify what comes back.

        :param idempotent: repeat at once, at most twice, when the way failed
        :param accept_status: error statuses the caller reads itself
        :raises HubError: see :func:`raise_for_status`; Unavailable when nothing came
        """
        attempts = QUICK_RETRIES if idempotent else 0
        while True:
            try:
                response = self._send(method, path, **kwargs)
            except Unavailable:
                if not attempts:
                    raise
            else:
                if response.status not in QUICK_RETRY_STATUS or not attempts:
                    break
            attempts -= 1
            time.sleep(random.uniform(0.05, 0.3))
        if response.status not in accept_status:
            sent = {**self._session.headers, **(kwargs.get("headers") or {})}
            raise_for_status(response, self.base_url, secrets_of(sent))
        return response

    def _send(self, method: str, path: str, **kwargs: Any) -> Response:
        started = time.monotonic()
        try:
            with self._session.request(
                method,
                self.base_url + path,
                timeout=(CONNECT_TIMEOUT, self._read_timeout),
                allow_redirects=False,
                stream=True,
                **kwargs,
            ) as answer:
                body = _read_capped(answer)
                status, headers = answer.status_code, answer.headers
        except requests.RequestException as error:
            raise self._unreachable(error) from error
        seconds = time.monotonic() - started
        if self._observe:
            self._observe(method, path, status, seconds)
        _logger.debug("%s %s: %s in %.3f s", method, path, status, seconds)
        return Response(status, headers, body, seconds)

    def _unreachable(self, error: requests.RequestException) -> Unavailable:
        connecting = isinstance(error, requests.ConnectionError) and (
            "NewConnectionError" in repr(error) or "ConnectTimeout" in repr(error)
        )
        return Unavailable(
            f"{self.base_url} does not answer: {_reason(error)}",
            remedy="Check the address and the network.",
            code="unreachable" if connecting else type(error).__name__,
            sent=not connecting,
        )


def _reason(error: Exception) -> str:
    """Return the innermost cause without object addresses, which hinder grouping."""
    text = str(error)
    for marker in ("cannot connect: ", "cannot resolve: "):
        if marker in text:
            return redact(marker + text.rsplit(marker, 1)[1].rstrip("')\""))
    return redact(type(error).__name__)


def _read_capped(answer: requests.Response) -> bytes:
    chunks, size = [], 0
    for chunk in answer.iter_content(65536):
        size += len(chunk)
        if size > MAX_BYTES:
            raise InvalidData(
                f"The answer is larger than {MAX_BYTES // 2**20} MiB.",
                remedy="Use a smaller batch.",
                code="too_large",
            )
        chunks.append(chunk)
    return b"".join(chunks)


def retry_after(headers: Mapping[str, str]) -> float:
    """Return the pause a remote asks for, in seconds."""
    try:
        seconds = float(headers.get("Retry-After", ""))
    except ValueError:
        return DEFAULT_PAUSE
    if not math.isfinite(seconds):
        return DEFAULT_PAUSE
    return min(max(seconds, 0.1), LONGEST_PAUSE)


def raise_for_status(
    response: Response, where: str, secrets: Sequence[str] = ()
) -> None:
    """Raise the class of error an HTTP status stands for; 2xx passes.

    :param secrets: what was sent and must not come back in the error's text
    """
    status = response.status
    if 200 <= status < 300:
        return
    code = f"http_{status}"
    reason = excerpt(response.body, secrets)
    if status in (401, 403):
        raise AuthError(
            f"{where} refused the credentials ({status}): {reason}",
            remedy="Renew the credentials of the backend, then test the connection.",
            code=code,
        )
    if status == 429:
        raise RateLimited(
            f"{where} asks for a pause.",
            seconds=retry_after(response.headers),
            code=code,
        )
    if status in (404, 410) or 300 <= status < 400:
        raise NotFound(
            f"{where} answered {status}: there is no such address.",
            remedy="Check the address of the backend.",
            code=code,
        )
    if status in (408, 425) or status >= 500:
        raise Unavailable(f"{where} answered {status}.", code=code)
    raise Rejected(f"{where} answered {status}: {reason}", code=code)
