# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where the HTTP client does not connect, and what it does not repeat."""

import socket

import pytest
from werkzeug.wrappers import Response

from odoo.addons.connector_hub.exceptions import (
    AuthError,
    InvalidData,
    NotFound,
    Rejected,
    Unavailable,
)
from odoo.addons.connector_hub.http_client import HttpClient
from odoo.addons.connector_hub.http_guard import check_url, redact

# === ADDRESSES ===#


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://example.com",
        "https://",
        "https://canary:canary@example.com",
        "https://example.com?x=1",
        "https://example.com#x",
        "file:///etc/passwd",
        "example.com",
        "",
    ],
)
def test_unfit_addresses_are_refused(url):
    with pytest.raises(InvalidData) as caught:
        check_url(url, allow_loopback=True)
    assert caught.value.remedy
    assert "canary" not in caught.value.message


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]"])
def test_plain_http_is_for_development_on_this_machine_only(host):
    url = f"http://{host}:8069"
    assert check_url(f"{url}/", allow_loopback=True) == url
    with pytest.raises(InvalidData):
        check_url(url, allow_loopback=False)


def test_https_address_loses_its_slash():
    assert check_url(" https://example.com/ ", allow_loopback=False) == (
        "https://example.com"
    )


# === WHERE IT CONNECTS ===#

PRIVATE = [
    "10.0.0.1",
    "172.16.3.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",  # noqa: S104
    "224.0.0.1",
    "::1",
    "fe80::1",
    "fc00::1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
]


def resolve_to(monkeypatch, address):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    found = [(family, socket.SOCK_STREAM, 6, "", (address, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: found)


def forbid_connections(monkeypatch):
    def connect(address, *args, **kwargs):
        raise AssertionError(f"connected to {address}")

    monkeypatch.setattr(socket, "create_connection", connect)


@pytest.mark.parametrize("address", PRIVATE)
def test_public_name_of_a_private_address_is_refused(monkeypatch, address):
    resolve_to(monkeypatch, address)
    forbid_connections(monkeypatch)
    client = HttpClient("https://shop.example.com")
    with pytest.raises(Unavailable, match="not a public address"):
        client.request("GET", "/")


def test_loopback_is_refused_outside_development(monkeypatch):
    resolve_to(monkeypatch, "127.0.0.1")
    forbid_connections(monkeypatch)
    with pytest.raises(Unavailable, match="not a public address"):
        HttpClient("https://localhost").request("GET", "/")


def test_development_opens_this_machine_and_nothing_else(monkeypatch):
    resolve_to(monkeypatch, "192.168.1.1")
    forbid_connections(monkeypatch)
    with pytest.raises(Unavailable, match="not a public address"):
        HttpClient("https://intra.example", allow_loopback=True).request("GET", "/")


def test_checked_address_is_the_one_connected_to(monkeypatch):
    resolve_to(monkeypatch, "93.184.216.34")
    seen = []

    def connect(address, *args, **kwargs):
        seen.append(address)
        raise OSError("refused")

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(Unavailable) as caught:
        HttpClient("https://shop.example.com").request("GET", "/")
    assert seen == [("93.184.216.34", 443)]
    assert not caught.value.sent


def test_redirect_is_not_followed(server, client):
    other = Response(status=302, headers={"Location": f"{server.url}/other"})
    server.answers = [other]
    with pytest.raises(NotFound):
        client.request("GET", "/here")
    assert [path for _method, path, _headers in server.requests] == ["/here"]


def test_proxies_of_the_environment_are_ignored(server, client, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    assert client.request("GET", "/").body == b"ok"


# === SECRETS ===#


@pytest.mark.parametrize(
    "text",
    [
        "token=canary",
        '{"access_token": "canary"}',
        "password: canary",
        "api_key='canary'",
        "API-Key=canary",
        "Authorization: Bearer canary",
        "client_secret=canary&x=1",
    ],
)
def test_redacted_text_has_no_secret(text):
    assert "canary" not in redact(text)


def test_what_the_remote_says_is_redacted(server, client):
    server.answers = [Response('{"token": "canary"}', 400)]
    with pytest.raises(Rejected) as caught:
        client.request("GET", "/")
    assert "canary" not in caught.value.message


def test_credentials_the_remote_repeats_are_not_passed_on(server, client):
    server.answers = [Response("no access for canary-123456", 401)]
    with pytest.raises(AuthError) as caught:
        client.request("GET", "/", headers={"Authorization": "Bearer canary-123456"})
    assert "canary-123456" not in caught.value.message


def test_secret_at_the_end_of_the_excerpt_is_not_cut_in_half(server, client):
    server.answers = [Response("x" * 295 + "canary-123456", 400)]
    with pytest.raises(Rejected) as caught:
        client.request("GET", "/", headers={"X-Access-Token": "canary-123456"})
    assert "canar" not in caught.value.message


def test_observer_sees_path_and_time_but_no_content(server):
    seen = []
    client = HttpClient(
        server.url,
        allow_loopback=True,
        observe=lambda *args: seen.append(args),
    )
    client.request("GET", "/x", headers={"Authorization": "canary"})
    ((method, path, status, seconds),) = seen
    assert (method, path, status) == ("GET", "/x", 200)
    assert seconds >= 0
