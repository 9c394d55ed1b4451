# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines of a stream, of which one at a time is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .exceptions import InvalidData


def lines_of(
    chunks: Iterable[bytes], longest: int, skipped: int = 0
) -> Iterator[bytes]:
    """Yield the lines of a stream without their ends, empty ones left out.

    :param longest: bytes of a line
    :param skipped: bytes at the beginning that are no part of what is wanted
    :raises InvalidData: a line is too long
    """
    rest = b""
    for chunk in chunks:
        if skipped:
            chunk, skipped = chunk[skipped:], max(skipped - len(chunk), 0)
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()
        if len(rest) > longest:
            raise InvalidData("A line is too long.", code="too_large")
        yield from filter(None, (line.rstrip(b"\r") for line in lines))
    if rest:
        yield rest
