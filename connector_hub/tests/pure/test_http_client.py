# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The HTTP client against a real server on this machine."""

import gzip
import socket

import pytest
from werkzeug.wrappers import Response

from odoo.addons.connector_hub import http_client
from odoo.addons.connector_hub.exceptions import (
    AuthError,
    InvalidData,
    NotFound,
    RateLimited,
    Rejected,
    Unavailable,
)
from odoo.addons.connector_hub.http_client import HttpClient, retry_after


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, Rejected),
        (401, AuthError),
        (403, AuthError),
        (404, NotFound),
        (408, Unavailable),
        (409, Rejected),
        (410, NotFound),
        (422, Rejected),
        (425, Unavailable),
        (429, RateLimited),
        (500, Unavailable),
        (503, Unavailable),
    ],
)
def test_status_becomes_its_class_of_error(server, client, status, error):
    server.answers = [Response("why", status)]
    with pytest.raises(error) as caught:
        client.request("GET", "/")
    assert type(caught.value) is error
    assert caught.value.code == f"http_{status}"


def test_accepted_status_is_left_to_the_caller(server, client):
    server.answers = [Response("no", 404)]
    answer = client.request("GET", "/", accept_status=frozenset({404}))
    assert (answer.status, answer.body) == (404, b"no")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.1), ("1.5", 1.5), ("", 10.0), ("soon", 10.0), (None, 10.0)],
)
def test_pause_is_read_or_assumed(value, seconds):
    headers = {} if value is None else {"Retry-After": value}
    assert retry_after(headers) == seconds


def test_idempotent_request_is_repeated_at_once(server, client):
    server.answers = [Response("", 503), Response("", 502), Response("ok")]
    assert client.request("GET", "/", idempotent=True).body == b"ok"
    assert len(server.requests) == 3


def test_other_requests_are_sent_once(server, client):
    server.answers = [Response("", 503), Response("ok")]
    with pytest.raises(Unavailable):
        client.request("POST", "/")
    assert len(server.requests) == 1


def test_repetition_ends(server, client):
    server.answers = [Response("", 503)]
    with pytest.raises(Unavailable):
        client.request("GET", "/", idempotent=True)
    assert len(server.requests) == 3


def test_answer_that_is_too_large_is_refused(server, client, monkeypatch):
    monkeypatch.setattr(http_client, "MAX_BYTES", 1000)
    server.answers = [Response(b"x" * 1001)]
    with pytest.raises(InvalidData, match="larger"):
        client.request("GET", "/")


def test_compressed_bomb_is_measured_unpacked(server, client, monkeypatch):
    monkeypatch.setattr(http_client, "MAX_BYTES", 100_000)
    packed = gzip.compress(b"0" * 10_000_000)
    assert len(packed) < 100_000
    server.answers = [Response(packed, headers={"Content-Encoding": "gzip"})]
    with pytest.raises(InvalidData, match="larger"):
        client.request("GET", "/")


@pytest.mark.parametrize("body", ["<html>", "", "[" * 100_000])
def test_broken_json_is_unavailable(server, client, body):
    server.answers = [Response(body)]
    with pytest.raises(Unavailable) as caught:
        client.request("GET", "/").json()
    assert caught.value.code == "not_json"


def test_silence_may_have_reached_the_remote(monkeypatch):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        client = HttpClient(url, allow_loopback=True, read_timeout=0.2)
        with pytest.raises(Unavailable) as caught:
            client.request("POST", "/")
    assert caught.value.sent


def test_refused_connection_was_never_sent():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(Unavailable) as caught:
            HttpClient(url, allow_loopback=True).request("POST", "/")
    assert not caught.value.sent
