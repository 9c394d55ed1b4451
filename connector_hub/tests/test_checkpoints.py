# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from . import samples
from .match_case import MatchCase


class TestCheckpoints(MatchCase):
    def ask_for(self, flow, **values):
        return self.env["hub.checkpoint.rule"].create({"flow_id": flow.id, **values})

    def checkpoints(self, flow, **values):
        domain = [("flow_id", "=", flow.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["hub.checkpoint"].search(domain, order="external_id, id")

    def bring_customers(self, *numbers, **values):
        for number in numbers:
            self.customer(number, **values)
        self.bring_in(self.customer_flow)

    # === WHICH ===#

    def test_every_created_record_is_to_be_reviewed_with_its_message(self):
        self.ask_for(self.customer_flow)
        self.bring_customers(1, 2)
        found = self.checkpoints(self.customer_flow)
        self.assertEqual(found.mapped("change"), ["created", "created"])
        self.assertEqual(found.mapped("external_id"), ["C1", "C2"])
        self.assertEqual(found.message_id.mapped("state"), ["done", "done"])
        partner = self.bound(self.backend, "customer", "C1")
        self.assertEqual(
            (found[0].res_model, found[0].res_id), ("res.partner", partner.id)
        )
        self.assertEqual(found[0].name, partner.display_name)
        self.assertIn("created", found[0].reason)

    def test_linked_and_changed_records_are_told_apart_from_created_ones(self):
        self.ask_for(self.customer_flow, change="any")
        self.partner(email="buyer1@example.com")
        self.bring_customers(1)
        self.checkpoints(self.customer_flow).action_reviewed()
        self.bring_customers(1, phone="+4930123")
        found = self.checkpoints(self.customer_flow)
        self.assertEqual(found.mapped("change"), ["linked", "changed"])

    def test_rule_for_changes_leaves_new_records_alone(self):
        self.ask_for(self.customer_flow, change="changed")
        self.bring_customers(1)
        self.assertFalse(self.checkpoints(self.customer_flow))

    def test_only_the_first_so_many_are_asked_for(self):
        self.ask_for(self.customer_flow, pick="first", amount=3)
        self.bring_customers(1, 2)
        self.bring_customers(3, 4, 5)
        self.assertEqual(len(self.checkpoints(self.customer_flow)), 3)

    def test_sample_takes_about_its_share_and_the_same_ones_again(self):
        rule = self.ask_for(self.customer_flow, pick="sample", percent=30)
        self.bring_customers(*range(1, 101))
        found = self.checkpoints(self.customer_flow)
        self.assertTrue(15 <= len(found) <= 45, len(found))
        records = self.env["res.partner"].browse(found.mapped("res_id"))
        changes = dict.fromkeys(records.ids, "created")
        names = dict(
            zip(found.mapped("res_id"), found.mapped("external_id"), strict=True)
        )
        self.assertEqual(len(rule._chosen(changes, records, names)), len(found))

    def test_orders_over_an_amount(self):
        self.ask_for(self.order_flow, domain="[('amount_total', '>', 100)]")
        self.offer("order", samples.order(1, [samples.line(1, price="99.00")]))
        self.offer("order", samples.order(2, [samples.line(1, price="101.00")]))
        self.bring_in(self.order_flow)
        self.assertEqual(
            self.checkpoints(self.order_flow).mapped("external_id"), ["O2"]
        )

    def test_record_is_asked_for_once_until_it_is_reviewed(self):
        self.ask_for(self.customer_flow, change="any")
        self.bring_customers(1)
        self.bring_customers(1, phone="+4930123")
        self.assertEqual(len(self.checkpoints(self.customer_flow)), 1)

    def test_unchanged_and_failed_records_are_not_asked_for(self):
        self.ask_for(self.customer_flow, change="any")
        self.bring_customers(1)
        self.checkpoints(self.customer_flow).action_reviewed()
        self.customer(2, name="", email="")
        self.messages(self.customer_flow).action_retry()
        self.poll(self.customer_flow)
        self.settle()
        open_ = self.checkpoints(self.customer_flow, state="open")
        self.assertNotIn("C2", open_.mapped("external_id"))

    def test_condition_that_cannot_be_used_is_refused(self):
        for domain in ("[('nonsense', '=', 1)]", "nonsense", "["):
            with self.assertRaises(ValidationError, msg=domain):
                self.ask_for(self.customer_flow, domain=domain)

    def test_condition_on_a_vanished_field_stops_no_import(self):
        rule = self.ask_for(self.customer_flow)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hub_checkpoint_rule SET domain = %s WHERE id = %s",
            ["[('vanished', '=', 1)]", rule.id],
        )
        self.env.invalidate_all()
        with mute_logger("odoo.addons.connector_hub.models.hub_checkpoint_rule"):
            self.bring_customers(1)
        self.assertEqual(len(self.checkpoints(self.customer_flow)), 1)

    def test_without_a_rule_there_is_no_statement_about_reviews(self):
        self.bring_customers(1)
        row = samples.customer(2)
        with self.queries() as found:
            self.import_documents(self.customer_flow, row)
        self.assertFalse([text for text in found if "hub_checkpoint" in text])

    def test_batch_costs_as_many_statements_as_a_single_record(self):
        self.ask_for(self.customer_flow)

        def statements(first, count):
            rows = [samples.customer(first + n) for n in range(count)]
            with self.queries() as found:
                self.import_documents(self.customer_flow, *rows)
            return len([text for text in found if "hub_checkpoint" in text])

        statements(1, 2)
        self.assertEqual(statements(100, 2), statements(200, 50))

    # === MATCHING ===#

    def test_link_that_was_not_quite_clear_is_to_be_reviewed(self):
        for _n in range(2):
            self.partner(email="buyer1@example.com")
        self.partner(email="buyer2@example.com", active=False)
        self.bring_customers(1, 2, 3)
        found = self.checkpoints(self.customer_flow)
        self.assertEqual(found.mapped("external_id"), ["C1", "C2"])
        self.assertIn("2 Odoo records", found[0].reason)
        self.assertIn("archived", found[1].reason)

    # === REVIEWING ===#

    def test_review_notes_who_and_when(self):
        self.ask_for(self.customer_flow)
        self.bring_customers(1, 2)
        first, second = self.checkpoints(self.customer_flow)
        first.action_reviewed()
        self.assertEqual(
            (first.state, first.reviewed_by_id), ("reviewed", self.env.user)
        )
        self.assertTrue(first.reviewed_at)
        action = second.action_correct()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"note": "Wrong salutation"}).action_note()
        self.assertEqual((second.state, second.note), ("correct", "Wrong salutation"))
        self.assertEqual(self.customer_flow.checkpoint_count, 0)

    def test_owner_and_operators_review_and_others_do_not(self):
        self.ask_for(self.customer_flow)
        self.bring_customers(1, 2)
        first, second = self.checkpoints(self.customer_flow)
        people = {
            role: new_test_user(
                self.env, f"cp-{role}", groups=f"connector_hub.group_hub_{role}"
            )
            for role in ("user", "auditor", "operator")
        }
        for role in ("user", "auditor"):
            with self.assertRaises(AccessError):
                first.with_user(people[role]).action_reviewed()
        first.with_user(people["operator"]).action_reviewed()
        self.customer_flow.business_owner_id = people["user"]
        second.with_user(people["user"]).action_reviewed()
        self.assertEqual((first + second).mapped("state"), ["reviewed", "reviewed"])

    def test_other_companies_see_nothing_to_review(self):
        self.ask_for(self.customer_flow)
        self.bring_customers(1)
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = new_test_user(
            self.env,
            "cp-stranger",
            groups="connector_hub.group_hub_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        for name in ("hub.checkpoint", "hub.checkpoint.rule"):
            self.assertFalse(self.env[name].with_user(stranger).search([]), name)
        with self.assertRaises(AccessError):
            self.checkpoints(self.customer_flow).with_user(stranger).action_reviewed()

    # === THE OWNER ===#

    def test_owner_gets_one_activity_for_all_and_none_when_all_is_reviewed(self):
        self.customer_flow.business_owner_id = self.env.user
        self.ask_for(self.customer_flow)
        self.bring_customers(1, 2, 3)
        self.perform(self.env["hub.checkpoint"], "_cron_announce")
        self.bring_customers(4)
        self.perform(self.env["hub.checkpoint"], "_cron_announce")
        activity = self.customer_flow.activity_ids
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.env.user)
        self.assertIn("4", activity.summary)
        self.checkpoints(self.customer_flow).action_reviewed()
        self.assertFalse(self.customer_flow.activity_ids)

    def test_counts_lead_to_what_is_open(self):
        self.ask_for(self.customer_flow)
        self.bring_customers(1, 2)
        self.assertEqual(self.customer_flow.checkpoint_count, 2)
        self.assertEqual(self.backend.checkpoint_count, 2)
        action = self.backend.action_open_checkpoints()
        found = self.env["hub.checkpoint"].search(action["domain"])
        self.assertEqual(set(found), set(self.checkpoints(self.customer_flow)))
