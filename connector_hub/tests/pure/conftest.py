# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A server on this machine, and a client that may reach it."""

import threading

import pytest
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response


class _Handler(WSGIRequestHandler):
    def log(self, type, message, *args):
        pass


class Server:
    """Answers what ``answers`` says, in turn; the last one for ever."""

    def __init__(self):
        self.answers = [Response("ok")]
        self.requests = []

    @Request.application
    def app(self, request):
        self.requests.append((request.method, request.path, dict(request.headers)))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def server():
    state = Server()
    listener = make_server("127.0.0.1", 0, state.app, request_handler=_Handler)
    thread = threading.Thread(
        target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
    )
    thread.start()
    state.url = f"http://127.0.0.1:{listener.port}"
    yield state
    listener.shutdown()
    thread.join()
    listener.server_close()


@pytest.fixture
def client(server):
    # at the top, it would come before the addons are found
    from odoo.addons.connector_hub.http_client import HttpClient

    return HttpClient(server.url, allow_loopback=True, read_timeout=1)
