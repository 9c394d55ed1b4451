# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import new_test_user

from . import samples
from .drain_case import DrainCase

ROLES = ("user", "auditor", "operator", "manager")
MODELS = ("backend", "flow", "lane", "message", "run", "mapping", "exception")


class TestSecurity(DrainCase):
    """What each role may do, and what nobody may."""

    def setUp(self):
        super().setUp()
        self.place(1)
        self.place(2, total="99.99")
        self.bring_in()
        self.exception = self.exceptions(self.backend)
        self.people = {role: self.person(role) for role in ROLES}

    def person(self, role, company=None, login=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login or f"hub-{role}",
            groups=f"connector_hub.group_hub_{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def may(self, user, model, operation):
        return self.env[model].with_user(user).has_access(operation)

    def assertMay(self, roles, action):
        """Run ``action(user)`` for everybody: these may, the others may not."""
        for role, user in self.people.items():
            if role in roles:
                with self.subTest(role=role), self.env.cr.savepoint():
                    action(user)
            else:
                with self.subTest(role=role), self.assertRaises(AccessError):
                    action(user)

    # === ROLES ===#

    def test_everybody_with_a_role_reads_and_nobody_else(self):
        outsider = new_test_user(self.env, "outsider", groups="base.group_user")
        for model in MODELS:
            name = f"hub.{model}"
            for user in self.people.values():
                self.assertTrue(self.may(user, name, "read"), (name, user.login))
            self.assertFalse(self.may(outsider, name, "read"), name)

    def test_queue_and_history_are_written_by_nobody(self):
        for model in ("message", "run", "lane", "payload", "token"):
            for user in self.people.values():
                for operation in ("create", "write"):
                    self.assertFalse(self.may(user, f"hub.{model}", operation))

    def test_only_managers_connect_systems(self):
        self.assertMay({"manager"}, lambda user: self.rename(user, self.backend))
        self.assertMay({"manager"}, lambda user: self.rename(user, self.order_flow))

    def rename(self, user, record):
        record.with_user(user).write({"name": "renamed"})

    def test_operators_maintain_mappings(self):
        values = {"backend_id": self.backend.id, "kind": "tax", "ignored": True}

        def create(user):
            row = {**values, "remote_value": user.login}
            self.env["hub.mapping"].with_user(user).create(row)

        self.assertMay({"operator", "manager"}, create)

    def test_operators_act_on_messages(self):
        message = self.message("O2")
        for action in ("action_skip", "action_retry"):
            self.assertMay(
                {"operator", "manager"},
                lambda user, name=action: getattr(message.with_user(user), name)(),
            )

    def test_operators_act_on_exceptions(self):
        for action in ("action_acknowledge", "action_retry", "action_ignore"):
            self.assertMay(
                {"operator", "manager"},
                lambda user, name=action: getattr(
                    self.exception.with_user(user), name
                )(),
            )

    def test_operators_run_and_stop_flows(self):
        for action in ("action_stop", "action_start"):
            self.assertMay(
                {"operator", "manager"},
                lambda user, name=action: getattr(
                    self.order_flow.with_user(user), name
                )(),
            )

    def test_operators_pause_and_resume_backends(self):
        for action in ("action_pause", "action_resume"):
            self.assertMay(
                {"operator", "manager"},
                lambda user, name=action: getattr(self.backend.with_user(user), name)(),
            )

    def test_managers_test_connections(self):
        self.assertMay(
            {"manager"},
            lambda user: self.backend.with_user(user).action_test_connection(),
        )

    def test_jobs_are_shown_to_auditors(self):
        self.assertTrue(self.may(self.people["auditor"], "queue.job", "read"))
        self.assertFalse(self.may(self.people["user"], "queue.job", "read"))

    def test_methods_of_the_machine_cannot_be_called_from_outside(self):
        for model, names in (
            ("hub.flow", ["_drain", "_poll", "_wake"]),
            ("hub.message", ["receive", "write_outcomes", "adopt"]),
            ("hub.lane", ["lease", "fence", "release"]),
            ("hub.token", ["obtain", "forget", "forget_all"]),
            ("hub.payload", ["newest", "store"]),
            ("hub.backend", ["adapter", "mapper", "binder", "working_on"]),
            ("hub.importer.order", ["run"]),
        ):
            for name in names:
                with self.assertRaises(AccessError, msg=f"{model}.{name}"):
                    get_public_method(self.env[model], name)

    # === SECRETS AND PERSONAL DATA ===#

    def test_secrets_are_for_administrators_only(self):
        manager = self.people["manager"]
        backend = self.backend.with_user(manager)
        for name in ("fake_secret", "fake_password", "webhook_token", "webhook_url"):
            with self.assertRaises(AccessError, msg=name):
                backend.read([name])
        self.assertFalse(self.may(manager, "hub.token", "read"))

    def test_reading_everything_leaves_the_secrets_out(self):
        row = self.backend.with_user(self.people["manager"]).read()[0]
        for secret in self.remote.secrets:
            self.assertNotIn(secret, repr(row))

    def test_copy_of_a_backend_has_no_secrets_and_its_own_address(self):
        copy = self.backend.copy()
        self.assertFalse(copy.fake_secret or copy.fake_password)
        self.assertNotEqual(copy.webhook_token, self.backend.webhook_token)
        self.assertEqual(copy.state, "draft")

    def test_personal_data_is_masked_for_plain_users(self):
        message = self.message("O1")
        for role, clear in (("user", False), ("auditor", False), ("operator", True)):
            preview = message.with_user(self.people[role]).payload_preview
            self.assertEqual("buyer1@example.com" in preview, clear, role)
            self.assertIn("#1001", preview)

    def test_raw_payloads_are_for_operators(self):
        payload = self.message("O1").payload_ids[:1]
        self.assertMay(
            {"operator", "manager"}, lambda user: payload.with_user(user).read(["body"])
        )

    def test_secret_in_a_payload_is_masked_for_everybody(self):
        body = json.dumps({"a": {"access_token": "canary", "Password": "canary"}})
        self.message("O1").payload_ids[:1].body = self.env["hub.payload"].pack(
            body.encode()
        )
        for user in self.people.values():
            preview = self.message("O1").with_user(user).payload_preview
            self.assertNotIn("canary", preview)

    def test_payload_that_is_no_json_is_hidden_from_plain_users(self):
        self.env["hub.payload"].store([(self.message("O1").id, b"secret text")])
        preview = self.message("O1").with_user(self.people["user"]).payload_preview
        self.assertNotIn("secret text", preview)

    # === COMPANIES ===#

    def stranger(self, role="manager"):
        company = self.env["res.company"].create({"name": "Elsewhere"})
        return self.person(role, company, "stranger")

    def test_records_of_other_companies_are_invisible(self):
        stranger = self.stranger()
        self.place_mapping()
        bindings = list(self.backend._binding_models().values())
        for name in [f"hub.{model}" for model in MODELS] + ["hub.payload", *bindings]:
            self.assertFalse(self.env[name].with_user(stranger).search([]), name)
        for name in [f"hub.{model}" for model in MODELS]:
            self.assertTrue(self.env[name].search([]), f"{name}: nothing to hide")

    def place_mapping(self):
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "tax",
                "remote_value": "x",
                "ignored": True,
            }
        )

    def test_actions_on_records_of_other_companies_are_refused(self):
        stranger = self.stranger()
        for record, action in (
            (self.message("O2"), "action_retry"),
            (self.message("O2"), "action_skip"),
            (self.exception, "action_retry"),
            (self.exception, "action_ignore"),
            (self.order_flow, "action_run"),
            (self.order_flow, "action_stop"),
            (self.backend, "action_pause"),
            (self.backend, "action_test_connection"),
        ):
            with self.assertRaises(AccessError, msg=action):
                getattr(record.with_user(stranger), action)()
        self.assertEqual(self.message("O2").state, "failed")

    def test_mixed_selection_is_refused_as_a_whole(self):
        operator = self.people["operator"]
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.make_backend(self.remote, company_id=other.id, name="Hidden")
        self.env["hub.message"].receive(
            self.flow(hidden),
            [samples.event("O9")],
        )
        both = self.message("O2") | self.messages(self.flow(hidden))
        with self.assertRaises(AccessError):
            both.with_user(operator).action_skip()

    def test_tax_of_another_company_cannot_be_mapped(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.make_backend(self.remote, company_id=other.id, name="Hidden")
        tax = self.make_taxes(13)[0]
        with self.assertRaises(UserError):
            self.env["hub.mapping"].create(
                {
                    "backend_id": hidden.id,
                    "kind": "tax",
                    "remote_value": "x",
                    "tax_id": tax.id,
                }
            )
