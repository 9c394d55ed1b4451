# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.addons.connector_hub.models import hub_flow_backfill_out

from .send_case import SendCase


class TestBackfillOut(SendCase):
    """Everything a flow sends, once more, behind what is fresh."""

    def setUp(self):
        super().setUp()
        self.products = self.env["product.template"].create(
            [{"name": f"All {n}", "default_code": f"ALL-{n}"} for n in range(5)]
        )
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM hub_dirty")
        self.env["hub.message"].search([]).unlink()

    def backfill(self, **values):
        run = self.out.start_backfill(**values)
        self.settle()
        return run

    def test_all_records_are_sent(self):
        run = self.backfill()
        self.assertEqual((run.status, run.seen_count, run.done_count), ("done", 5, 5))
        self.assertEqual(len(self.ledger.records), 5)

    def test_what_the_remote_is_known_to_say_costs_no_call(self):
        self.backfill()
        calls = self.ledger.calls
        run = self.backfill()
        self.assertEqual(run.done_count, 5)
        self.assertEqual(self.ledger.calls, calls)

    def test_reading_goes_on_where_its_time_was_up(self):
        run = self.out.start_backfill()
        with (
            patch.object(hub_flow_backfill_out, "MARKED_AT_ONCE", 2),
            patch.object(hub_flow_backfill_out, "TIME_BUDGET", -1),
        ):
            self.perform(self.out, "_backfill", run.id)
            self.assertEqual((run.state, run.received_count), ("receiving", 2))
            self.assertEqual(run.cursor, str(self.products[1].id))
            self.settle()
        self.assertEqual((run.state, run.received_count), ("received", 5))

    def test_fresh_change_is_not_absorbed_by_a_waiting_backfill(self):
        run = self.out.start_backfill()
        self.perform(self.out, "_backfill", run.id)
        product = self.products[0]
        key = f"product.template,{product.id}"
        row = (key, product._name, product.id, "change", None, 1)
        self.env["hub.message"].enqueue(self.out, [row])
        found = self.messages(self.out, external_id=key)
        self.assertEqual(found.mapped("priority"), [1010, 10])
