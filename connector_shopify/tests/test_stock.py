# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.addons.connector_hub.tests.send_case import Crash

from .stock_case import StockCase


class TestStock(StockCase):
    """Stock levels from Odoo to the simulated store, over HTTP."""

    def test_levels_arrive_in_one_call(self):
        self.open_store(3)
        self.put(self.products, 42)
        self.tell()
        self.assertEqual({self.available(n) for n in range(3)}, {42})
        self.assertEqual(self.calls(), 1)
        self.assertEqual(set(self.states(self.out)), {"done"})

    def test_only_what_changed_is_sent_and_compared_with_what_was_there(self):
        self.open_store(3)
        self.put(self.products, 42)
        self.tell()
        self.put(self.products[1], 40)
        self.tell()
        self.assertEqual([self.available(n) for n in range(3)], [42, 40, 42])
        self.assertEqual(len(self.effects()), 4)
        self.env["hub.dirty"].mark_flow(self.out, "product.product", self.products.ids)
        self.tell()
        self.assertEqual(self.calls(), 2)

    def test_items_are_looked_up_once_and_remembered(self):
        self.open_store(2)
        self.put(self.products, 1)
        self.tell()
        bindings = self.env["hub.shopify.variant"].search([], order="external_id")
        self.assertEqual(set(bindings.mapped("inventory_item")), set(self.items))
        self.put(self.products, 2)
        self.tell()
        self.assertEqual(self.calls("inventoryItems"), 1)

    def test_imported_variants_bring_their_items_along(self):
        self.open_store(0)
        products = self.flow(self.backend, "product")
        self.poll(products)
        self.settle()
        bindings = self.env["hub.shopify.variant"].search([])
        found = {row.external_id: row.inventory_item for row in bindings}
        for gid, item in self.stock.items.items():
            self.assertEqual(found[item["variant"]["id"]], gid)

    def test_a_sale_meanwhile_is_seen_and_the_level_compared_again(self):
        self.open_store(2)
        self.put(self.products, 42)
        self.tell()
        self.stock.move(self.items[0], self.first, available=-2, committed=2)
        self.put(self.products, 50)
        self.tell()
        # the goods that came are told once the orders had time to arrive
        self.let_time_pass(self.messages(self.out))
        self.tell()
        self.assertEqual([self.available(n) for n in range(2)], [50, 50])
        self.assertEqual(self.calls("inventoryLevels"), 2)
        # the refused calls changed nothing, so each level was set once more only
        self.assertEqual(len(self.effects()), 4)

    def test_a_sale_that_odoo_does_not_know_yet_is_not_undone(self):
        self.open_store(2)
        self.put(self.products, 42)
        self.tell()
        self.stock.move(self.items[0], self.first, available=-2, committed=2)
        self.put(self.products[0], 41)
        self.put(self.products[1], 50)
        self.tell()
        # 41 would sell two again that are sold; the other level is not held up
        self.assertEqual([self.available(n) for n in range(2)], [40, 50])
        late = self.messages(self.out).filtered(lambda m: m.state == "pending")
        self.assertEqual((len(late), late.exception_id.ids), (1, []))
        # the order has come, and was reserved
        self.put(self.products[0], 39)
        self.let_time_pass(late)
        self.tell()
        self.assertEqual(self.available(), 39)

    def test_a_sale_that_odoo_knows_costs_no_write(self):
        self.open_store(1)
        self.put(self.products, 42)
        self.tell()
        self.stock.move(self.items[0], self.first, available=-2, committed=2)
        self.put(self.products, 40)
        self.tell()
        self.assertEqual(self.available(), 40)
        self.assertEqual(len(self.effects()), 1)
        self.assertEqual(self.states(self.out), ["done", "done"])

    def test_item_is_stocked_where_odoo_has_it(self):
        self.open_store(12)
        self.map_location(self.second, self.warehouse.view_location_id)
        unstocked = [
            n
            for n in range(12)
            if (self.items[n], self.second) not in self.stock.levels
        ]
        self.assertTrue(unstocked)
        self.put(self.products, 5)
        self.tell()
        for number in unstocked:
            level = self.stock.level(self.items[number], self.second)
            self.assertTrue(level["isActive"])
            self.assertEqual(self.available(number, self.second), 5)
        self.assertEqual(len(self.effects("inventoryActivate")), len(unstocked))

    def test_what_the_store_does_not_count_is_left_alone(self):
        self.open_store(1)
        item = next(i for i in self.stock.items.values() if not i["tracked"])
        product = self.make_products()
        self.link(product, [item["variant"]["id"]])
        self.put(self.products | product, 7)
        self.tell()
        self.assertEqual(self.available(), 7)
        self.assertEqual(len(self.effects()), 1)
        self.put(product, 8)
        self.tell()
        self.assertEqual(self.calls(), 1)

    def test_product_sold_as_two_variants_has_one_level_in_both(self):
        self.open_store(2)
        self.env["hub.shopify.variant"].search([])[0].odoo_id = self.products[0]
        self.put(self.products[0], 9)
        self.tell()
        self.assertEqual([self.available(n) for n in range(2)], [9, 9])

    def test_unknown_location_is_a_mapping_to_correct(self):
        self.open_store(1)
        self.map_location("gid://shopify/Location/404", self.shelf)
        self.put(self.products, 7)
        self.tell()
        self.assertEqual(self.available(), 7)
        message = self.error()
        self.assertIn("gid://shopify/Location/404", message.error_message)
        self.assertEqual(self.exceptions(self.backend).category, "mapping")

    def test_variant_that_is_gone_stops_no_other(self):
        self.open_store(3)
        self.put(self.products, 3)
        self.tell()
        del self.stock.items[self.items[1]]
        self.put(self.products, 8)
        self.tell()
        self.assertEqual((self.available(0), self.available(2)), (8, 8))
        self.assertEqual(len(self.error()), 1)
        self.assertIn(self.items[1], self.error().error_message)

    def test_parts_of_a_piece_and_safety_stock_are_kept_back(self):
        self.open_store(1)
        self.out.safety_stock = 2
        self.put(self.products, 7.5)
        self.tell()
        self.assertEqual(self.available(), 5)

    # === NOTHING TWICE ===#

    def test_crash_after_sending_has_no_second_effect(self):
        self.open_store(3)
        adapter = type(self.backend.adapter())
        push = adapter.push

        def push_and_die(adapter, *args):
            push(adapter, *args)
            raise Crash

        self.put(self.products, 42)
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        with patch.object(adapter, "push", push_and_die):
            for number in range(self.out.lane_count):
                try:
                    self.perform(self.out, "_drain", number)
                except Crash:
                    continue
        sold = self.effects()
        self.assertEqual(len(sold), 3)
        # the store sells on before anybody comes back
        self.stock.move(self.items[0], self.first, available=-2, committed=2)
        self.env["hub.lane"].search([]).write({"leased_until": "2026-01-01"})
        self.let_time_pass(self.messages(self.out))
        self.drain(self.out)
        self.assertEqual(self.effects(), sold)
        self.assertEqual(self.available(), 40)
        self.assertEqual(set(self.states(self.out)), {"done"})

    def test_lost_answers_are_asked_for_again_with_the_same_key(self):
        self.open_store(2)
        self.shop.faults.add("close", operation="inventorySet", when="after", count=9)
        self.put(self.products, 42)
        self.tell()
        self.assertIn("in_doubt", self.states(self.out))
        self.shop.faults.clear()
        self.shop.idempotency.busy = 1
        for _round in range(3):
            self.let_time_pass(self.messages(self.out))
            self.drain(self.out)
        self.assertEqual(set(self.states(self.out)), {"done"})
        self.assertEqual(len(self.effects()), 2)

    def test_a_key_the_store_has_forgotten_does_no_harm(self):
        self.open_store(1)
        self.put(self.products, 42)
        self.tell()
        self.shop.faults.add("close", operation="inventorySet", when="after", count=9)
        self.put(self.products, 50)
        self.tell()
        self.shop.faults.clear()
        self.shop.idempotency.forget()
        self.let_time_pass(self.messages(self.out))
        self.drain(self.out)
        self.assertEqual(set(self.states(self.out)), {"done"})
        self.assertEqual([e["quantity"] for e in self.effects()], [42, 50])
