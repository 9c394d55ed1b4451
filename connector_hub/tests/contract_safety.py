# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What a connector keeps to itself, and whom it does not believe."""

import logging

import psycopg2

from odoo.tests import new_test_user
from odoo.tools import mute_logger


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

    def test_secrets_are_nowhere(self):
        """In no log at any level, exception, message, job or note."""
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
        places = {"log": recorder.text, **self._stored_texts()}
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
        self.refuse_credentials()
        self.poll(self.order_flow)
        self.backend.action_test_connection()

    def _stored_texts(self):
        """Return {place: all texts of it}, as an administrator exports them."""
        texts = {}
        for model, names in (
            ("queue.job", ["name", "args", "kwargs", "result", "exc_info", "records"]),
            ("hub.message", ["error_message", "error_remedy", "payload_preview"]),
            ("hub.exception", ["name", "explanation", "remedy"]),
            ("hub.run", ["message"]),
            ("hub.backend", ["verdict", "state_reason", "limit_key"]),
            ("mail.message", ["body", "subject"]),
            ("mail.tracking.value", ["old_value_char", "new_value_char"]),
        ):
            rows = self.env[model].sudo().search([]).read(names)
            texts[model] = repr(rows)
        return texts

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
