# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .fulfillment_case import FulfillmentCase


class TestAdoptedOrders(FulfillmentCase):
    """Orders that another connector has made, and whose links were taken over."""

    def adopted(self, *scenarios):
        """Return the id of an order, and the order as others have left it."""
        gid, order = self.confirmed(*scenarios)
        named = {line: line.hub_external_id for line in order.order_line}
        order.hub_content = False
        order.order_line.hub_external_id = False
        binding = self.env["hub.shopify.order"].search([("odoo_id", "=", order.id)])
        binding.write({"version": False, "content_hash": False})
        return gid, order, named

    def read_again(self, gid):
        self.shop.touch(gid)
        self.poll(self.order_flow)
        self.settle()

    def test_lines_are_known_again_once_the_store_speaks_of_them(self):
        gid, order, named = self.adopted("many_lines")
        self.read_again(gid)
        for line, external_id in named.items():
            self.assertEqual(line.hub_external_id, external_id)

    def test_delivery_of_an_adopted_order_is_told(self):
        gid, order, _named = self.adopted("many_lines")
        self.listen_out()
        self.read_again(gid)
        self.deliver_all(order)
        self.assertEqual(self.messages(self.out).mapped("state"), ["done"])
        self.assertEqual(len(self.fulfillments(gid)), 1)
        self.assertDelivered(gid)

    def test_lines_that_may_be_several_stay_unnamed(self):
        gid, order, named = self.adopted("many_lines")
        line = order.order_line[0]
        line.copy({"order_id": order.id, "hub_external_id": False})
        self.read_again(gid)
        self.assertFalse(line.hub_external_id)

    def test_order_that_is_what_the_store_has_makes_nothing_else(self):
        gid, order, named = self.adopted("many_lines")
        for line, external_id in named.items():
            line.hub_external_id = external_id
        addresses = order.partner_invoice_id | order.partner_shipping_id
        order.write(
            {
                "partner_invoice_id": order.partner_id.id,
                "partner_shipping_id": order.partner_id.id,
            }
        )
        (addresses - order.partner_id).write({"name": "Moved", "street": "Elsewhere"})
        counted = ("res.partner", "product.product", "crm.tag")
        before = [self.env[model].search_count([]) for model in counted]
        self.read_again(gid)
        self.read_again(gid)
        self.assertTrue(order.hub_content)
        after = [self.env[model].search_count([]) for model in counted]
        self.assertEqual(after, before)
