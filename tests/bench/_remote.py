# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A remote system that costs next to nothing: what is measured is the hub.

It speaks as the imaginary system does (tests/addons/connector_fake): pages that were
rendered before they are asked for, and a yes to everything, in a process of its own.
Started as a script it prints its address and serves until its input ends.

POST /control {"document", "first", "count", "noise"} chooses the records that exist;
``noise`` changes their bytes, but nothing that they say. Answers how many calls there
were since the last time.
"""

import json
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

EPOCH = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)
PAGE = 250
#: products that the lines name; they are there before anything is measured
PRODUCTS = 50
NO_ROWS = b'{"rows": [], "next": null}'


def customer(number: int) -> dict[str, Any]:
    return {
        "external_id": f"C{number}",
        "version": (EPOCH + timedelta(seconds=number)).isoformat(),
        "name": f"Buyer {number}",
        "email": f"buyer{number}@example.com",
        "phone": f"+49 30 {number:07d}",
    }


def order(number: int) -> dict[str, Any]:
    """An order of three lines; every third buyer comes back."""
    lines = [
        {
            "external_id": f"L{number}-{place}",
            "title": f"Product {(number + place) % PRODUCTS}",
            "sku": f"BENCH-{(number + place) % PRODUCTS}",
            "quantity": "2",
            "unit_price": "10.00",
        }
        for place in range(3)
    ]
    moment = (EPOCH + timedelta(seconds=number)).isoformat()
    return {
        "external_id": f"O{number}",
        "version": moment,
        "name": f"#{number}",
        "placed_at": moment,
        "currency": "EUR",
        "customer": customer(number * 2 // 3),
        "lines": lines,
        "total": "60.00",
    }


MAKERS = {"customer": customer, "order": order}


class Shelf:
    """The pages of what exists at present."""

    def __init__(self) -> None:
        self.pages: dict[str, list[bytes]] = {}
        self.calls = 0

    def fill(self, document: str, first: int, count: int, noise: int = 0) -> None:
        make = MAKERS[document]
        rows = [make(number) for number in range(first, first + count)]
        chunks = [rows[at : at + PAGE] for at in range(0, len(rows), PAGE)]
        self.pages[document] = [
            json.dumps(
                {
                    "rows": [_turned(row, noise) for row in chunk],
                    "next": at + 1 if at + 1 < len(chunks) else None,
                }
            ).encode()
            for at, chunk in enumerate(chunks)
        ]


def _turned(row: dict[str, Any], places: int) -> dict[str, Any]:
    """The same record with its keys in another order."""
    names = [*row]
    places %= len(names)
    return {name: row[name] for name in names[places:] + names[:places]}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    shelf = Shelf()

    def log_message(self, *_arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self.shelf.calls += 1
        where = urlsplit(self.path)
        pages = self.shelf.pages.get(where.path.strip("/"), [])
        page = int(parse_qs(where.query).get("page", ["0"])[0])
        self._answer(pages[page] if page < len(pages) else NO_ROWS)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/token":
            return self._answer(b'{"token": "t"}')
        if self.path != "/control":
            return self._answer(self._written(json.loads(body)["rows"]))
        calls, self.shelf.calls = self.shelf.calls, 0
        self.shelf.fill(**json.loads(body))
        return self._answer(json.dumps({"calls": calls}).encode())

    def _written(self, rows: list[dict[str, Any]]) -> bytes:
        """Everything that is told to be so is so."""
        self.shelf.calls += 1
        results = [{"record": r["record"], "id": r["id"], "row": {}} for r in rows]
        return json.dumps({"results": results}).encode()

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


@contextmanager
def running() -> Iterator[str]:
    """Start the system in a process of its own; yield its address."""
    process = subprocess.Popen(
        [sys.executable, __file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin and process.stdout
    try:
        yield process.stdout.readline().strip()
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def fill(url: str, **order: Any) -> int:
    """Choose what exists; return how many calls there were since the last time."""
    request = urllib.request.Request(f"{url}/control", json.dumps(order).encode())
    with urllib.request.urlopen(request, timeout=60) as answer:
        return int(json.loads(answer.read())["calls"])


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
