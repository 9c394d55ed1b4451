# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the imaginary system does with what it is told, and the ledger of it."""

import json
import socket
import threading
import time
from collections import Counter
from typing import Any, NamedTuple

from pydantic import ValidationError
from werkzeug.wrappers import Response

from odoo.addons.connector_hub.documents import DOCUMENTS

#: rows per call; more are refused
MAX_ROWS = 250
#: documents whose record always exists: their id is a variant's
ALWAYS_THERE = ("stock", "price")
#: what tells the parts of a list apart; an empty id tells nothing
PART_KEYS = ("external_id", "location_id")


class Effect(NamedTuple):
    """Something that really happened here; ``record`` is the caller's own id."""

    document: str
    action: str
    key: str
    record: str
    external_id: str
    payload: dict[str, Any]


class Writes:
    """Switches, which tests set:

    ``keys``: an idempotency key that was seen gets the old answer, without an effect
    ``upsert``: creating what exists under the same record changes it instead
    ``read_delay``: seconds after which reads and look-ups see what was written
    """

    def _open_books(self):
        self.ledger = []
        self.keys = True
        self.upsert = False
        self.read_delay = 0.0
        self.archived = set()
        self._rejections = {}
        self._accidents = []
        self._answers = {}
        self._owners = {}
        self._history = {}
        self._created = 0
        self._lock = threading.RLock()

    # === WHAT TESTS DO ===#

    def lose(self, when, times=1, seconds=0.0):
        """Let the connection of the next writes break, as the caller sees it.

        :param when: "before" anything happened, "after" everything did, "late": at
            once, while it happens ``seconds`` later, "hang": it happened, and the
            answer takes ``seconds``
        """
        self._accidents += [(when, seconds)] * times

    def reject(self, match, code="invalid", message="No.", field=""):
        """Refuse every write whose record, id or SKU is ``match``."""
        error = {"code": code, "message": message, "field": field}
        self._rejections[match] = error

    def accept(self, match):
        """Refuse it no longer."""
        self._rejections.pop(match, None)

    def effects(self, document=None, action=None, record=None):
        """Return the effects so far, oldest first."""
        wanted = {"document": document, "action": action, "record": record}
        wanted = {name: value for name, value in wanted.items() if value}
        with self._lock:
            return [
                effect
                for effect in self.ledger
                if all(getattr(effect, name) == wanted[name] for name in wanted)
            ]

    def repeated(self):
        """Return the keys under which something happened more than once."""
        counts = Counter(effect.key for effect in self.effects())
        return sorted(key for key, count in counts.items() if count > 1)

    def visible(self, document):
        """Return {id: row} as reads see them at present."""
        now = time.monotonic()
        with self._lock:
            rows = dict(self.rows[document])
            for (name, external_id), states in self._history.items():
                if name != document:
                    continue
                row = [row for moment, row in states if moment <= now][-1]
                if row is None:
                    rows.pop(external_id, None)
                else:
                    rows[external_id] = row
            return rows

    # === ANSWERS ===#

    def _write(self, request, document, action):
        rows = request.get_json()["rows"]
        if len(rows) > MAX_ROWS:
            return Response(f"{len(rows)} rows, {MAX_ROWS} are allowed", 413)
        when, seconds = self._accidents.pop(0) if self._accidents else ("", 0)
        if when == "before":
            return _hang_up(request)
        if when == "late":
            work = (seconds, document, action, rows)
            threading.Thread(target=self._later, args=work, daemon=True).start()
            return _hang_up(request)
        results = self._do(document, action, rows)
        if when == "after":
            return _hang_up(request)
        time.sleep(seconds)
        return Response(json.dumps({"results": results}), mimetype="application/json")

    def _look_up(self, request, document):
        """Answer {record: its row} of those that are visible."""
        rows = self.visible(document)
        found = {}
        for wanted in request.get_json()["rows"]:
            ids = [wanted["id"]] if wanted["id"] else self._owned(document, wanted)
            present = [rows[external_id] for external_id in ids if external_id in rows]
            if present:
                gone = (document, present[0]["external_id"]) in self.archived
                found[wanted["record"]] = {"row": present[0], "archived": gone}
        return Response(json.dumps({"found": found}), mimetype="application/json")

    def _owned(self, document, wanted):
        owner = (document, wanted["record"])
        return [key for key, value in self._owners.items() if value == owner]

    # === EFFECTS ===#

    def _later(self, seconds, document, action, rows):
        time.sleep(seconds)
        self._do(document, action, rows)

    def _do(self, document, action, rows):
        with self._lock:
            return [self._do_one(document, action, row) for row in rows]

    def _do_one(self, document, action, row):
        said = json.dumps([document, action, row], sort_keys=True)
        if self.keys and row["key"] in self._answers:
            first, answer = self._answers[row["key"]]
            if first == said:
                return answer
            return _refusal(row, "key_reused", "This key stands for something else.")
        error = self._objection(document, action, row)
        if error:
            return _refusal(row, **error)
        answer = self._effect(document, action, row)
        self._answers[row["key"]] = (said, answer)
        return answer

    def _objection(self, document, action, row):
        payload = row["payload"]
        skus = [
            payload.get("sku"),
            *(v.get("sku") for v in payload.get("variants", ())),
        ]
        for match in (row["record"], row["id"], *skus):
            if match in self._rejections:
                return self._rejections[match]
        known = row["id"] in self.rows[document]
        if action != "create" and not known and document not in ALWAYS_THERE:
            return {"code": "not_found", "message": f"{row['id']} is unknown."}
        state = self._merged(document, row["id"], payload)
        try:
            DOCUMENTS[document].model_validate({"version": self.now(), **state})
        except ValidationError as error:
            return {"code": "invalid", "message": str(error.errors()[0]["msg"])}
        return None

    def _effect(self, document, action, row):
        external_id = row["id"]
        if action == "create":
            owned = self._owned(document, row) if self.upsert else []
            action = "update" if owned else "create"
            external_id = owned[0] if owned else self._new_id(document[0].upper())
            self._owners[external_id] = (document, row["record"])
        self._keep_what_was(document, external_id)
        if action == "delete":
            state = self.rows[document].pop(external_id, {})
        else:
            if action == "archive":
                self.archived.add((document, external_id))
            else:
                self.archived.discard((document, external_id))
            state = self._merged(document, external_id, row["payload"])
            for variant in state.get("variants", ()):
                variant["external_id"] = variant["external_id"] or self._new_id("V")
            self.put(document, state)
            state = self.rows[document][external_id]
        self._note_visible(document, external_id)
        effect = (document, action, row["key"], row["record"], external_id)
        self.ledger.append(Effect(*effect, row["payload"]))
        return {"record": row["record"], "id": external_id, "row": state}

    def _merged(self, document, external_id, payload):
        old = self.rows[document].get(external_id, {"external_id": external_id})
        return _merge(old, payload)

    def _new_id(self, letter):
        self._created += 1
        return f"{letter}N{self._created}"

    def _keep_what_was(self, document, external_id):
        if self.read_delay:
            was = self.rows[document].get(external_id)
            self._history.setdefault((document, external_id), [(0.0, was)])

    def _note_visible(self, document, external_id):
        states = self._history.get((document, external_id))
        if states:
            moment = time.monotonic() + self.read_delay
            states.append((moment, self.rows[document].get(external_id)))


def _merge(old, new):
    """Return what is known after ``new`` was said; levels not named stay."""
    state = dict(old)
    for name, value in new.items():
        if isinstance(value, dict):
            state[name] = _merge(old.get(name) or {}, value)
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            known = {_part_key(part): part for part in old.get(name) or ()}
            told = {_part_key(part) for part in value}
            state[name] = [_merge(known.get(_part_key(p)) or {}, p) for p in value]
            if name == "levels":
                state[name] += [known[key] for key in known if key not in told]
        else:
            state[name] = value
    return state


def _part_key(part):
    return next((part[name] for name in PART_KEYS if part.get(name)), None)


def _refusal(row, code, message, field=""):
    error = {"code": code, "message": message, "field": field}
    return {"record": row["record"], "error": error}


def _hang_up(request):
    """Break the connection; shut down, because forked workers may hold it as well."""
    request.environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
    return Response("nobody reads this")
