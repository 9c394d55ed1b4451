# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import Command

from ..fulfillment_case import FulfillmentCase

#: how much of each component one kit needs
NEEDS = {"Leg": 4, "Top": 1}


class KitCase(FulfillmentCase):
    """One product of an order is a table: a kit of four legs and a top."""

    def setUp(self):
        super().setUp()
        self.legs, self.top = self.env["product.product"].create(
            [{"name": name, "is_storable": True} for name in NEEDS]
        )

    def confirmed_kits(self):
        """Confirm an order of kits and other goods; keep the line of the kits."""
        gid = self.place("many_lines")
        order = self.bring_in(gid)
        lines = order.order_line.filtered(
            lambda line: line.hub_external_id and line.product_id.type == "consu"
        )
        products = lines.grouped("product_id").values()
        self.line = max(
            (found for found in products if len(found) == 1),
            key=lambda line: line.product_uom_qty,
        )
        self.gid = self.line.hub_external_id
        self.count = int(self.line.product_uom_qty)
        self.assertGreater(self.count, 1)
        self.make_kit(self.line.product_id)
        order.action_confirm()
        return gid, order

    def make_kit(self, product):
        return self.env["mrp.bom"].create(
            {
                "product_tmpl_id": product.product_tmpl_id.id,
                "product_id": product.id,
                "type": "phantom",
                "bom_line_ids": [
                    Command.create({"product_id": part.id, "product_qty": count})
                    for part, count in zip(
                        self.legs | self.top, NEEDS.values(), strict=True
                    )
                ],
            }
        )

    def deliver(self, order, wanted):
        """Deliver {product: quantity} of what is open, and tell it."""
        picking = order.picking_ids.filtered(
            lambda p: p.state not in ("done", "cancel")
        )
        for move in picking.move_ids:
            move.quantity = wanted.get(move.product_id, 0)
            move.picked = bool(move.quantity)
        picking._action_done()
        self.send()
        return picking

    def moved(self, order):
        """Return what has left of the components."""
        moves = order.picking_ids.move_ids.filtered(
            lambda move: move.state == "done" and move.location_dest_usage == "customer"
        )
        done = moves.grouped("product_id")
        return [sum(done[part].mapped("quantity")) for part in (self.legs, self.top)]

    def kits_shipped(self, gid):
        """Return how many kits each fulfilment of the store has."""
        return [
            sum(
                row["quantity"]
                for row in made["fulfillmentLineItems"]
                if row["lineItem"]["id"] == self.gid
            )
            for made in self.fulfillments(gid)
        ]
