# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .match_case import MatchCase


class TestMatching(MatchCase):
    """The workbench: what is proposed."""

    # === WHAT IS PROPOSED ===#

    def test_one_that_fits_is_proposed_with_the_rule_that_found_it(self):
        known = self.partner(email="Buyer1@Example.com")
        self.customer(1)
        run = self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        self.assertEqual((line.state, line.res_id), ("proposed", known.id))
        self.assertEqual((line.rule_id.path, line.score), ("email", 100))
        self.assertIn("Buyer 1", line.label)
        self.assertIn("Known", line.odoo_label)
        self.assertEqual(line.partner_id, known)
        self.assertEqual((run.status, run.seen_count), ("done", 1))
        self.assertIn("Proposed: 1", run.message)

    def test_matching_changes_no_record_and_links_nothing(self):
        known = self.partner(email="buyer1@example.com")
        before = self.row_version(known)
        self.customer(1)
        self.match(self.customer_flow)
        self.assertEqual(self.row_version(known), before)
        self.assertFalse(self.bound(self.backend, "customer", "C1"))
        self.assertFalse(self.messages(self.customer_flow))

    def test_several_that_fit_are_a_choice_with_candidates(self):
        twins = self.partner(email="buyer1@example.com") | self.partner(
            email="buyer1@example.com"
        )
        self.customer(1)
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        self.assertEqual((line.state, line.doubt), ("ambiguous", "several"))
        self.assertFalse(line.res_id)
        self.assertEqual(set(line.candidate_ids.mapped("res_id")), set(twins.ids))

    def test_two_remote_records_never_get_the_same_record_by_themselves(self):
        self.partner(email="buyer1@example.com")
        self.customer(1)
        self.customer(2, email="buyer1@example.com")
        self.match(self.customer_flow)
        lines = self.matches(self.customer_flow, state="ambiguous")
        self.assertEqual(lines.mapped("doubt"), ["claimed", "claimed"])

    def test_record_of_another_link_is_not_proposed(self):
        self.partner(email="buyer1@example.com")
        self.customer(1)
        self.bring_in(self.customer_flow)
        self.customer(2, email="buyer1@example.com")
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C2")
        self.assertEqual((line.state, line.doubt), ("ambiguous", "linked"))
        self.assertTrue(line.candidate_ids.taken)
        self.assertEqual(self.line(self.customer_flow, "C1").state, "accepted")

    def test_rules_that_disagree_lower_the_agreement(self):
        self.rule("customer", "tax_id")
        by_email = self.partner(email="buyer1@example.com")
        self.partner(vat="BE0477472701")
        self.customer(1, tax_id="be 0477.472.701")
        self.match(self.customer_flow)
        line = self.line(self.customer_flow, "C1")
        self.assertEqual((line.res_id, line.score), (by_email.id, 50))
        self.assertEqual(len(line.candidate_ids), 2)

    def test_main_and_active_records_come_first(self):
        main = self.partner(email="buyer1@example.com")
        self.partner(email="buyer1@example.com", parent_id=main.id)
        self.partner(email="buyer1@example.com", active=False)
        self.customer(1)
        self.match(self.customer_flow)
        self.assertEqual(self.line(self.customer_flow, "C1").res_id, main.id)

    def test_both_sides_list_what_the_other_has_not(self):
        alone = self.partner(email="nobody@example.com")
        vendor = self.env["res.partner"].create({"name": "Vendor"})
        self.customer(1)
        self.match(self.customer_flow)
        self.assertEqual(self.line(self.customer_flow, "C1").state, "unmatched_remote")
        only_here = self.matches(self.customer_flow, state="unmatched_odoo")
        self.assertIn(alone.id, only_here.mapped("res_id"))
        self.assertNotIn(vendor.id, only_here.mapped("res_id"))
        self.assertIn("Known", only_here.mapped("odoo_label")[0] or "Known")

    def test_every_variant_is_a_line_of_its_own(self):
        known = self.product(default_code="SKU-2")
        variants = [samples.variant(1), samples.variant(2)]
        self.offer("product", samples.product(1, variants=variants))
        self.match(self.product_flow)
        self.assertEqual(self.line(self.product_flow, "V1").state, "unmatched_remote")
        line = self.line(self.product_flow, "V2")
        self.assertEqual((line.state, line.product_id), ("proposed", known))
        self.assertEqual(line.parent_external_id, "P1")
        self.assertIn("Product 1", line.label)

    def test_orders_brought_by_another_link_are_found_by_their_number(self):
        order = self.env["sale.order"].create(
            {"partner_id": self.partner().id, "client_order_ref": "#1001"}
        )
        self.offer("order", samples.order(1))
        self.match(self.order_flow)
        self.assertEqual(self.line(self.order_flow, "O1").order_id, order)

    def test_contacts_of_other_companies_are_neither_proposed_nor_listed(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        hidden = self.partner(email="buyer1@example.com", company_id=other.id)
        self.customer(1)
        self.match(self.customer_flow)
        self.assertEqual(self.line(self.customer_flow, "C1").state, "unmatched_remote")
        lines = self.matches(self.customer_flow, state="unmatched_odoo")
        self.assertNotIn(hidden.id, lines.mapped("res_id"))

    # === DOING IT AGAIN ===#

    def test_second_time_computes_anew_and_keeps_decisions(self):
        self.customer(1)
        self.customer(2)
        self.customer(3)
        self.match(self.customer_flow)
        self.line(self.customer_flow, "C2").action_ignore()
        known = self.partner(email="buyer1@example.com")
        del self.remote.rows["customer"]["C3"]
        self.match(self.customer_flow)
        self.assertEqual(self.line(self.customer_flow, "C1").res_id, known.id)
        self.assertEqual(self.line(self.customer_flow, "C2").state, "ignored")
        self.assertFalse(self.line(self.customer_flow, "C3"))

    def test_unreadable_record_is_counted_and_does_not_stop_the_others(self):
        self.customer(1)
        self.remote.rows["customer"]["C2"] = {
            "external_id": "C2",
            "version": self.remote.now().isoformat(),
            "name": {"not": "a text"},
        }
        run = self.match(self.customer_flow)
        self.assertTrue(self.line(self.customer_flow, "C1"))
        self.assertIn("Could not be read: 1", run.message)

    def test_outage_fails_the_run_and_says_why(self):
        self.remote.fail(503, times=9)
        self.customer(1)
        run = self.match(self.customer_flow)
        self.assertEqual(run.state, "failed")
        self.assertTrue(run.message)

    def test_cancelled_run_stops_after_the_page(self):
        self.remote.page_size = 1
        for number in range(1, 4):
            self.customer(number)
        action = self.customer_flow.action_match()
        run = self.env["hub.run"].browse(action["res_id"])
        run.action_cancel()
        self.settle()
        self.assertEqual((run.state, run.seen_count), ("cancelled", 1))
        self.assertFalse(self.matches(self.customer_flow, state="proposed"))
