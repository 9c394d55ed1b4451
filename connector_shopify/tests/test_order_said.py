# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .test_order_release import ShopifyOrderCase


class TestOrderSaid(ShopifyOrderCase):
    """Notes, tags and origin of orders."""

    def setUp(self):
        super().setUp()
        self.make_taxes(20)

    def test_tags_and_note_arrive_and_follow(self):
        gid = self.place()
        self.shop.touch(gid, tags=["vip", "Gift"], note="Ring twice")
        self.bring_in()
        order = self.sale_order(gid)
        self.assertEqual(set(order.tag_ids.mapped("name")), {"vip", "Gift"})
        self.assertEqual(order.hub_note, "Ring twice")
        own = self.env["crm.tag"].create({"name": "Ours"})
        order.tag_ids += own
        self.shop.touch(gid, tags=["Gift", "late"], note="Ring once")
        self.bring_in()
        self.assertEqual(self.message(gid).error_message, False)
        self.assertEqual(set(order.tag_ids.mapped("name")), {"Ours", "Gift", "late"})
        self.assertEqual((order.state, order.hub_note), ("sale", "Ring once"))

    def test_attributes_are_shown(self):
        gid = self.place()
        attributes = [{"key": "gift", "value": "yes"}, {"key": "_shop", "value": "x"}]
        self.shop.touch(gid, fields={"customAttributes": attributes})
        self.bring_in()
        self.assertEqual(self.sale_order(gid).hub_attributes, "gift: yes")

    def test_completed_draft_order_is_an_order(self):
        gid = self.place("unpaid")
        self.shop.touch(gid, fields={"sourceName": "shopify_draft_order"})
        self.bring_in()
        self.assertEqual(self.sale_order(gid).state, "sale")
        self.assertExact(gid)

    def test_cash_rounding_is_no_part_of_the_order(self):
        gid = self.place("cash_rounding")
        guest = self.env["res.partner"].create({"name": "Counter"})
        self.backend.guest_partner_id = guest
        self.bring_in()
        self.assertExact(gid)

    def test_company_order_is_the_companys(self):
        gid = self.place("b2b")
        self.bring_in()
        self.assertExact(gid)
        order, truth = self.sale_order(gid), self.shop.truth[gid]
        self.assertEqual(order.client_order_ref, self.shop.orders[gid]["poNumber"])
        buyer = order.partner_id
        names = (buyer.company_name, buyer.commercial_partner_id.name)
        self.assertIn(truth.company_name, names)
