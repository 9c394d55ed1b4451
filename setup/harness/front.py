# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a reverse proxy does in production: one address for HTTP and websockets.

Odoo's prefork workers refuse websockets, which belong to its live-chat worker on a
port of its own. Browsers open a connection for each websocket, so it is enough to
look at the first request of a connection, and then to copy bytes both ways.
"""

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable, Coroutine

CHUNK = 65536
HEAD_LIMIT = 65536


class Front:
    """Listens on a free port of this machine until closed."""

    def __init__(self, http_port: int, websocket_port: int) -> None:
        self.http_port = http_port
        self.websocket_port = websocket_port
        self.port = 0
        self._stop: Callable[[], object] = lambda: None
        self._tasks: set[asyncio.Task[None] | None] = set()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Front":
        self._thread.start()
        self._listening.wait(10)
        return self

    def close(self) -> None:
        if self._thread.is_alive():
            self._stop()
            self._thread.join(10)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        loop, stopped = asyncio.get_running_loop(), asyncio.Event()
        self._stop = functools.partial(loop.call_soon_threadsafe, stopped.set)
        server = await asyncio.start_server(
            self._connection, "127.0.0.1", 0, limit=HEAD_LIMIT
        )
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        # What is open when this returns is cancelled with the loop.
        await stopped.wait()

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        # asyncio itself forgets a connection's task when the browser leaves.
        self._tasks.add(task := asyncio.current_task())
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readuntil(b"\r\n")
            path = first.split(b" ")[1] if first.count(b" ") else b"/"
            websocket = path.startswith(b"/websocket")
            port = self.websocket_port if websocket else self.http_port
            there = await asyncio.open_connection("127.0.0.1", port)
            there[1].write(first)
            await _until_either_ends(_copy(reader, there[1]), _copy(there[0], writer))
            there[1].close()
        writer.close()
        self._tasks.discard(task)


async def _until_either_ends(*copies: Coroutine[object, object, None]) -> None:
    """Neither a browser that left nor a server that closed is waited for."""
    tasks = [asyncio.ensure_future(copy) for copy in copies]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
