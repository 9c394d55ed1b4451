# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP as a connector needs it: bounded, guarded, classified, silent about secrets."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import cached_property
from typing import Any, Protocol

import requests

from .exceptions import (
    AuthError,
    HubError,
    InvalidData,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from .http_guard import GuardedAdapter, check_url, excerpt, redact, secrets_of
from .http_lines import lines_of

_logger = logging.getLogger(__name__)

CONNECT_TIMEOUT = 5.0  # seconds
READ_TIMEOUT = 30.0  # seconds
MAX_BYTES = 64 * 1024 * 1024
QUICK_RETRIES = 2
QUICK_RETRY_STATUS = frozenset({502, 503, 504})
DEFAULT_PAUSE = 10.0  # seconds, when a 429 does not say how long
LONGEST_PAUSE = 3600.0  # seconds; nobody is believed who asks for more


class Gate(Protocol):
    """Who may call the remote now; shared by everybody who calls it."""

    def before(self) -> bool:
        """Let a call pass; return True when it finds out whether calls work again.

        :raises RateLimited: the remote asked for a pause that is not over
        :raises Unavailable: nobody calls, because calls fail
        """

    def after(self, error: HubError | None) -> None:
        """Learn what became of the call; may raise a better error instead."""


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
        return self._parsed

    @cached_property
    def _parsed(self) -> Any:
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Unavailable("The answer was not JSON.", code="not_json") from error


class HttpClient:
    """One remote host.

    :param base_url: checked by :func:`check_url`
    :param allow_loopback: development and test only
    :param observe: called with (method, path, status, seconds) for telemetry
    :param max_bytes: of an answer; a longer one is refused
    :param gate: asked before each call, told the outcome of each
    """

    def __init__(
        self,
        base_url: str,
        *,
        allow_loopback: bool = False,
        headers: Mapping[str, str] | None = None,
        observe: Callable[[str, str, int, float], None] | None = None,
        read_timeout: float = READ_TIMEOUT,
        max_bytes: int | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.base_url = check_url(base_url, allow_loopback=allow_loopback)
        self.allow_loopback = allow_loopback
        self._observe = observe
        self._read_timeout = read_timeout
        self._max_bytes = max_bytes
        self._gate = gate
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
        check: Callable[[Response], None] | None = None,
        **kwargs: Any,
    ) -> Response:
        """Send one request and classify what comes back.

        :param idempotent: repeat at once, at most twice, when the way failed
        :param accept_status: error statuses the caller reads itself
        :param check: raises the HubError that an answer of good status hides
        :raises HubError: see :func:`raise_for_status`; Unavailable when nothing came
        """
        probing = self._gate.before() if self._gate else False
        try:
            retries = QUICK_RETRIES if idempotent and not probing else 0
            response = self._send_patiently(retries, method, path, **kwargs)
            if response.status not in accept_status:
                sent = {**self._session.headers, **(kwargs.get("headers") or {})}
                raise_for_status(response, self.base_url, secrets_of(sent))
            if check:
                check(response)
        except HubError as error:
            if self._gate:
                self._gate.after(error)
            raise
        if self._gate:
            self._gate.after(None)
        return response

    def lines(self, path: str, start: int = 0) -> Iterator[bytes]:
        """Yield the lines of a file of any size, of which one at a time is held.

        :param start: byte at which the first line begins
        :raises HubError: see :func:`raise_for_status`; Unavailable when it breaks off
        """
        headers = {"Range": f"bytes={start}-"} if start else {}
        try:
            with self._session.get(
                self.base_url + path,
                headers=headers,
                timeout=(CONNECT_TIMEOUT, self._read_timeout),
                allow_redirects=False,
                stream=True,
            ) as answer:
                if start and answer.status_code == 416:
                    return  # the file ends there
                response = Response(answer.status_code, answer.headers, b"", 0.0)
                raise_for_status(response, self.base_url)
                skipped = start if answer.status_code == 200 else 0
                yield from lines_of(answer.iter_content(65536), MAX_BYTES, skipped)
        except requests.RequestException as error:
            raise self._unreachable(error) from error

    def _send_patiently(
        self, retries: int, method: str, path: str, **kwargs: Any
    ) -> Response:
        while True:
            try:
                response = self._send(method, path, **kwargs)
            except Unavailable:
                if not retries:
                    raise
            else:
                if response.status not in QUICK_RETRY_STATUS or not retries:
                    return response
            retries -= 1
            time.sleep(random.uniform(0.05, 0.3))

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
                body = _read_capped(answer, self._max_bytes or MAX_BYTES)
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


def _read_capped(answer: requests.Response, limit: int) -> bytes:
    chunks, size = [], 0
    for chunk in answer.iter_content(65536):
        size += len(chunk)
        if size > limit:
            raise InvalidData(
                f"The answer is larger than {limit // 2**20} MiB.",
                remedy="Use a smaller batch.",
                code="too_large",
            )
        chunks.append(chunk)
    return b"".join(chunks)


def retry_after(headers: Mapping[str, str], default: float = DEFAULT_PAUSE) -> float:
    """Return the pause a remote asks for, in seconds."""
    asked = headers.get("Retry-After", "")
    try:
        seconds = float(asked)
    except ValueError:
        seconds = _seconds_until(asked)
    if not math.isfinite(seconds):
        return default
    return min(max(seconds, 0.1), LONGEST_PAUSE)


def _seconds_until(date: str) -> float:
    """Return the seconds until an HTTP date; NaN when it is none."""
    try:
        return parsedate_to_datetime(date).timestamp() - time.time()
    except (TypeError, ValueError):
        return math.nan


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
        raise Unavailable(
            f"{where} answered {status}.",
            code=code,
            seconds=retry_after(response.headers, 0.0),
        )
    raise Rejected(f"{where} answered {status}: {reason}", code=code)
