# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Serve a shop over HTTP, in a thread of this process."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .app import Application
from .schema import admin_schema
from .shop import Shop

_logger = logging.getLogger(__name__)

HOST = "127.0.0.1"


class _Handler(WSGIRequestHandler):
    # Header and body are two writes; with Nagle each answer would wait for an ACK.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        _logger.debug(message, *args)


class SimulatorServer:
    """``with SimulatorServer(Shop(orders=5)) as server: server.url``."""

    def __init__(self, shop: Shop | None = None, port: int = 0) -> None:
        self.shop = shop or Shop()
        self.port = port
        self._server: BaseWSGIServer | None = None
        self._thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """``http://127.0.0.1:<port>``, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def start(self) -> SimulatorServer:
        admin_schema()
        application = Application(self.shop)
        self._server = make_server(
            HOST, self.port, application, threaded=True, request_handler=_Handler
        )
        self.port = self._server.port
        self.shop.url = self.url
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            # Seconds that `stop` may have to wait.
            kwargs={"poll_interval": 0.02},
            daemon=True,
            name="shopify-simulator",
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._server and self._thread:
            self._server.shutdown()
            self._thread.join()
            self._server.server_close()
            self._server = None

    def __enter__(self) -> SimulatorServer:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
