# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A bounded load of POST requests from several connections to this machine."""

import http.client
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from urllib.parse import urlsplit

Request = tuple[str, Mapping[str, str], bytes]  # path, headers, body


def post_all(base_url: str, requests: Sequence[Request], connections: int = 6) -> float:
    """Send every request once and return how many were answered per second.

    :raises RuntimeError: an answer was not 200
    """
    where = _checked(base_url)
    waiting = list(reversed(requests))
    failures: list[str] = []
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(where, timeout=30)
        while not failures:
            with lock:
                if not waiting:
                    break
                request = waiting.pop()
            _post(connection, request, failures)
        connection.close()

    started = time.monotonic()
    _run(work, connections, failures)
    return len(requests) / (time.monotonic() - started)


def post_paced(
    base_url: str, requests: Sequence[Request], rate: float, connections: int = 12
) -> list[float]:
    """Send requests at a fixed rate per second, whatever the answers take.

    :return: the seconds from when each should have left until it was answered
    :raises RuntimeError: an answer was not 200
    """
    where = _checked(base_url)
    begin = time.monotonic() + 0.1
    waiting = [(begin + n / rate, each) for n, each in enumerate(requests)][::-1]
    failures: list[str] = []
    seconds: list[float] = []
    lock = threading.Lock()

    def work() -> None:
        connection = http.client.HTTPConnection(where, timeout=30)
        while not failures:
            with lock:
                if not waiting:
                    break
                due, request = waiting.pop()
            time.sleep(max(0.0, due - time.monotonic()))
            _post(connection, request, failures)
            seconds.append(time.monotonic() - due)
        connection.close()

    _run(work, connections, failures)
    return seconds


def _checked(base_url: str) -> str:
    where = urlsplit(base_url)
    if where.hostname != "127.0.0.1":
        raise ValueError("a load goes to this machine only")
    return where.netloc


def _post(
    connection: http.client.HTTPConnection, request: Request, failures: list[str]
) -> None:
    path, headers, body = request
    connection.request("POST", path, body, dict(headers))
    answer = connection.getresponse()
    answer.read()
    if answer.status != 200:
        failures.append(f"{path}: {answer.status}")


def _run(work: Callable[[], None], connections: int, failures: list[str]) -> None:
    threads = [threading.Thread(target=work) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise RuntimeError(failures[0])
