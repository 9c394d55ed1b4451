# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

import psycopg2

from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from .common import HubCase


class TestAudit(HubCase):
    def setUp(self):
        super().setUp()
        self.backend = self.make_backend(name="Audited")
        self.audit = self.env["hub.audit"]
        self.seal_all()

    def seal_all(self):
        self.env.flush_all()
        while self.audit._seal():
            pass

    def entries(self, record):
        domain = [("res_model", "=", record._name), ("res_id", "=", record.id)]
        return self.audit.search(domain, order="id")

    def last(self, record):
        return self.entries(record)[-1]

    # === WHAT IS NOTED ===#

    def test_change_of_the_configuration_names_who_what_and_both_values(self):
        user = new_test_user(
            self.env, "aud-m", "connector_hub.group_hub_manager", name="Ada"
        )
        flow = self.flow(self.backend)
        flow.with_user(user).write({"batch_size": 77, "latency": "realtime"})
        entry = self.last(flow)
        self.assertEqual((entry.user_name, entry.kind), ("Ada", "config"))
        self.assertEqual(
            json.loads(entry.detail)["changes"],
            {"batch_size": ["250", "77"], "latency": ["Minutes", "Real Time"]},
        )

    def test_work_in_progress_is_no_change_of_the_configuration(self):
        flow = self.flow(self.backend)
        before = len(self.entries(flow))
        flow.write({"next_poll_at": "2026-09-01", "cursor": "x"})
        flow.write({"batch_size": flow.batch_size})
        self.assertEqual(len(self.entries(flow)), before)

    def test_credentials_are_noted_without_their_values(self):
        self.backend.write({"fake_password": "canary-1"})
        entry = self.last(self.backend)
        self.assertEqual(entry.kind, "credential")
        self.assertIn("fake_password", entry.detail)
        self.env.cr.execute("SELECT string_agg(a::text, '') FROM hub_audit a")
        self.assertNotIn("canary", self.env.cr.fetchone()[0])

    def test_mappings_are_noted_from_their_creation_to_their_end(self):
        mapping = self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "remote_value": "VAT",
                "ignored": True,
            }
        )
        mapping.write({"ignored": False, "tax_id": self.make_taxes(3)[0].id})
        entries = self.entries(mapping)
        mapping.unlink()
        names = self.audit.search([("res_model", "=", "hub.mapping")], limit=1).name
        self.assertEqual(len(entries), 2)
        self.assertIn("VAT deleted", names)

    # === APPEND-ONLY ===#

    def test_nobody_changes_or_removes_an_entry(self):
        entry = self.last(self.backend)
        with self.assertRaises(UserError):
            entry.sudo().name = "Nothing happened"
        with self.assertRaises(UserError):
            entry.sudo().unlink()
        for statement in ("UPDATE hub_audit SET name = 'x'", "DELETE FROM hub_audit"):
            with (
                self.assertRaises(psycopg2.errors.RaiseException),
                mute_logger("odoo.sql_db"),
            ):
                self.env.cr.execute(statement)

    def test_only_auditors_read_it(self):
        operator = new_test_user(self.env, "aud-o", "connector_hub.group_hub_operator")
        with self.assertRaises(AccessError):
            self.audit.with_user(operator).search([])
        auditor = new_test_user(self.env, "aud-a", "connector_hub.group_hub_auditor")
        self.assertTrue(self.audit.with_user(auditor).search([]))

    # === THE CHAIN ===#

    def tamper(self, statement):
        self.env.cr.execute("ALTER TABLE hub_audit DISABLE TRIGGER hub_audit_guard")
        self.env.cr.execute(statement)
        self.env.cr.execute("ALTER TABLE hub_audit ENABLE TRIGGER hub_audit_guard")
        self.audit.invalidate_model()

    def test_chain_is_whole_and_grows(self):
        _none, before = self.audit.find_break()
        self.audit.note("operation", "One")
        self.audit.note("operation", "Two")
        self.assertEqual(self.audit._seal(), 2)
        self.assertEqual(self.audit.find_break(), (None, before + 2))
        self.assertEqual(self.audit._seal(), 0)
        self.assertEqual(self.audit.action_verify()["params"]["type"], "success")

    def test_changed_entry_is_found(self):
        entry = self.last(self.backend)
        self.tamper(f"UPDATE hub_audit SET user_name = 'Eve' WHERE id = {entry.id}")
        number, why = self.audit.find_break()
        self.assertEqual(number, entry.number)
        self.assertIn("not what was sealed", why)
        self.assertEqual(self.audit.action_verify()["params"]["type"], "danger")

    def test_removed_entry_is_found(self):
        self.audit.note("operation", "One")
        self.audit.note("operation", "Two")
        self.seal_all()
        number = self.audit.search([("name", "=", "One")]).number
        self.tamper(f"DELETE FROM hub_audit WHERE number = {number}")
        self.assertEqual(self.audit.find_break()[0], number)

    def test_sweeper_seals(self):
        self.audit.note("operation", "Late")
        self.env["hub.flow"]._cron_sweep()
        self.assertTrue(self.audit.search([("name", "=", "Late")]).digest)
