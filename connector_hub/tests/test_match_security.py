# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from .match_case import MatchCase


class TestMatchSecurity(MatchCase):
    def setUp(self):
        super().setUp()
        self.partner(email="buyer1@example.com")
        self.customer(1)
        self.match(self.customer_flow)
        self.match_line = self.line(self.customer_flow, "C1")

    def person(self, role, company=None, login=None):
        company = company or self.company
        return new_test_user(
            self.env,
            login or f"match-{role}",
            groups=f"connector_hub.group_hub_{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )

    def test_values_of_persons_are_for_operators_and_auditors(self):
        for role, may in (("user", 0), ("auditor", 1), ("operator", 1), ("manager", 1)):
            for name in ("hub.match", "hub.match.candidate"):
                model = self.env[name].with_user(
                    self.person(role, None, f"{role}{name}")
                )
                self.assertEqual(model.has_access("read"), bool(may), (role, name))

    def test_auditors_decide_nothing(self):
        line = self.match_line.with_user(self.person("auditor"))
        for action in ("action_accept", "action_ignore", "action_create_record"):
            with self.assertRaises(AccessError, msg=action):
                getattr(line, action)()
        with self.assertRaises(AccessError):
            self.customer_flow.with_user(line.env.user).action_match()
        with self.assertRaises(AccessError):
            line.with_context(hub_flow_ids=self.customer_flow.ids).action_accept_all()

    def test_operators_decide(self):
        self.match_line.with_user(self.person("operator")).action_accept()
        self.assertEqual(self.match_line.state, "accepted")

    def test_lines_of_other_companies_are_out_of_reach(self):
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.person("manager", elsewhere, "match-stranger")
        for name in ("hub.match", "hub.match.candidate", "hub.match.rule"):
            self.assertFalse(self.env[name].with_user(stranger).search([]), name)
        with self.assertRaises(AccessError):
            self.match_line.with_user(stranger).action_accept()

    def test_rules_are_the_managers(self):
        rule = self.backend.match_rule_ids[:1]
        with self.assertRaises(AccessError):
            rule.with_user(self.person("operator")).active = False
        rule.with_user(self.person("manager")).active = False
