# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Telling another system something, so that it knows who told it."""

from __future__ import annotations

import hashlib
import hmac
import time

from .http_client import HttpClient


def signature(secret: str, moment: str, body: bytes) -> str:
    """Return the hex HMAC-SHA256 over ``<moment>.<body>``.

    :param moment: seconds since 1970, as in the header: an old message told again is
        recognised by it
    """
    content = moment.encode() + b"." + body
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def deliver(
    url: str, secret: str, delivery: str, body: bytes, *, allow_loopback: bool = False
) -> None:
    """POST a JSON body, signed; any answer below 300 is an acknowledgement.

    :param delivery: the same for each try, so that the receiver may know it already
    :raises HubError: refused or not reached, as ``http_client`` classifies it
    """
    moment = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Hub-Delivery": delivery,
        "X-Hub-Timestamp": moment,
        "X-Hub-Signature-256": signature(secret, moment, body),
    }
    client = HttpClient(url, allow_loopback=allow_loopback)
    client.request("POST", "", data=body, headers=headers)
