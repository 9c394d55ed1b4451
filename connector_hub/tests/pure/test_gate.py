# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What an HTTP client asks and tells its gate."""

import time
from email.utils import formatdate

import pytest
from werkzeug.wrappers import Response

from odoo.addons.connector_hub.exceptions import (
    CircuitOpen,
    NotFound,
    RateLimited,
    Unavailable,
)
from odoo.addons.connector_hub.http_client import HttpClient, retry_after


class Gate:
    probing = False
    refusal = None

    def __init__(self):
        self.outcomes = []

    def before(self):
        if self.refusal:
            raise self.refusal
        return self.probing

    def after(self, error):
        self.outcomes.append(type(error))


@pytest.fixture
def gate():
    return Gate()


@pytest.fixture
def client(server, gate):
    return HttpClient(server.url, allow_loopback=True, gate=gate)


def test_closed_gate_keeps_the_request_back(server, client, gate):
    gate.refusal = CircuitOpen("It does not answer.", seconds=9, sent=False)
    with pytest.raises(CircuitOpen):
        client.request("GET", "/")
    assert not server.requests
    assert not gate.outcomes


@pytest.mark.parametrize(
    ("status", "error"), [(429, RateLimited), (500, Unavailable), (404, NotFound)]
)
def test_gate_learns_every_failure(server, client, gate, status, error):
    server.answers = [Response("", status)]
    with pytest.raises(error):
        client.request("GET", "/")
    assert gate.outcomes == [error]


def test_gate_learns_success_once_however_often_it_was_sent(server, client, gate):
    server.answers = [Response("", 503), Response("ok")]
    client.request("GET", "/", idempotent=True)
    assert gate.outcomes == [type(None)]


def test_trial_is_one_request_without_repetition(server, client, gate):
    gate.probing = True
    server.answers = [Response("", 503)]
    with pytest.raises(Unavailable):
        client.request("GET", "/", idempotent=True)
    assert len(server.requests) == 1


def test_failure_that_a_good_status_hides_reaches_the_gate(client, gate):
    def check(_response):
        raise RateLimited("The bucket is empty.", seconds=2)

    with pytest.raises(RateLimited):
        client.request("GET", "/", check=check)
    assert gate.outcomes == [RateLimited]


def test_pause_may_be_told_as_a_date():
    date = formatdate(time.time() + 100, usegmt=True)
    assert 97 <= retry_after({"Retry-After": date}) <= 100
    assert retry_after({"Retry-After": "soon"}) == 10
    assert retry_after({}, 0.0) == 0.0


def test_pause_of_a_failing_server_is_read(server, client):
    server.answers = [Response("", 503, {"Retry-After": "33"})]
    with pytest.raises(Unavailable) as caught:
        client.request("GET", "/")
    assert caught.value.seconds == 33
