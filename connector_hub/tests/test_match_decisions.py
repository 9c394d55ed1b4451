# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.exceptions import UserError

from odoo.addons.connector_hub.models import hub_flow_link

from . import samples
from .match_case import MatchCase


class TestMatchDecisions(MatchCase):
    """The workbench: what people's decisions lead to."""

    # === DECISIONS ===#

    def test_accepted_proposals_are_linked(self):
        known = self.partner(email="buyer1@example.com")
        self.customer(1)
        self.match(self.customer_flow)
        self.line(self.customer_flow, "C1").action_accept()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), known)
        self.assertEqual(self.line(self.customer_flow, "C1").state, "accepted")

    def test_choice_among_candidates_links(self):
        self.partner(email="buyer1@example.com")
        second = self.partner(email="buyer1@example.com", name="Second")
        self.customer(1)
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        chosen = line.candidate_ids.filtered(lambda c: c.res_id == second.id)
        chosen.action_choose()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), second)
        self.assertIn("Second", line.odoo_label)

    def test_person_may_pick_any_record(self):
        picked = self.partner(name="Somebody")
        self.customer(1)
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        line.partner_id = picked
        self.assertFalse(self.bound(self.backend, "customer", "C1"))
        line.action_accept()
        self.assertEqual(self.bound(self.backend, "customer", "C1"), picked)

    def test_record_of_another_company_cannot_be_chosen(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.partner(company_id=other.id)
        self.customer(1)
        self.match(self.customer_flow)
        with self.assertRaises(UserError):
            self.line(self.customer_flow, "C1").choose(hidden.id)

    def test_bulk_accept_leaves_what_must_be_chosen(self):
        self.partner(email="buyer1@example.com")
        for _n in range(2):
            self.partner(email="buyer2@example.com")
        self.customer(1)
        self.customer(2)
        self.match(self.customer_flow)
        self.matches(self.customer_flow).filtered("external_id").action_accept()
        self.assertTrue(self.bound(self.backend, "customer", "C1"))
        self.assertEqual(self.line(self.customer_flow, "C2").state, "ambiguous")

    def test_proposal_whose_record_was_linked_meanwhile_becomes_a_choice(self):
        known = self.partner(email="buyer1@example.com")
        self.customer(1)
        self.match(self.customer_flow)
        binder = self.backend.binder("customer")
        binder.bind_many([{"external_id": "C9", "odoo_id": known.id}])
        line = self.line(self.customer_flow, "C1")
        line.action_accept()
        self.assertEqual((line.state, line.doubt), ("ambiguous", "linked"))

    def test_proposal_whose_record_was_deleted_is_proposed_no_more(self):
        known = self.partner(email="buyer1@example.com")
        self.customer(1)
        self.match(self.customer_flow)
        known.unlink()
        line = self.line(self.customer_flow, "C1")
        line.action_accept()
        self.assertEqual(line.state, "unmatched_remote")

    def test_created_on_request_beside_what_fits(self):
        known = self.partner(email="buyer1@example.com")
        self.customer(1)
        self.match(self.customer_flow)
        self.line(self.customer_flow, "C1").action_create_record()
        self.settle()
        created = self.bound(self.backend, "customer", "C1")
        self.assertTrue(created)
        self.assertNotEqual(created, known)

    def test_ignored_record_is_not_imported(self):
        self.customer(1)
        self.offer("product", samples.product(1))
        for flow, name in ((self.customer_flow, "C1"), (self.product_flow, "V1")):
            self.match(flow)
            self.line(flow, name).action_ignore()
            self.bring_in(flow)
            self.assertEqual(self.states(flow), ["skipped"])

    def test_product_with_one_ignored_variant_is_imported(self):
        variants = [
            samples.variant(1, option_values=("S",)),
            samples.variant(2, option_values=("M",)),
        ]
        options = [{"name": "Size", "values": ["S", "M"]}]
        self.offer("product", samples.product(1, variants=variants, options=options))
        self.match(self.product_flow)
        self.line(self.product_flow, "V1").action_ignore()
        self.bring_in(self.product_flow)
        self.assertEqual(self.states(self.product_flow), ["done"])

    def test_reopened_record_is_matched_again(self):
        self.customer(1)
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        line.action_ignore()
        line.action_reopen()
        self.assertEqual(line.state, "unmatched_remote")

    # === WHAT IMPORTERS ASK ===#

    def test_asked_choice_lets_the_waiting_message_through(self):
        self.rule("customer", "email", ambiguous="ask")
        self.partner(email="buyer1@example.com")
        second = self.partner(email="buyer1@example.com")
        self.customer(1)
        self.poll(self.customer_flow)
        self.settle()
        self.assertEqual(self.states(self.customer_flow), ["failed"])
        self.assertEqual(self.exceptions(self.backend).category, "match")
        line = self.line(self.customer_flow, "C1")
        self.assertEqual((line.state, len(line.candidate_ids)), ("ambiguous", 2))
        action = self.exceptions(self.backend).action_open_matches()
        self.assertEqual(self.env["hub.match"].search(action["domain"]), line)
        line.choose(second.id)
        self.settle()
        self.assertEqual(self.states(self.customer_flow), ["done"])
        self.assertEqual(self.bound(self.backend, "customer", "C1"), second)
        self.assertEqual(self.exceptions(self.backend).state, "resolved")

    def test_order_of_a_guest_uses_the_contact_that_was_chosen(self):
        self.rule("customer", "email", ambiguous="ask")
        self.partner(email="guest@example.com")
        second = self.partner(email="guest@example.com")
        buyer = samples.customer(1, external_id="", email="Guest@example.com")
        self.offer("order", samples.order(1, customer=buyer))
        self.offer("order", samples.order(2, customer=buyer))
        self.poll(self.order_flow)
        self.settle()
        self.assertEqual(set(self.states(self.order_flow)), {"failed"})
        line = self.line(self.customer_flow, "guest@example.com")
        self.assertTrue(line.anonymous)
        line.choose(second.id)
        self.settle()
        self.assertEqual(set(self.states(self.order_flow)), {"done"})
        orders = [self.bound(self.backend, "order", f"O{n}") for n in (1, 2)]
        self.assertEqual([order.partner_id for order in orders], [second, second])

    # === MUCH AT ONCE ===#

    def test_many_proposals_are_linked_by_a_job_in_parts(self):
        for number in range(1, 8):
            self.partner(email=f"buyer{number}@example.com")
            self.customer(number)
        self.match(self.customer_flow)
        lines = self.env["hub.match"].with_context(hub_flow_ids=self.customer_flow.ids)
        with patch.object(hub_flow_link, "MOST_AT_ONCE", 3):
            action = lines.action_accept_all()
            self.assertFalse(self.bound(self.backend, "customer", "C1"))
            self.settle()
        run = self.env["hub.run"].browse(action["res_id"])
        self.assertEqual((run.state, run.seen_count), ("received", 7))
        self.assertEqual(len(self.matches(self.customer_flow, state="accepted")), 7)

    def test_linking_that_was_cancelled_links_nothing_more(self):
        for number in range(1, 5):
            self.partner(email=f"buyer{number}@example.com")
            self.customer(number)
        self.match(self.customer_flow)
        lines = self.env["hub.match"].with_context(hub_flow_ids=self.customer_flow.ids)
        with patch.object(hub_flow_link, "MOST_AT_ONCE", 3):
            action = lines.action_accept_all()
            self.env["hub.run"].browse(action["res_id"]).action_cancel()
            self.settle()
        self.assertFalse(self.matches(self.customer_flow, state="accepted"))
