# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user

from .stock_case import StockCase


class TestStockOpening(StockCase):
    """The stock of the simulated store becomes Odoo's, read over HTTP."""

    def open_stock(self, **values):
        opening = self.env["hub.stock.opening"].create(
            {"backend_id": self.backend.id, **values}
        )
        opening.action_read()
        self.settle()
        return opening

    def apply(self, opening):
        opening.action_apply()
        self.settle()

    def lines(self, opening, problem=False):
        return opening.line_ids.filtered(lambda line: line.problem == problem)

    def on_hand(self, product):
        return product.with_context(location=self.shelf.id).qty_available

    def adjustments(self):
        return self.env["stock.move"].search(
            [("product_id", "in", self.products.ids), ("is_inventory", "=", True)]
        )

    def test_levels_are_shown_first_and_applied_as_an_adjustment(self):
        self.open_store(3)
        opening = self.open_stock()
        self.assertEqual(opening.state, "review")
        self.assertFalse(self.adjustments())
        wanted = {
            product: self.available(number)
            for number, product in enumerate(self.products)
        }
        found = {line.product_id: line.counted for line in self.lines(opening)}
        self.assertEqual(found, wanted)
        self.apply(opening)
        self.assertEqual(opening.state, "done")
        for product, quantity in wanted.items():
            self.assertEqual(self.on_hand(product), quantity)
        moves = self.adjustments()
        self.assertEqual(set(moves.mapped("state")), {"done"})
        self.assertIn(self.backend.name, moves[0].reference)

    def test_done_again_it_changes_nothing(self):
        self.open_store(3)
        self.apply(self.open_stock())
        moves = self.adjustments()
        again = self.open_stock()
        self.assertFalse(again.change_count)
        self.apply(again)
        self.assertEqual(self.adjustments(), moves)

    def test_stock_received_after_reading_is_not_added(self):
        self.open_store(1)
        opening = self.open_stock()
        self.put(self.products, 3)
        moves = self.adjustments()
        self.apply(opening)
        self.assertEqual(self.on_hand(self.products), self.available())
        self.assertEqual(len(self.adjustments() - moves), 1)

    def test_stock_in_bins_below_counts(self):
        self.open_store(1)
        below = self.env["stock.location"].create(
            {"name": "Bin", "location_id": self.shelf.id}
        )
        self.put(self.products, 2, below)
        self.apply(self.open_stock())
        self.assertEqual(self.on_hand(self.products), self.available())

    def test_on_hand_includes_what_open_orders_have_reserved(self):
        self.open_store(1)
        self.stock.move(self.items[0], self.first, available=-2, committed=2)
        self.apply(self.open_stock(quantity="on_hand"))
        self.assertEqual(self.on_hand(self.products), self.available() + 2)

    def test_what_cannot_be_taken_over_is_left_out_and_named(self):
        self.open_store(3)
        self.products[1].tracking = "lot"
        self.stock.move(self.items[2], self.first, available=-500)
        opening = self.open_stock()
        self.assertEqual(self.lines(opening, "lots").product_id, self.products[1])
        self.assertEqual(self.lines(opening, "negative").product_id, self.products[2])
        self.assertTrue(self.lines(opening, "unlinked"))
        self.assertEqual(opening.change_count, 1)
        self.apply(opening)
        self.assertEqual(self.adjustments().product_id, self.products[0])

    def test_location_that_is_not_mapped_is_named(self):
        self.open_store(3)
        self.env["hub.mapping"].search([("backend_id", "=", self.backend.id)]).unlink()
        opening = self.open_stock()
        self.assertEqual(len(self.lines(opening, "unmapped")), 3)

    def test_what_was_read_is_not_sent_back(self):
        self.open_store(3)
        self.apply(self.open_stock())
        self.tell()
        self.assertEqual(self.calls(), 0)
        self.assertEqual(set(self.states(self.out)), {"unchanged"})

    def test_store_that_does_not_answer_is_read_again_later(self):
        self.open_store(1)
        self.shop.faults.add("status", status=503, count=9)
        opening = self.open_stock()
        self.assertEqual(opening.state, "draft")
        self.assertTrue(opening.problem)
        self.shop.faults.clear()
        self.end_pauses()
        opening.action_read()
        self.settle()
        self.assertEqual(opening.state, "review")

    def test_only_operators_may_apply_and_only_what_was_read(self):
        self.open_store(1)
        opening = self.env["hub.stock.opening"].create({"backend_id": self.backend.id})
        with self.assertRaises(UserError):
            opening.action_apply()
        reader = new_test_user(
            self.env, "reader", groups="connector_hub.group_hub_user"
        )
        with self.assertRaises(AccessError):
            opening.with_user(reader).action_read()

    def test_work_whose_job_failed_can_be_begun_again(self):
        self.open_store(1)
        opening = self.env["hub.stock.opening"].create({"backend_id": self.backend.id})
        opening.state = "reading"
        with self.assertRaises(UserError):
            opening.action_apply()
        opening.action_read()
        # now a job is at it
        with self.assertRaises(UserError):
            opening.action_read()
        self.settle()
        self.assertEqual(opening.state, "review")
        opening.state = "applying"
        self.apply(opening)
        self.assertEqual(opening.state, "done")
