# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .refund_case import RefundCase


class TestRefundGoods(RefundCase):
    """What becomes of refunded and returned goods."""

    def test_cancelled_units_are_not_delivered(self):
        gid, order = self.place("order_fixed")
        self.bring_in()
        sale = self.order(gid)
        sale.action_confirm()
        rows = [row for row in order["lineItems"] if row["requiresShipping"]]
        wanted = [(row["id"], row["quantity"], "CANCEL", None) for row in rows[:1]]
        wanted += [(row["id"], 1, "CANCEL", None) for row in rows[1:]]
        self.shop.refunds.make(gid, wanted)
        self.bring_in()
        for row in rows:
            line = self.line(gid, row["id"])
            self.assertEqual(self.open_quantity(line), row["currentQuantity"])
        sale.order_line._action_launch_stock_rule()
        for row in rows:
            line = self.line(gid, row["id"])
            self.assertEqual(self.open_quantity(line), row["currentQuantity"])

    def test_cancelled_units_are_not_picked(self):
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        warehouse.delivery_steps = "pick_ship"
        gid, order = self.place("order_fixed")
        self.bring_in()
        self.order(gid).action_confirm()
        row = next(row for row in order["lineItems"] if row["requiresShipping"])
        self.shop.refunds.make(gid, [(row["id"], 1, "CANCEL", None)])
        self.bring_in()
        line = self.line(gid, row["id"])
        self.assertEqual(self.open_quantity(line), row["currentQuantity"])

    def test_quotation_is_delivered_without_what_was_cancelled(self):
        gid, order = self.place()
        self.bring_in()
        row = order["lineItems"][0]
        self.shop.refunds.make(gid, [(row["id"], 1, "CANCEL", None)])
        self.bring_in()
        self.order(gid).action_confirm()
        line = self.line(gid, row["id"])
        self.assertEqual(self.open_quantity(line), row["currentQuantity"])

    def test_money_without_restocking_leaves_the_delivery(self):
        gid, order = self.place()
        self.bring_in()
        self.order(gid).action_confirm()
        row = order["lineItems"][0]
        self.shop.refunds.make(gid, [(row["id"], 1, "NO_RESTOCK", None)])
        self.bring_in()
        line = self.line(gid, row["id"])
        self.assertEqual(self.open_quantity(line), row["quantity"])

    def test_returned_goods_are_back_in_the_mapped_location(self):
        gid, order = self.place()
        place = next(iter(self.shop.collection("locations").objects))
        warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        shelf = self.env["stock.location"].create(
            {"name": "Returns", "location_id": warehouse.lot_stock_id.id}
        )
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "location",
                "remote_value": place,
                "location_id": shelf.id,
            }
        )
        self.bring_in()
        sale = self.order(gid)
        self.deliver_all(sale)
        self.shop.dispatch.ship(gid)
        row = order["lineItems"][0]
        self.shop.refunds.make(gid, [(row["id"], 1, "RETURN", place)])
        self.bring_in()
        line = self.line(gid, row["id"])
        back = self.refunds(gid).picking_ids
        self.assertEqual((back.state, back.location_dest_id), ("done", shelf))
        self.assertEqual(line.qty_delivered, row["quantity"] - 1)
        quants = self.env["stock.quant"]._get_available_quantity(line.product_id, shelf)
        self.assertEqual(quants, 1)
        sale.order_line._action_launch_stock_rule()
        self.assertEqual(self.open_quantity(line), 0)

    def test_return_of_what_is_not_delivered_here_waits(self):
        gid, order = self.place()
        self.bring_in()
        sale = self.order(gid)
        sale.action_confirm()
        self.shop.dispatch.ship(gid)
        row = order["lineItems"][0]
        self.shop.refunds.make(gid, [(row["id"], 1, "RETURN", None)])
        self.bring_in()
        self.assertEqual(self.refunds(gid).stock_state, "waiting")
        self.deliver_all(sale)
        self.shop.touch(gid, note="again")
        self.bring_in()
        self.assertEqual(self.refunds(gid).stock_state, "done")
        self.assertEqual(self.line(gid, row["id"]).qty_delivered, row["quantity"] - 1)

    # === RETURNS ===#

    def test_announced_return_is_expected_and_completed_by_its_refund(self):
        gid, order = self.place()
        self.bring_in()
        sale = self.order(gid)
        self.deliver_all(sale)
        self.invoice(sale)
        self.shop.dispatch.ship(gid)
        row = order["lineItems"][0]
        found = self.shop.refunds.returns.open(gid, {row["id"]: 1})
        self.bring_in()
        record = self.env["hub.order.return"].search([("order_id", "=", sale.id)])
        self.assertEqual((record.state, record.reason), ("open", "wrong-size"))
        self.assertEqual(record.picking_ids.state, "assigned")
        self.assertEqual(record.picking_ids.move_ids.product_uom_qty, 1)
        self.shop.refunds.returns.process(found)
        self.bring_in()
        self.assertEqual((record.state, record.picking_ids.state), ("closed", "done"))
        self.assertEqual(len(sale.picking_ids), 2)
        self.assertEqual(self.line(gid, row["id"]).qty_delivered, row["quantity"] - 1)
        self.assertCredited(gid)

    def test_return_that_is_called_off_is_not_expected(self):
        gid, order = self.place()
        self.bring_in()
        self.deliver_all(self.order(gid))
        self.shop.dispatch.ship(gid)
        found = self.shop.refunds.returns.open(gid, {order["lineItems"][0]["id"]: 1})
        self.bring_in()
        picking = self.env["hub.order.return"].search([]).picking_ids
        found["status"] = "CANCELED"
        self.shop.touch(gid, note="off")
        self.bring_in()
        self.assertEqual(picking.state, "cancel")

    def test_orders_do_not_wait_for_the_permission_to_read_returns(self):
        gid, order = self.place()
        self.shop.dispatch.ship(gid)
        self.shop.refunds.returns.open(gid, {order["lineItems"][0]["id"]: 1})
        self.shop.scopes = tuple(set(self.shop.scopes) - {"read_returns"})
        self.bring_in()
        self.assertTrue(self.order(gid))
