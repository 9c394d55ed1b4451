# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bounded load of POST requests from several connections to this machine."""

import http.client
import threading
import time
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

Request = tuple[str, Mapping[str, str], bytes]  # path, headers, body


def post_all(base_url: str, requests: Sequence[Request], connections: int = 6) -> float:
    """Send every request once and return how many were answered per second.

    :raises RuntimeError: an answer was not 200
    """
    where = urlsplit(base_url)
    if where.hostname != "127.0.0.1":
        raise ValueError("a load goes to this machine only")
    waiting = list(reversed(requests))
    failures: list[str] = []
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(where.netloc, timeout=30)
        while not failures:
            with lock:
                if not waiting:
                    break
                path, headers, body = waiting.pop()
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                failures.append(f"{path}: {answer.status}")
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(connections)]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - started
    if failures:
        raise RuntimeError(failures[0])
    return len(requests) / seconds
