# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import BusinessRuleError

from . import samples
from .order_case import OrderCase


class TestImporterOrderUpdate(OrderCase):
    def setUp(self):
        super().setUp()
        self.order = self.bring_in(samples.order(1))

    def newer(self, lines=None, **values):
        return samples.order(1, lines=lines, version=samples.later(), **values)

    # === QUOTATIONS ===#

    def test_quotation_takes_over_header_and_lines(self):
        lines = [samples.line(1, 3), samples.line(2, 1, "4.00")]
        row = self.newer(lines, purchase_order="PO 9")
        self.assertEqual(self.bring_in(row), self.order)
        self.assertEqual(self.order.client_order_ref, "PO 9")
        self.assertEqual(self.order.amount_total, 34)
        self.assertEqual(len(self.order.order_line), 2)

    def test_quotation_takes_over_a_new_address(self):
        self.bring_in(self.newer(shipping=samples.address(street="Moved 1")))
        self.assertEqual(self.order.partner_shipping_id.street, "Moved 1")

    def test_lines_that_did_not_change_stay_the_same_rows(self):
        before = self.row_version(self.order.order_line)
        self.bring_in(self.newer(purchase_order="PO 9"))
        self.assertEqual(self.row_version(self.order.order_line), before)

    def test_same_content_in_a_forced_replay_writes_nothing(self):
        before = self.row_version(self.order)
        (task,) = self.attempt(self.newer(), forced=True)
        self.assertEqual(task.state, "done")
        self.assertEqual(self.row_version(self.order), before)

    def test_new_rounding_difference_replaces_the_old_one(self):
        row = samples.order(2, total="10.02")
        order = self.bring_in(row)
        self.bring_in({**row, "total": "10.04", "version": samples.later()})
        self.assertAlmostEqual(order.amount_total, 10.04)
        self.assertEqual(len(order.order_line), 2)

    def test_small_differences_do_not_add_up_to_a_large_one(self):
        row = samples.order(2, total="10.04")
        order = self.bring_in(row)
        (task,) = self.attempt({**row, "total": "10.08", "version": samples.later()})
        self.assertIsInstance(task.error, BusinessRuleError)
        self.assertAlmostEqual(order.amount_total, 10.04)

    def test_difference_that_vanished_takes_its_rounding_line_along(self):
        row = samples.order(2, total="10.02")
        order = self.bring_in(row)
        self.bring_in({**row, "total": "10.00", "version": samples.later()})
        self.assertAlmostEqual(order.amount_total, 10)
        self.assertEqual(len(order.order_line), 1)

    def test_quotation_with_another_total_is_left_as_it_was(self):
        (task,) = self.attempt(self.newer([samples.line(1, 5)], total="99.99"))
        self.assertIsInstance(task.error, BusinessRuleError)
        self.assertEqual(self.order.amount_total, 10)

    def test_cancelled_quotation_is_cancelled(self):
        self.bring_in(self.newer(cancelled_at=samples.later()))
        self.assertEqual(self.order.state, "cancel")

    # === CONFIRMED ORDERS ===#

    def test_confirmed_order_accepts_news_that_change_no_line(self):
        self.order.action_confirm()
        (task,) = self.attempt(self.newer(financial_status="PAID"))
        self.assertEqual((task.state, task.res_id), ("done", self.order.id))

    def test_cancellation_of_a_cancelled_order_is_done(self):
        self.order._action_cancel()
        (task,) = self.attempt(self.newer(cancelled_at=samples.later()))
        self.assertEqual(task.state, "done")

    def test_locked_order_is_not_touched(self):
        self.order.action_confirm()
        self.order.action_lock()
        (task,) = self.attempt(self.newer([samples.line(1, 2)]))
        self.assertIsInstance(task.error, BusinessRuleError)

    def test_one_conflict_does_not_hold_back_other_updates(self):
        others = self.bring_in(samples.order(2), samples.order(3))
        self.order.action_confirm()
        self.order.action_lock()
        rows = [self.newer([samples.line(1, 2)])]
        rows += [
            samples.order(n, [samples.line(n, 2)], version=samples.later())
            for n in (2, 3)
        ]
        tasks = self.attempt(*rows)
        self.assertEqual([task.state for task in tasks], ["", "done", "done"])
        self.assertEqual([order.amount_total for order in others], [20, 20])

    def test_wrong_total_does_not_hold_back_other_updates(self):
        others = self.bring_in(samples.order(2), samples.order(3))
        rows = [self.newer([samples.line(1, 2)], total="99.99")]
        rows += [
            samples.order(n, [samples.line(n, 2)], version=samples.later())
            for n in (2, 3)
        ]
        tasks = self.attempt(*rows)
        self.assertEqual([task.state for task in tasks], ["", "done", "done"])
        self.assertEqual([order.amount_total for order in others], [20, 20])
        self.assertEqual(self.order.amount_total, 10)
