# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import (
    BusinessRuleError,
    InvalidData,
    MappingError,
)

from . import samples
from .order_case import OrderCase


class TestImporterOrder(OrderCase):
    # === PARITY ===#

    def rounding(self, order):
        return order.order_line.filtered(
            lambda line: line.product_id == self.backend.rounding_product_id
        )

    def test_exact_total_has_no_rounding_line(self):
        self.assertFalse(self.rounding(self.bring_in(samples.order(1))))

    def test_small_difference_becomes_a_rounding_line(self):
        for number, total in enumerate(("10.01", "10.05", "9.95"), start=1):
            order = self.bring_in(samples.order(number, total=total))
            self.assertAlmostEqual(order.amount_total, float(total))
            self.assertAlmostEqual(
                self.rounding(order).price_subtotal, float(total) - 10
            )

    def test_larger_difference_is_refused_with_both_sums(self):
        for number, total in enumerate(("10.06", "9.94", "99.99"), start=1):
            error = self.refuse(samples.order(number, total=total), BusinessRuleError)
            self.assertEqual(error.code, "total_mismatch")
            self.assertIn(total, error.message)
            self.assertIn("10.00", error.message)

    def test_refused_order_leaves_no_sale_order(self):
        self.refuse(samples.order(1, total="99.99"), BusinessRuleError)
        self.assertFalse(
            self.env["sale.order"].search([("client_order_ref", "=", "#1001")])
        )

    def test_limit_zero_refuses_every_difference(self):
        self.backend.rounding_limit = 0
        self.refuse(samples.order(1, total="10.01"), BusinessRuleError)

    def test_limit_counts_the_smallest_coins_of_the_currency(self):
        yen = self.env.ref("base.JPY")
        yen.active = True
        line = samples.line(1, price="1000")
        for total, fits in (("1005", True), ("1006", False)):
            row = samples.order(int(total), [line], currency="JPY", total=total)
            (task,) = self.attempt(row)
            self.assertEqual(task.error is None, fits)

    # === HEADER ===#

    def test_header_says_where_the_order_comes_from(self):
        order = self.bring_in(samples.order(1))
        self.assertEqual(order.client_order_ref, "#1001")
        self.assertEqual(order.origin, "Imaginary #1001")
        self.assertEqual(order.date_order, samples.EPOCH.replace(tzinfo=None))
        self.assertEqual(order.state, "draft")

    def test_buyers_own_order_number_is_the_reference(self):
        order = self.bring_in(samples.order(1, purchase_order="PO 7"))
        self.assertEqual(order.client_order_ref, "PO 7")

    def test_foreign_currency_gets_one_price_list(self):
        rows = [samples.order(n, currency="USD") for n in (1, 2)]
        first, second = self.bring_in(*rows)
        self.assertEqual(first.currency_id.name, "USD")
        self.assertEqual(first.pricelist_id, second.pricelist_id)
        third = self.bring_in(samples.order(3, currency="USD"))
        self.assertEqual(third.pricelist_id, first.pricelist_id)

    def test_inactive_currency_is_named_with_what_to_do(self):
        self.env.ref("base.CHF").active = False
        error = self.refuse(samples.order(1, currency="CHF"), MappingError)
        self.assertIn("CHF", error.message)
        self.assertIn("Activate CHF", error.remedy)

    def test_anonymous_order_needs_a_customer_of_the_backend(self):
        nobody = samples.customer(1, external_id="", name="", email="")
        error = self.refuse(samples.order(1, customer=nobody), InvalidData)
        self.assertEqual(error.code, "no_buyer")
        guest = self.env["res.partner"].create({"name": "Counter"})
        self.backend.guest_partner_id = guest
        order = self.bring_in(samples.order(1, customer=nobody))
        self.assertEqual(order.partner_id, guest)

    def test_guest_is_found_again_by_email(self):
        guest = samples.customer(1, external_id="")
        first, second = self.bring_in(
            samples.order(1, customer=guest), samples.order(2, customer=guest)
        )
        third = self.bring_in(samples.order(3, customer=guest))
        self.assertEqual(first.partner_id, second.partner_id)
        self.assertEqual(first.partner_id, third.partner_id)

    def test_cancelled_order_arrives_cancelled(self):
        order = self.bring_in(samples.order(1, cancelled_at=samples.EPOCH))
        self.assertEqual(order.state, "cancel")

    def test_test_order_is_skipped_in_production(self):
        self.backend.write(
            {"environment": "production", "api_url": "https://example.com"}
        )
        tasks = self.attempt(samples.order(1, test=True), samples.order(2))
        self.assertEqual([task.state for task in tasks], ["skipped", "done"])

    def test_test_order_is_booked_elsewhere(self):
        self.assertTrue(self.bring_in(samples.order(1, test=True)))

    def test_order_without_lines_is_booked(self):
        order = self.bring_in(samples.order(1, lines=[]))
        self.assertEqual(order.amount_total, 0)

    # === ONE BAD AMONG MANY ===#

    def test_bad_orders_do_not_hold_back_the_good_ones(self):
        rows = [samples.order(n) for n in range(1, 11)]
        rows[2]["total"] = "99.99"
        rows[5]["currency"] = "XTS"
        rows[8]["lines"][0]["taxes"] = [samples.tax(13, "1.30")]
        rows[8]["total"] = "11.30"
        tasks = self.attempt(*rows)
        failed = {task.external_id for task in tasks if task.error}
        self.assertEqual(failed, {"O3", "O6", "O9"})
        done = [task for task in tasks if task.state == "done"]
        self.assertEqual(len(done), 7)
        self.assertTrue(all(self.record_of(task).exists() for task in done))
