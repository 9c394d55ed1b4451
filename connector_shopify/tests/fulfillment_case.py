# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .common import ShopifyCase


class FulfillmentCase(ShopifyCase):
    """Orders of a simulated shop, confirmed and delivered in Odoo."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(seed=23, **self.shop_options())
        self.backend = self.make_shopify_backend(self.shop)
        self.order_flow = self.flow(self.backend)
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )

    def shop_options(self):
        return {"taxes": "included"}

    def place(self, *scenarios):
        """Let somebody order; return the order's id."""
        (gid,) = self.shop.place_orders(1, scenarios=["plain", *scenarios])
        return gid

    def bring_in(self, gid):
        """Poll and apply; return the sale order."""
        self.poll(self.order_flow)
        self.settle()
        message = self.messages(self.order_flow, external_id=gid)[-1:]
        self.assertEqual((message.state, message.error_message), ("done", False))
        return self.bound(self.backend, "order", gid)

    def read_again(self, gid, state="done"):
        """Poll once more; return the newest message of an order."""
        self.order_flow.cursor = False
        self.poll(self.order_flow)
        self.settle()
        message = self.messages(self.order_flow, external_id=gid)[-1:]
        self.assertEqual(message.state, state, message.error_message)
        return message

    def confirmed(self, *scenarios):
        gid = self.place(*scenarios)
        order = self.bring_in(gid)
        order.action_confirm()
        return gid, order

    def listen_out(self):
        self.out = self.listen(self.backend, "fulfillment")
        return self.out

    def deliver_all(self, order, share=1.0, **values):
        """Deliver all, or a share of each line that is open; return the transfer."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        picking.write(values)
        for move in picking.move_ids:
            move.quantity = max(int(move.product_uom_qty * share), 1)
            move.picked = True
        picking._action_done()
        self.send()
        return picking

    def give_back(self, picking):
        """Return everything of a delivery."""
        wizard = self.env["stock.return.picking"]
        wizard = wizard.with_context(
            active_id=picking.id, active_ids=picking.ids, active_model="stock.picking"
        ).create({})
        for line in wizard.product_return_moves:
            line.quantity = line.move_id.quantity
        back = wizard._create_return()
        for move in back.move_ids:
            move.quantity = move.product_uom_qty
            move.picked = True
        back._action_done()

    def send(self):
        """Tell what was noted, as jobs do."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.clear()
        self.backend.flow_ids._wake_outbox()
        self.settle()

    def let_doubt_settle(self):
        """Let the time pass after which an unknown outcome can be looked up."""
        self.env.flush_all()
        self.env.cr.execute("UPDATE hub_attempt SET settle_at = '2026-01-01'")
        self.let_time_pass(self.messages(self.out))
        self.env.invalidate_all()
        self.perform(self.out, "_collect")
        self.drain(self.out)
        self.settle()

    def fulfillments(self, gid, status="SUCCESS"):
        """Return what the shop has shipped of an order."""
        rows = self.shop.orders[gid]["fulfillments"]
        return [row for row in rows if row["status"] == status]

    def done(self, name):
        """Return what API calls of a name did."""
        return [gid for mutation, gid in self.shop.dispatch.ledger if mutation == name]

    def assertDelivered(self, gid):
        """Both sides have delivered the same."""
        order = self.bound(self.backend, "order", gid)
        ours = {
            line.hub_external_id: line.qty_delivered
            for line in order.order_line
            if line.hub_external_id and line.qty_delivered
        }
        self.assertEqual(ours, self.shop.truth[gid].delivered)

    def map_location(self, place=0, location=None):
        location = location or self.warehouse.view_location_id
        gid = self.shop.generator.world.locations[place]["id"]
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "location",
                "remote_value": gid,
                "location_id": location.id,
            }
        )
        return gid
