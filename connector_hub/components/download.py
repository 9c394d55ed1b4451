# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Pictures from addresses that a remote system named: bounded, and nothing else."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from urllib.parse import urlsplit

from ..exceptions import AuthError, HubError, InvalidData, Rejected
from ..http_client import HttpClient

MAX_PICTURE = 20 * 1024 * 1024  # bytes
#: how the files begin that are taken for pictures: SVG can carry scripts
BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def pictures(
    urls: Iterable[str],
    hosts: frozenset[str],
    *,
    allow_loopback: bool,
    deadline: float,
) -> Iterator[tuple[str, bytes | HubError]]:
    """Yield (address, its picture or why there is none), until time is up.

    :param hosts: whose addresses are read; this machine's own where that is allowed
    :param deadline: by the monotonic clock; what is not read then is left out
    """
    clients: dict[str, HttpClient] = {}
    for url in urls:
        if time.monotonic() > deadline:
            return
        try:
            yield url, _picture(url, clients, hosts, allow_loopback)
        except AuthError as error:
            # nobody's credentials were asked for: it is this file that is closed
            yield url, Rejected(error.message, code=error.code)
        except HubError as error:
            yield url, error


def _picture(
    url: str,
    clients: dict[str, HttpClient],
    hosts: frozenset[str],
    allow_loopback: bool,
) -> bytes:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if host not in hosts and not (allow_loopback and host in LOOPBACK):
        raise InvalidData(
            f"A picture lies on {host or 'no host'}, where pictures are not read from.",
            remedy="Upload the picture itself in the other system, then retry.",
            code="picture_host",
        )
    base = f"{parts.scheme}://{parts.netloc}"
    if base not in clients:
        clients[base] = HttpClient(
            base, allow_loopback=allow_loopback, max_bytes=MAX_PICTURE
        )
    path = f"{parts.path}?{parts.query}" if parts.query else parts.path
    answer = clients[base].request("GET", path, idempotent=True)
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not answer.body.startswith(BEGINNINGS.get(kind, ())):
        raise InvalidData(
            f"What lies at {base}{parts.path} is no picture that can be used ({kind}).",
            remedy="PNG, JPEG, GIF and WebP can. Replace the picture in the other"
            " system, then retry.",
            title="Pictures of an unknown kind cannot be read.",
            code="picture_type",
        )
    return answer.body
