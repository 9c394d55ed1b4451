# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a connector keeps to itself, and whom it does not believe."""

import logging
import zlib
from unittest.mock import patch

import psycopg2

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector_hub.http_client import HttpClient
from odoo.addons.connector_hub.importers.base import ImporterBase


class _Recorder(logging.Handler):
    """Keeps every log line, at every level."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.text = ""

    def emit(self, record):
        self.text += self.format(record) + "\n"


class SafetyContract:
    """Part of ``ConnectorContract``, which has the hooks."""

    # === WEBHOOKS ===#

    def test_forged_webhooks_are_refused_and_not_stored(self):
        (external_id,) = self.place(1)
        headers, body = self.webhook(external_id)
        signed = {name: value for name, value in headers.items() if value}
        wrong = {
            name: value[::-1] if _is_signature(name) else value
            for name, value in signed.items()
        }
        none = {n: v for n, v in signed.items() if not _is_signature(n)}
        for forged, content in (
            (wrong, body),
            (none, body),
            (signed, body + b" "),
            ({**signed, **{n: "ü".encode() for n in wrong if _is_signature(n)}}, body),
        ):
            answer = self.deliver(self.backend, forged, content)
            self.assertEqual(answer.status_code, 401)
        self.assertFalse(self.messages(self.order_flow))

    def test_genuine_nonsense_is_kept_for_a_person(self):
        for body in (b"{", b"", b"[]", b"null", b"{}", b"\xff", b"[" * 100_000):
            answer = self.deliver(self.backend, self.sign(body), body)
            self.assertEqual(answer.status_code, 400, body[:20])
        states = set(self.states(self.order_flow))
        self.assertEqual(states, {"quarantined"})
        self.env["hub.flow"]._cron_sweep()
        exception = self.exceptions(self.backend)
        self.assertEqual(set(exception.mapped("category")), {"data"})
        self.assertTrue(all(exception.mapped("remedy")))

    def test_unknown_address_is_not_found(self):
        (external_id,) = self.place(1)
        answer = self.deliver(self.backend, *self.webhook(external_id), token="x" * 43)
        self.assertEqual(answer.status_code, 404)

    # === SECRETS ===#

    def test_fault_24_secrets_are_nowhere(self):
        """In no log at any level, traceback, job, table of the hub, note or export."""
        recorder = _Recorder()
        root = logging.getLogger()
        level = root.level
        root.addHandler(recorder)
        root.setLevel(logging.DEBUG)
        try:
            with mute_logger("odoo.sql_db"):
                self._everything_that_may_leak()
        finally:
            root.setLevel(level)
            root.removeHandler(recorder)
        places = {
            "log": recorder.text,
            "traceback": self.tracebacks,
            **self._stored_texts(),
        }
        for secret in self.secrets():
            self.assertGreater(len(secret), 8)
            for place, text in places.items():
                self.assertNotIn(secret, text, f"a secret is in: {place}")

    def _everything_that_may_leak(self):
        self.backend.action_test_connection()
        ids = self.place(3)
        self.break_record(ids[0])
        self.deliver(self.backend, *self.webhook(ids[1]))
        self.bring_in()
        self.expire_token()
        self.touch(ids[1])
        self.bring_in()
        self.touch(ids[2])
        self.fail_next(500)
        self.poll(self.order_flow)
        self.fail_next(400)
        self.poll(self.order_flow)
        self._program_error()
        self.refuse_credentials()
        self.poll(self.order_flow)
        self.backend.action_test_connection()

    def _program_error(self):
        """Let a defect leave tracebacks of reading and of processing."""
        (external_id,) = self.place(1)

        def fail(*_arguments, **_options):
            raise ZeroDivisionError("a defect")

        with self.assertLogs("odoo.addons.connector_hub", "WARNING") as logs:
            with patch.object(HttpClient, "_send", fail):
                self.poll(self.order_flow)
            self.poll(self.order_flow)
            with patch.object(ImporterBase, "_skip_known", fail):
                self.settle()
        self.tracebacks = "\n".join(logs.output)
        self.assertIn("Traceback", self.tracebacks)
        self.assertEqual(self.message_of(external_id).state, "failed")

    def _stored_texts(self):
        """Return {place: all texts of it}: what is stored, and what can be exported."""
        texts = {}
        for model in ("queue.job", "mail.message", "mail.tracking.value"):
            rows = self.env[model].sudo().search([])
            texts[model] = repr(rows.read(["id", *_texts_of(rows)]))
        for name, model in sorted(self.env.items()):
            if not name.startswith("hub.") or not model._auto or model._abstract:
                continue
            rows = model.sudo().search([])
            stored = rows.with_context(bin_size=False).read(["id", *_texts_of(model)])
            texts[name] = "\n".join(
                _readable(value) for row in stored for value in row.values()
            )
        texts["payload_preview"] = repr(
            self.env["hub.message"].search([]).mapped("payload_preview")
        )
        texts.update(self._exports())
        return texts

    def _exports(self):
        """Return {model: what a manager gets who exports everything of it}."""
        manager = new_test_user(
            self.env,
            "exporter",
            groups="connector_hub.group_hub_manager,base.group_allow_export",
            company_id=self.backend.company_id.id,
            company_ids=[(6, 0, self.backend.company_id.ids)],
        )
        found = {}
        for name in ("backend", "flow", "message", "run", "exception", "attempt"):
            rows = self.env[f"hub.{name}"].with_user(manager).search([])
            names = [
                key
                for key, one in rows._fields.items()
                if one.exportable and rows._has_field_access(one, "read")
            ]
            found[f"export of {name}"] = repr(rows.export_data(names))
        return found

    # === LINKS ===#

    def test_remote_record_is_linked_once(self):
        (external_id,) = self.place(1)
        self.bring_in()
        order = self.odoo_order(external_id)
        row = {"external_id": external_id, "odoo_id": order.id}
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(psycopg2.errors.UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.backend.binder("order").bind_many([row])

    def test_binding_of_every_entity_exists(self):
        for entity in ("customer", "product", "variant", "order"):
            self.assertEqual(self.backend.binder(entity).to_internal_many(["x"]), {})

    # === COMPANIES ===#

    def test_other_companies_see_nothing(self):
        ids = self.place(2)
        self.break_record(ids[0])
        self.bring_in()
        company = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "stranger",
            groups="connector_hub.group_hub_manager",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
        models = ["hub.backend", "hub.flow", "hub.lane", "hub.message", "hub.run"]
        models += ["hub.payload", "hub.exception", "hub.mapping"]
        models += self.backend._binding_models().values()
        for model in models:
            self.assertFalse(self.env[model].with_user(stranger).search([]), model)

    def test_records_are_created_by_the_bot_in_the_backends_company(self):
        (external_id,) = self.place(1)
        self.bring_in()
        order = self.odoo_order(external_id)
        self.assertEqual(order.create_uid, self.backend.bot_user_id)
        self.assertEqual(order.company_id, self.backend.company_id)


def _is_signature(header):
    return "signature" in header.lower() or "hmac" in header.lower()


def _texts_of(model):
    """Yield the fields with texts that are not kept from everybody but the system."""
    for name, one in model._fields.items():
        if one.store and one.column_type and one.groups != "base.group_system":
            if one.type in ("char", "text", "html", "json", "binary", "serialized"):
                yield name


def _readable(value):
    if not isinstance(value, bytes):
        return str(value)
    try:
        return zlib.decompress(value).decode("utf-8", "replace")
    except zlib.error:
        return value.decode("utf-8", "replace")
