# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a reverse proxy does in production: one address for HTTP and websockets.

Odoo's prefork workers refuse websockets, which belong to its live-chat worker on a
port of its own. Browsers open a connection for each websocket, so it is enough to
look at the first request of a connection, and then to copy bytes both ways.
"""

import asyncio
import contextlib
import threading

CHUNK = 65536
HEAD_LIMIT = 65536


class Front:
    """Listens on a free port of this machine until closed."""

    def __init__(self, http_port: int, websocket_port: int) -> None:
        self.http_port = http_port
        self.websocket_port = websocket_port
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._listening = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> "Front":
        self._thread.start()
        self._listening.wait(10)
        return self

    def close(self) -> None:
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop)
            self._thread.join(10)

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._serve())
        self._loop.close()

    def _stop(self) -> None:
        for task in asyncio.all_tasks(self._loop):
            task.cancel()

    async def _serve(self) -> None:
        server = await asyncio.start_server(
            self._connection, "127.0.0.1", 0, limit=HEAD_LIMIT
        )
        self.port = server.sockets[0].getsockname()[1]
        self._listening.set()
        # Ended by cancellation, and then the connections end with it.
        await asyncio.Event().wait()

    async def _connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            first = await reader.readuntil(b"\r\n")
            path = first.split(b" ")[1] if first.count(b" ") else b"/"
            websocket = path.startswith(b"/websocket")
            port = self.websocket_port if websocket else self.http_port
            there = await asyncio.open_connection("127.0.0.1", port)
            there[1].write(first)
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(CHUNK):
            writer.write(chunk)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.close()
