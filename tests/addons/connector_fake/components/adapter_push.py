# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the imaginary system is told."""

import json

from odoo.addons.component.core import Component
from odoo.addons.connector_hub.components.push import (
    Operation,
    Probed,
    Pushed,
    Safety,
)
from odoo.addons.connector_hub.documents import flat
from odoo.addons.connector_hub.exceptions import NotFound, Rejected, Unavailable

BATCH_SIZE = 250
ALL = ("create", "update", "archive", "delete")
OFFERED = {
    "customer": ALL,
    "product": ALL,
    "stock": ("update",),
    "price": ("update",),
    "fulfillment": ("create", "update"),
    "invoice": ("create", "update"),
}


class FakeAdapterPush(Component):
    """``fake_operations`` of the backend changes what is declared, for example
    {"stock.update": {"safety": "manual", "visible_after": 2}, "*": {...}}."""

    _inherit = "hub.fake.adapter"

    def operations(self, document):
        switches = self.backend_record.fake_operations or {}
        found = {}
        for action in OFFERED.get(document, ()):
            name = f"{document}.{action}"
            values = {**switches.get("*", {}), **switches.get(name, {})}
            if values.pop("offered", True):
                values["safety"] = Safety(values.get("safety", "keyed"))
                values.setdefault("batch_size", BATCH_SIZE)
                values.setdefault("visible_after", 0.05)
                found[action] = Operation(name=name, **values)
        return found

    def push(self, document, action, pushes):
        answer = self._post(
            f"/{document}/{action}",
            [
                {
                    "record": push.record,
                    "key": push.key,
                    "id": push.remote_id,
                    "payload": push.payload,
                }
                for push in pushes
            ],
        )
        results = {row["record"]: row for row in answer["results"]}
        return {
            push.record: self._pushed(document, action, push, results.get(push.record))
            for push in pushes
        }

    def _pushed(self, document, action, push, result):
        if result is None:
            return Pushed(error=Unavailable(f"Nothing was said of {push.record}."))
        if "error" in result:
            return Pushed(error=self._refused(push, **result["error"]))
        row = result["row"]
        state = None
        links = _links(row) if action in ("create", "update") else {}
        if action == "create" or links:
            # ids of the parts are given there
            mapper = self.backend_record.mapper(document)
            state = flat(mapper.to_document(row), only_set=True)
        version = row.get("version", "")
        return Pushed(result["id"], version, state=state, links=links)

    def _refused(self, push, code, message, field):
        kind = NotFound if code == "not_found" else Rejected
        return kind(f"{push.record} was refused: {message}", code=code, field=field)

    def probe(self, document, action, pushes):
        rows = [{"record": push.record, "id": push.remote_id} for push in pushes]
        found = self._post(f"/{document}/lookup", rows)["found"]
        return {
            push.record: self._probed(action, push, found.get(push.record))
            for push in pushes
        }

    def _probed(self, action, push, found):
        if found is None:
            return Probed(happened=action == "delete", remote_id=push.remote_id)
        row = found["row"]
        happened = {
            "create": True,
            "update": _says(row, push.payload),
            "archive": found["archived"],
            "delete": False,
        }[action]
        version = row.get("version", "")
        return Probed(happened, row["external_id"], version, links=_links(row))

    # === HTTP ===#

    def _post(self, path, rows):
        """Write with the shared token; a refused one did nothing and is renewed."""
        return self._with_token(
            lambda token: self._http().request(
                "POST",
                path,
                data=json.dumps({"rows": rows}),
                headers={
                    "Authorization": f"Bearer {token}",
                    "Content-Type": "application/json",
                },
                accept_status=frozenset({401}),
            )
        )


def _links(row):
    """Return {("variant", Odoo id): remote id} of what we asked for here."""
    found = {}
    for variant in row.get("variants", ()):
        if variant.get("origin"):
            _model, _comma, res_id = variant["origin"].partition(",")
            found["variant", int(res_id)] = variant["external_id"]
    return found


def _says(row, payload):
    """Return whether a row holds everything that a payload says."""
    if isinstance(payload, dict):
        return isinstance(row, dict) and all(
            name in row and _says(row[name], value) for name, value in payload.items()
        )
    if isinstance(payload, list):
        # what else is listed there does not matter
        return isinstance(row, list) and all(
            any(_says(have, part) for have in row) for part in payload
        )
    return row == payload
