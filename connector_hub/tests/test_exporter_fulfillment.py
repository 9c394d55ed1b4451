# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.addons.connector_hub.exceptions import BusinessRuleError

from . import samples
from .export_case import ExportCase
from .order_case import OrderCase


class TestExporterFulfillment(ExportCase, OrderCase):
    def setUp(self):
        super().setUp()
        self.order_flow = self.flow(self.backend)

    def confirmed(self, *lines, number=1):
        """Bring in an order and confirm it; return it."""
        self.existing_storable()
        rows = lines or (samples.line(1, quantity=3),)
        order = self.bring_in(samples.order(number, lines=list(rows)))
        if order.state != "sale":
            order.action_confirm()
        return order

    def existing_storable(self):
        for number in (1, 2):
            code = f"SKU-{number}"
            found = self.env["product.product"].search([("default_code", "=", code)])
            if not found:
                product = self.make_products(default_code=code, taxes_id=False)
                self.put_stock(product, 100)

    def ship(self, order, quantity=None):
        """Deliver all, or some of each line; return the transfer."""
        picking = order.picking_ids.filtered(lambda p: p.state != "done")
        for move in picking.move_ids:
            move.quantity = move.product_uom_qty if quantity is None else quantity
            move.picked = True
        picking._action_done()
        return picking

    def test_says_what_left_of_which_order(self):
        self.map_location(self.warehouse.view_location_id, name="HOUSE")
        order = self.confirmed()
        picking = self.ship(order)
        said = self.said("fulfillment", picking)
        self.assertEqual((said.external_id, said.name), ("", picking.name))
        self.assertEqual((said.order_id, said.location_id), ("O1", "HOUSE"))
        self.assertFalse(said.cancelled)
        self.assertTrue(said.shipped_at)
        lines = [(line.external_id, line.sku, line.quantity) for line in said.lines]
        self.assertEqual(lines, [("L1", "SKU-1", 3)])

    def test_each_partial_delivery_says_its_own_part(self):
        order = self.confirmed(samples.line(1, quantity=3), samples.line(2, quantity=2))
        first = self.ship(order, 1)
        second = self.ship(order)
        quantities = []
        for picking in (first, second):
            lines = self.said("fulfillment", picking).lines
            quantities.append({line.external_id: line.quantity for line in lines})
        self.assertEqual(quantities, [{"L1": 1, "L2": 1}, {"L1": 2, "L2": 1}])

    def test_only_what_is_done_and_left_for_linked_orders_is_relevant(self):
        order = self.confirmed()
        picking = order.picking_ids
        flow = self.out("fulfillment")
        exporter = flow._exporter()
        self.assertFalse(exporter.relevant(flow, picking.ids))
        self.ship(order)
        self.assertEqual(exporter.relevant(flow, picking.ids), set(picking.ids))
        self.assertEqual(exporter.all_ids(flow, 0, 10), picking.ids)
        own = order.copy()
        own.action_confirm()
        other = self.ship(own)
        self.assertFalse(exporter.relevant(flow, other.ids))
        self.assertFalse(self.export("fulfillment", other))

    def test_delivery_of_several_orders_is_for_a_person(self):
        one = self.confirmed()
        two = self.confirmed(number=2)
        picking = one.picking_ids
        two.picking_ids.move_ids.picking_id = picking
        self.ship(one)
        self.assertIsInstance(self.said("fulfillment", picking), BusinessRuleError)

    def test_shipment_arrives_there_once_and_is_linked(self):
        remote = self.start_remote()
        self.backend.write({"api_url": remote.url, "fake_password": remote.password})
        order = self.confirmed()
        flow = self.listen(self.backend, "fulfillment")
        picking = self.ship(order)
        self.commit_outbox()
        (remote_id,) = remote.rows["fulfillment"]
        self.assertEqual(self.bound(self.backend, "fulfillment", remote_id), picking)
        picking.write({"date_done": picking.date_done})
        self.commit_outbox()
        self.assertEqual(len(remote.ledger), 1)
        self.assertEqual(self.states(flow), ["done", "unchanged"])

    def test_shipping_is_noted(self):
        order = self.confirmed()
        self.listen(self.backend, "fulfillment")
        self.marks("fulfillment")
        self.ship(order)
        self.assertEqual(self.roots("fulfillment"), set(order.picking_ids.ids))

    def test_statements_do_not_grow_with_the_deliveries(self):
        self.existing_storable()
        orders = self.bring_in(
            *[samples.order(n, lines=[samples.line(1)]) for n in range(1, 21)]
        )
        pickings = self.env["stock.picking"]
        for order in orders:
            if order.state != "sale":
                order.action_confirm()
            pickings += self.ship(order)
        few = self.statements("fulfillment", pickings[:2])
        self.assertLessEqual(self.statements("fulfillment", pickings), few)
