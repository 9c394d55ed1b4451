# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from odoo.addons.connector_hub.models import hub_reconciliation_work

from . import samples
from .drain_case import DrainCase


class TestReconciliation(DrainCase):
    """Comparing with the imaginary system: found is what was lost on the way."""

    def setUp(self):
        super().setUp()
        self.order_flow.reconcile_days = 0

    def compare(self, **values):
        """Compare without repairing, unless asked to; return the comparison."""
        self.order_flow.write({"reconcile_repair": False, **values})
        record = self.order_flow._reconcile()
        self.settle()
        return record

    def counts(self, record):
        return {
            kind: record[f"{kind}_count"]
            for kind in hub_reconciliation_work.KINDS
            if record[f"{kind}_count"]
        }

    def found(self, record):
        return {line.external_id: line.kind for line in record.line_ids}

    def arrive(self, *numbers):
        """Let orders be placed, and be announced."""
        for external_id in [self.place(number) for number in numbers]:
            self.hint(external_id)
        self.drain(self.order_flow)

    # === WHAT IS FOUND ===#

    def test_the_same_on_both_sides_is_no_difference(self):
        self.arrive(1, 2)
        record = self.compare()
        self.assertEqual(self.counts(record), {"same": 2})
        self.assertEqual((record.remote_count, record.status), (2, "done"))
        self.assertFalse(record.line_ids)

    def test_order_nobody_was_told_of_is_missing(self):
        self.arrive(1)
        self.place(2)
        self.assertEqual(self.found(self.compare()), {"O2": "missing"})

    def test_order_that_changed_since_is_outdated(self):
        self.arrive(1, 2)
        self.place(2, name="#changed")
        record = self.compare()
        self.assertEqual(self.found(record), {"O2": "outdated"})
        self.assertLess(record.line_ids.known_version, record.line_ids.remote_version)
        self.assertEqual(record.line_ids.res_id, self.sale_order("O2").id)

    def test_order_that_is_not_there_any_more_is_extra(self):
        self.arrive(1, 2)
        del self.remote.rows["order"]["O1"]
        # as it was brought in a moment before
        self.env.cr.execute(
            "UPDATE hub_fake_order SET create_date = create_date - interval '1 minute'"
        )
        self.assertEqual(self.found(self.compare()), {"O1": "extra"})

    def test_what_waits_for_a_person_is_no_difference(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.assertEqual(self.message().state, "failed")
        record = self.compare(reconcile_repair=True)
        self.assertEqual(self.found(record), {"O1": "waiting"})
        self.assertEqual(record.repaired_count, 0)

    def test_what_a_person_skipped_is_known(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.message().action_skip()
        self.assertEqual(self.counts(self.compare()), {"same": 1})

    def test_change_after_a_skipped_one_is_missing(self):
        self.place(1, total="99.99")
        self.bring_in()
        self.message().action_skip()
        self.place(1)
        self.assertEqual(self.found(self.compare()), {"O1": "missing"})

    def test_lost_link_is_missing(self):
        self.arrive(1)
        order = self.sale_order()
        self.env["hub.fake.order"].search([("odoo_id", "=", order.id)]).unlink()
        self.assertEqual(self.found(self.compare()), {"O1": "missing"})

    def test_only_the_window_is_compared(self):
        now = fields.Datetime.now()
        old = samples.EPOCH.replace(year=now.year - 1)
        self.place(1, version=old)
        self.place(2, version=samples.EPOCH.replace(year=now.year + 1))
        record = self.compare(reconcile_days=30)
        self.assertEqual(self.found(record), {"O2": "missing"})
        self.assertAlmostEqual(
            record.window_from, now - timedelta(days=30), delta=timedelta(minutes=5)
        )

    def test_differences_are_all_counted_and_some_are_kept(self):
        self.remote.page_size = 2
        for number in range(1, 6):
            self.place(number)
        with patch.object(hub_reconciliation_work, "LINES_KEPT", 3):
            record = self.compare()
        self.assertEqual(record.missing_count, 5)
        self.assertEqual(len(record.line_ids), 3)

    def test_page_is_compared_with_few_statements(self):
        for number in range(1, 6):
            self.place(number)
        few = self.statements()
        for number in range(6, 60):
            self.place(number)
        self.assertLessEqual(self.statements(), few + 4)

    def statements(self):
        with self.queries() as statements:
            self.compare()
        return len(statements)

    # === REPAIR ===#

    def test_lost_changes_are_repaired(self):
        self.arrive(1, 2)
        self.place(2, lines=[samples.line(quantity="3")])
        self.place(3)
        record = self.compare(reconcile_repair=True)
        self.assertEqual(self.found(record), {"O2": "outdated", "O3": "missing"})
        self.assertTrue(all(record.line_ids.mapped("repaired")))
        self.assertEqual(record.repaired_count, 2)
        self.assertEqual(self.sale_order("O2").amount_total, 30.0)
        self.assertTrue(self.sale_order("O3"))
        self.assertEqual(record.run_id.done_count, 2)
        self.assertEqual(self.counts(self.compare()), {"same": 3})

    def test_repair_is_for_a_person_to_start_where_the_flow_says_so(self):
        self.place(1)
        record = self.compare()
        self.assertFalse(self.messages(self.order_flow))
        record.action_repair()
        self.settle()
        self.assertTrue(self.sale_order("O1"))
        self.assertTrue(record.line_ids.repaired)
        record.action_repair()
        self.assertEqual(record.repaired_count, 1)

    def test_repair_reaches_what_is_counted_only(self):
        self.remote.page_size = 2
        for number in range(1, 6):
            self.place(number)
        with patch.object(hub_reconciliation_work, "LINES_KEPT", 3):
            record = self.compare()
            self.assertEqual(record.unlisted_count, 2)
            action = record.with_user(self.person("operator")).action_repair()
            self.assertFalse(self.messages(self.order_flow), "not while they wait")
            with self.assertRaisesRegex(UserError, "being compared"):
                record.action_repair()
            self.settle()
        again = record.browse(action["res_id"])
        self.assertEqual((again.repaired_count, again.status), (5, "done"))
        self.assertEqual(again.window_from, record.window_from)
        self.assertTrue(all(self.sale_order(f"O{n}") for n in range(1, 6)))

    def test_what_is_extra_is_counted_by_the_database(self):
        self.arrive(*range(1, 6))
        self.remote.rows["order"].clear()
        self.env.cr.execute(
            "UPDATE hub_fake_order SET create_date = create_date - interval '1 minute'"
        )
        with (
            patch.object(hub_reconciliation_work, "LINES_KEPT", 2),
            self.queries() as statements,
        ):
            record = self.compare()
        self.assertEqual(self.counts(record), {"extra": 5})
        self.assertEqual(self.found(record), {"O1": "extra", "O2": "extra"})
        self.assertEqual(record.line_ids[0].res_id, self.sale_order("O1").id)
        found = [q for q in statements if "AS extra" in q or "WITH extra" in q]
        self.assertEqual(len(found), 1)

    def test_second_pass_asks_for_nothing(self):
        self.place(1)
        self.compare(reconcile_repair=True)
        before = self.messages(self.order_flow)
        record = self.compare(reconcile_repair=True)
        self.assertEqual(record.repaired_count, 0)
        self.assertEqual(self.messages(self.order_flow), before)

    # === WHEN ===#

    def test_one_comparison_of_a_flow_at_a_time(self):
        first = self.order_flow._reconcile()
        self.assertEqual(self.order_flow._reconcile(), first)

    def test_flows_are_compared_when_it_is_time(self):
        flows = self.env["hub.flow"]
        flows._cron_reconcile()
        self.assertFalse(self.order_flow.reconciliation_ids)
        due = self.order_flow.next_reconcile_at
        self.assertTrue(due)
        self.order_flow.next_reconcile_at = "2026-01-01"
        flows._cron_reconcile()
        self.assertEqual(len(self.order_flow.reconciliation_ids), 1)
        self.assertGreater(self.order_flow.next_reconcile_at, fields.Datetime.now())

    def test_stopped_flow_is_not_compared(self):
        self.order_flow.state = "stopped"
        with self.assertRaises(UserError):
            self.order_flow.action_reconcile()

    def test_failed_reading_is_tried_again_and_then_told(self):
        self.place(1)
        self.remote.fail(503, times=40)
        record = self.order_flow._reconcile()
        for _try in range(hub_reconciliation_work.MOST_TRIES + 1):
            self.perform(record, "_compare")
        self.assertEqual(record.run_id.state, "failed")
        self.assertTrue(record.message)

    def test_comparison_that_begins_anew_counts_once(self):
        self.place(1)
        record = self.order_flow._reconcile()
        record.repair = True
        self.perform(record, "_compare")
        record.run_id.state = "receiving"
        self.perform(record, "_compare")
        self.assertEqual(len(self.messages(self.order_flow)), 1)
        self.assertEqual((record.remote_count, record.waiting_count), (1, 1))

    def test_cancelled_comparison_stops(self):
        self.place(1)
        record = self.order_flow._reconcile()
        record.action_cancel()
        self.perform(record, "_compare")
        self.assertEqual(record.remote_count, 0)

    # === WHO ===#

    def test_only_operators_compare_and_repair(self):
        record = self.compare()
        auditor = self.person("auditor")
        record.with_user(auditor).read(["missing_count"])
        for action in (
            record.with_user(auditor).action_repair,
            self.order_flow.with_user(auditor).action_reconcile,
            self.backend.with_user(auditor).action_reconcile,
        ):
            with self.assertRaises(AccessError):
                action()
        self.backend.with_user(self.person("operator")).action_reconcile()
        self.assertEqual(len(self.order_flow.reconciliation_ids), 2)

    def test_comparisons_of_another_company_are_not_seen(self):
        self.place(1)
        record = self.compare()
        company = self.env["res.company"].create({"name": "Other"})
        stranger = self.person("manager", company)
        for model in ("hub.reconciliation", "hub.reconciliation.line"):
            rows = self.env[model].with_user(stranger).search([])
            self.assertFalse(rows)
        self.assertTrue(record.line_ids)

    def person(self, role, company=None):
        company = company or self.company
        return new_test_user(
            self.env,
            f"compare-{role}-{company.id}",
            groups=f"connector_hub.group_hub_{role}",
            company_id=company.id,
            company_ids=[(6, 0, company.ids)],
        )
