# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the HTTP client must not do: reach private addresses, repeat secrets."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import NewConnectionError
from urllib3.poolmanager import PoolManager

from .exceptions import InvalidData

SECRET_IN_TEXT = re.compile(
    r"(?i)((?:token|secret|password|authorization|signature|api[-_]?key)"
    r"[\"']?\s*[:=]\s*[\"']?)((?:(?:bearer|basic)\s+)?[^\s\"'&,}]+)"
)
CREDENTIALS_IN_URL = re.compile(r"//[^/@\s]+@")
SECRET_HEADER = re.compile(r"(?i)token|secret|password|authorization|api-?key|cookie")
#: IPv6 addresses that stand for an IPv4 address behind a translator (RFC 6052)
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


def redact(text: str) -> str:
    """Return ``text`` without what looks like a secret."""
    return SECRET_IN_TEXT.sub(r"\1***", CREDENTIALS_IN_URL.sub("//***@", text))


def excerpt(body: bytes, secrets: Sequence[str]) -> str:
    """Return the beginning of a body without secrets, known ones and likely ones."""
    # cut afterwards: half a secret would not be recognised
    text = body[:5000].decode("utf-8", "replace")
    for secret in secrets:
        text = text.replace(secret, "***")
    return redact(text)[:300].strip()


def secrets_of(headers: Mapping[str, Any]) -> list[str]:
    """Return the credentials among request headers, without "Bearer"."""
    values = [str(v) for name, v in headers.items() if SECRET_HEADER.search(name)]
    return [value.split()[-1] for value in values if value.strip()]


def check_url(url: str, *, allow_loopback: bool) -> str:
    """Return ``url`` without a trailing slash, or refuse it.

    :param allow_loopback: also accept plain http to this machine (development)
    :raises InvalidData: not https, credentials inside, no host
    """
    parts = urlsplit(url.strip())
    host = parts.hostname or ""
    local = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.username or parts.password or parts.query or parts.fragment:
        raise InvalidData(
            f'"{redact(url)}" is not an address this connection can use.',
            remedy="Enter the address as https://host, without user or parameters.",
            field="api_url",
        )
    if parts.scheme == "https" or (parts.scheme == "http" and local and allow_loopback):
        return url.strip().rstrip("/")
    raise InvalidData(
        f'"{redact(url)}" is refused: only https is allowed.',
        remedy="Use https. Plain http works on this machine's own addresses, in the "
        "environments Development and Test only.",
        field="api_url",
    )


def _is_allowed(address: str, allow_loopback: bool) -> bool:
    ip = _real_address(ipaddress.ip_address(address.partition("%")[0]))
    if ip.is_loopback:
        return allow_loopback
    return ip.is_global and not ip.is_multicast


def _real_address(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the IPv4 address that an IPv6 address only wraps, else itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    if ip in NAT64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class _GuardedMixin:
    """Connects to an address that was checked, not to a name resolved twice."""

    host: str
    port: int
    timeout: Any
    allow_loopback = False

    def _new_conn(self) -> socket.socket:
        failure: Exception | None = None
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise NewConnectionError(self, f"cannot resolve: {error}") from error  # type: ignore[arg-type]
        for *_unused, sockaddr in found:
            address = str(sockaddr[0])
            if not _is_allowed(address, self.allow_loopback):
                failure = PermissionError(f"{address} is not a public address")
                continue
            try:
                return socket.create_connection((address, self.port), self.timeout)
            except OSError as error:
                failure = error
        raise NewConnectionError(self, f"cannot connect: {failure}") from failure  # type: ignore[arg-type]


def _guarded_pools(allow_loopback: bool) -> dict[str, Any]:
    attributes = {"allow_loopback": allow_loopback}
    plain = type("GuardedHTTP", (_GuardedMixin, HTTPConnection), attributes)
    secure = type("GuardedHTTPS", (_GuardedMixin, HTTPSConnection), attributes)
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class GuardedAdapter(HTTPAdapter):
    """Refuses private addresses at the moment of connecting (SSRF)."""

    def __init__(self, *, allow_loopback: bool) -> None:
        self._allow_loopback = allow_loopback
        super().__init__()

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Use connection classes that check where they connect to."""
        pool_kwargs = {"num_pools": args[0], "maxsize": args[1], **kwargs}
        manager = PoolManager(**pool_kwargs)
        manager.pool_classes_by_scheme = _guarded_pools(self._allow_loopback)
        self.poolmanager = manager
