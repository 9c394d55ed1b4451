# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command

from ..stock_case import StockCase


class TestKitsStock(StockCase):
    """The store is offered as many kits as their components allow."""

    def setUp(self):
        super().setUp()
        self.open_store(2)
        self.kit, self.other = self.products
        self.legs, self.top = self.make_products(2)
        self.kit.is_storable = False
        self.bom = self.make_bom(self.kit, {self.legs: 4, self.top: 1})

    def make_bom(self, product, needs):
        return self.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": count})
                    for part, count in needs.items()
                ],
            }
        )

    def test_kits_are_offered_as_their_components_allow(self):
        self.put(self.legs, 14)
        self.put(self.top, 5)
        self.put(self.other, 9)
        self.tell()
        self.assertEqual([self.available(n) for n in range(2)], [3, 9])
        self.assertEqual(set(self.states(self.out)), {"done"})

    def test_component_that_changes_tells_its_kits_and_nothing_else(self):
        self.put(self.legs, 14)
        self.put(self.top, 5)
        self.put(self.other, 9)
        self.tell()
        sent = len(self.effects())
        self.put(self.legs, 30)
        self.tell()
        self.assertEqual(self.available(), 5)
        self.put(self.top, 2)
        self.tell()
        self.assertEqual(self.available(), 2)
        self.assertEqual(len(self.effects()), sent + 2)

    def test_reserved_components_are_not_offered(self):
        self.put(self.legs, 20)
        self.put(self.top, 5)
        self.tell()
        self.assertEqual(self.available(), 5)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.env["res.partner"].create({"name": "Buyer"}).id,
                "order_line": [
                    Command.create({"product_id": self.kit.id, "product_uom_qty": 2})
                ],
            }
        )
        order.action_confirm()
        self.tell()
        self.assertEqual(self.available(), 3)

    def test_kits_of_kits_follow_the_parts_of_their_parts(self):
        screw = self.make_products(1)
        self.legs.is_storable = False
        self.make_bom(self.legs, {screw: 2})
        self.put(screw, 16)
        self.put(self.top, 5)
        self.tell()
        self.assertEqual(self.available(), 2)
        self.put(screw, 25)
        self.tell()
        self.assertEqual(self.available(), 3)

    def test_changed_bill_of_materials_is_told(self):
        self.put(self.legs, 16)
        self.put(self.top, 5)
        self.tell()
        self.assertEqual(self.available(), 4)
        self.bom.bom_line_ids[0].product_qty = 8
        self.tell()
        self.assertEqual(self.available(), 2)
