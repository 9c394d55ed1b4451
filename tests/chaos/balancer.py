# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What stands in front of several Odoo nodes: connections go to each in turn."""

import contextlib
import itertools
import socket
import threading
from collections.abc import Sequence

CHUNK = 65536


class Balancer:
    """Listens on a free port of this machine; a node that is down is passed over."""

    def __init__(self) -> None:
        self.ports: Sequence[int] = ()
        self._turn = itertools.count()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=[client], daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        first = next(self._turn)
        for place in range(len(self.ports)):
            port = self.ports[(first + place) % len(self.ports)]
            try:
                node = socket.create_connection(("127.0.0.1", port), timeout=5)
            except OSError:
                continue
            node.settimeout(None)
            back = threading.Thread(target=_copy, args=[node, client], daemon=True)
            back.start()
            _copy(client, node)
            back.join()
            node.close()
            break
        client.close()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(CHUNK):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        # either side left: so does the other
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
