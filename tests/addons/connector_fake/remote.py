# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The imaginary system itself: a WSGI server on this machine, and what tests do to it.

with Remote() as remote:
    remote.put("order", {...})        # newer content, version moves on
    remote.fail(429, retry_after=7)   # what the next request suffers
    remote.lose("after")              # the next write happens, its answer is lost
    remote.ledger                     # what has happened here because of us
"""

import hashlib
import hmac
import json
import logging
import threading
import time
import uuid
from datetime import datetime, timedelta, timezone

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from odoo.addons.connector_hub.documents import DOCUMENTS

from .remote_control import Control
from .remote_writes import Writes

_logger = logging.getLogger(__name__)

EPOCH = datetime(2026, 9, 1, 8, tzinfo=timezone.utc)


class _Handler(WSGIRequestHandler):
    disable_nagle_algorithm = True

    def log(self, type, message, *args):
        _logger.debug(message, *args)


class Remote(Writes, Control):
    """``calls`` counts requests by path; ``page_size`` is in rows."""

    def __init__(self, page_size=100, port=0):
        self._port = port
        self.page_size = page_size
        self.secret = f"secret-canary-{uuid.uuid4().hex}"
        self.password = f"password-canary-{uuid.uuid4().hex}"
        self.tokens = []
        self.refuses = False
        self.api_version = "2"
        self.rows = {document: {} for document in DOCUMENTS}
        self.calls = {}
        self._faults = []
        self._clock = 0
        self._open_books()

    # === WHAT TESTS DO ===#

    def now(self):
        """Return a moment later than every one before."""
        self._clock += 1
        return EPOCH + timedelta(seconds=self._clock)

    def put(self, document, row, version=None):
        """Store a record under its external id; return its version."""
        version = version or self.now()
        self.rows[document][row["external_id"]] = {
            **row,
            "version": version.isoformat(),
        }
        return version

    def fail(self, status, times=1, retry_after=None, body="", seconds=0.0):
        """Let the next requests for data fail."""
        self._faults += [(status, retry_after, body, seconds)] * times

    def webhook(self, document, external_id, delivery=None):
        """Return (headers, body) of a notification."""
        version = self.rows[document][external_id]["version"]
        body = json.dumps({"id": external_id, "version": version}).encode()
        return self.sign(document, body, delivery), body

    def sign(self, document, body, delivery=None):
        digest = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return {
            "X-Fake-Document": document,
            "X-Fake-Delivery": delivery or uuid.uuid4().hex,
            "X-Fake-Signature": digest,
        }

    @property
    def secrets(self):
        return {self.secret, self.password, *self.tokens}

    # === HTTP ===#

    @Request.application
    def _answer(self, request):
        if request.path == "/control":
            return self._control(request)
        with self._lock:
            self.calls[request.path] = self.calls.get(request.path, 0) + 1
        if request.path == "/token":
            return self._grant(request)
        if self._faults:
            status, retry_after, body, seconds = self._faults.pop(0)
            time.sleep(seconds)
            headers = {"Retry-After": str(retry_after)} if retry_after else {}
            return Response(body, status, headers)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens[-1:]:
            return Response("token refused", 401)
        answer = self._read(request)
        answer.headers["X-Fake-Version"] = self.api_version
        return answer

    def _grant(self, request):
        if self.refuses or request.form.get("password") != self.password:
            return Response("no such password", 401)
        self.tokens.append(f"token-canary-{uuid.uuid4().hex}")
        return _json({"token": self.tokens[-1]})

    def _read(self, request):
        path = request.path.strip("/").split("/")
        if path == ["me"]:
            return _json({"name": "tester"})
        if path[0] not in self.rows:
            return Response("unknown", 404)
        if request.method == "POST":
            return self._written(request, *path)
        rows = self.visible(path[0])
        if path[1:] == ["count"]:
            return _json({"count": len(self._changed(request, rows))})
        if len(path) > 1:
            wanted = request.args["ids"].split(",")
            return _json({gid: rows[gid] for gid in wanted if gid in rows})
        return self._page(request, rows)

    def _written(self, request, document, action):
        if action == "lookup":
            return self._look_up(request, document)
        return self._write(request, document, action)

    def _changed(self, request, rows):
        since, until = request.args.get("since", ""), request.args.get("until", "~")
        return sorted(
            (row for row in rows.values() if since <= row["version"] <= until),
            key=lambda row: (row["version"], row["external_id"]),
        )

    def _page(self, request, rows):
        changed = self._changed(request, rows)
        page = int(request.args.get("page", 0))
        start = page * self.page_size
        more = len(changed) > start + self.page_size
        chunk = changed[start : start + self.page_size]
        return _json({"rows": chunk, "next": page + 1 if more else None})

    # === SERVER ===#

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.port}"

    def __enter__(self):
        self._server = make_server(
            "127.0.0.1",
            self._port,
            self._answer,
            threaded=True,
            request_handler=_Handler,
        )
        self._server.daemon_threads = True
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}
        )
        self._thread.daemon = True
        self._thread.start()
        return self

    def __exit__(self, *_unused):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _json(content):
    return Response(json.dumps(content), mimetype="application/json")
