# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import date, datetime

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.event import (
    ApiVersions,
    Event,
    Notification,
    Verdict,
)
from odoo.addons.connector_hub.documents import DOCUMENTS
from odoo.addons.connector_hub.exceptions import (
    AuthError,
    Deleted,
    InvalidData,
    Merged,
    NotFound,
)

API_VERSION = "2"


class FakeAdapter(Component):
    """Real HTTP to the server in ``remote.py``."""

    _name = "hub.fake.adapter"
    _inherit = "hub.adapter"
    _system = "fake"
    _supported_until = "2100-01-01"
    _served = ""

    def prepare(self):
        self._client = self.http_client(self.backend_record.api_url, read_timeout=1)
        self._password = self.backend_record.sudo().fake_password or ""

    def check_connection(self):
        verdict = Verdict()
        verdict.add(True, f"Connected as {self._get('/me')['name']}.")
        return verdict

    def api_versions(self):
        until = date.fromisoformat(self._supported_until)
        return ApiVersions(API_VERSION, self._served, until)

    def verify_webhook(self, headers, body):
        secret = (self.backend_record.sudo().fake_secret or "").encode()
        expected = hmac.new(secret, body, hashlib.sha256).hexdigest()
        sent = headers.get("x-fake-signature", "")
        return hmac.compare_digest(expected.encode(), sent.encode())

    def read_notification(self, headers, body):
        document = headers.get("x-fake-document", "")
        if document not in DOCUMENTS:
            return None
        delivery = headers.get("x-fake-delivery", "")
        event = Event(delivery, "changed", body, delivery_id=delivery)
        try:
            content = json.loads(body)
            version = datetime.fromisoformat(content["version"])
            event = replace(event, external_id=str(content["id"]), version=version)
        except (ValueError, KeyError, TypeError, RecursionError):
            error = InvalidData(
                "A notification cannot be read.", remedy="Ask the sender.", code="x"
            )
            return Notification(document, event, error)
        return Notification(document, event)

    def iter_changes(self, document, since, until=None):
        window, page = _window(since, until), 0
        while page is not None:
            answer = self._get(f"/{document}", **window, page=page)
            yield self.page_of(answer["rows"], self._event)
            page = answer["next"]

    def count(self, document, since, until=None):
        return self._get(f"/{document}/count", **_window(since, until))["count"]

    def _event(self, row):
        return Event(
            external_id=str(row["external_id"]),
            topic="poll",
            body=json.dumps(row).encode(),
            version=datetime.fromisoformat(row["version"]),
            complete=True,
            name=row.get("name") or "",
            deleted=bool(row.get("deleted")),
            survivor=row.get("merged_into", ""),
        )

    def fetch(self, document, external_ids, at_least=None):
        found = self._get(f"/{document}/many", ids=",".join(external_ids))
        return {gid: _answer(gid, found.get(gid)) for gid in external_ids}

    # === HTTP ===#

    def _get(self, path, **params):
        """Read with the shared token; a refused one is renewed once."""
        return self._with_token(lambda token: self._send(path, params, token))

    def _with_token(self, send):
        token = self._token("")
        response = send(token)
        if response.status == 401:
            response = send(self._token(token))
        if response.status == 401:
            raise AuthError("The token is refused.", remedy="Renew the password.")
        self._served = response.headers.get("X-Fake-Version", "")
        return response.json()

    def _send(self, path, params, token):
        return self._http().request(
            "GET",
            path,
            params=params,
            headers={"Authorization": f"Bearer {token}"},
            accept_status=frozenset({401}),
        )

    def _http(self):
        if not hasattr(self, "_client"):
            self.prepare()
        return self._client

    def _token(self, refused):
        backend = self.backend_record.sudo()
        return self.env["hub.token"].obtain(backend, self._ask_token, refused)

    def _ask_token(self, _refresh):
        http, data = self._http(), {"password": self._password}
        answer = http.request("POST", "/token", data=data)
        return answer.json()["token"], 3600, ""


def _window(since, until):
    moments = {"since": since, "until": until}
    return {name: moment.isoformat() for name, moment in moments.items() if moment}


def _answer(gid, row):
    """Return a record, or what became of it."""
    if row is None:
        return NotFound(f"{gid} is unknown.", code="not_found")
    if row.get("deleted"):
        return Deleted(f"{gid} was deleted.", code="deleted")
    if row.get("merged_into"):
        survivor = row["merged_into"]
        return Merged(f"{gid} is {survivor} now.", survivor=survivor)
    return row
