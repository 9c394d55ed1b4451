# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .kit_case import KitCase


class TestKitsOrders(KitCase):
    """Orders of kits before they are delivered."""

    def waiting(self, order):
        """Return what is still to leave of the components."""
        moves = order.picking_ids.move_ids.filtered(
            lambda move: move.state not in ("done", "cancel")
        )
        parts = moves.grouped("product_id")
        none = moves.browse()
        return [
            sum(parts.get(part, none).mapped("product_uom_qty"))
            for part in (self.legs, self.top)
        ]

    def test_components_of_cancelled_kits_are_not_delivered(self):
        gid, order = self.confirmed_kits()
        for left in (self.count - 1, self.count - 2):
            self.shop.refunds.make(gid, [(self.gid, 1, "CANCEL", None)])
            self.read_again(gid)
            self.assertEqual(self.waiting(order), [4 * left, left])

    def test_order_of_kits_waits_for_their_components(self):
        gid = self.place()
        order = self.bring_in(gid)
        line = order.order_line.filtered("product_id.is_storable")[:1]
        self.make_kit(line.product_id)
        others = order.order_line.product_id.filtered("is_storable") - line.product_id
        self.stock(others, 99)
        rule = self.backend.release_rule_ids.filtered(lambda r: r.kind == "stock")
        rule.shortage = "hold"
        self.backend.order_confirm = "released"
        self.shop.touch(gid, note="Please hurry")
        message = self.read_again(gid, "failed")
        self.assertEqual(message.error_code, "release_stock")
        self.assertIn("Leg", message.error_message)
        self.stock(self.legs | self.top, 99)
        message.action_retry()
        self.settle()
        self.assertEqual(order.state, "sale")

    def stock(self, products, quantity):
        for product in products:
            self.env["stock.quant"]._update_available_quantity(
                product, self.warehouse.lot_stock_id, quantity
            )
