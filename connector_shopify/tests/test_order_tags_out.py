# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from odoo.fields import Command

from odoo.addons.connector_hub.exceptions import Rejected

from ..components.sender_order_tags import ShopifyOrderTagsSender
from .common import ShopifyCase


class TestOrderTagsOut(ShopifyCase):
    """The store is told by mapped tags what becomes of its orders."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop()
        self.backend = self.make_shopify_backend(self.shop)
        self.into = self.flow(self.backend)
        self.vip = self.env["crm.tag"].create({"name": "Key Account"})
        rows = (
            {"kind": "order_tag", "remote_value": "vip", "order_tag_id": self.vip.id},
            {"kind": "order_stage", "remote_value": "o-ok", "order_stage": "confirmed"},
            {
                "kind": "order_stage",
                "remote_value": "o-out",
                "order_stage": "delivered",
            },
            {"kind": "order_stage", "remote_value": "o-no", "order_stage": "cancelled"},
        )
        self.env["hub.mapping"].create(
            [{"backend_id": self.backend.id, **row} for row in rows]
        )
        self.out = self.listen(self.backend, "order_tags")
        (self.gid,) = self.shop.place_orders(1, scenarios=["unpaid"])
        self.shop.touch(self.gid, tags=["gift", "VIP later"])
        self.bring_in()
        self.order = self.bound(self.backend, "order", self.gid)

    def bring_in(self):
        self.poll(self.into)
        self.settle()

    @property
    def tags(self):
        return set(self.shop.orders[self.gid]["tags"])

    def send(self):
        """Let what Odoo changed be told; return what the shop was asked, by name."""
        self.shop.stats.reset()
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.perform(self.out, "_collect")
        self.drain(self.out)
        return dict(self.shop.stats.graphql)

    def deliver(self):
        for move in self.order.picking_ids.move_ids:
            move.write({"quantity": move.product_uom_qty, "picked": True})
        self.order.picking_ids._action_done()

    def test_order_with_new_lines_is_not_delivered_any_more(self):
        self.order.action_confirm()
        self.deliver()
        self.send()
        self.assertIn("o-out", self.tags)
        line = self.order.order_line.filtered(lambda each: each.qty_delivered)[0]
        values = {"product_id": line.product_id.id, "product_uom_qty": 1}
        self.order.order_line = [Command.create(values)]
        self.send()
        self.assertEqual(self.tags, {"gift", "VIP later", "o-ok"})

    def test_tag_that_was_added_is_known_though_another_was_not_removed(self):
        self.order.action_confirm()
        self.send()
        self.order._action_cancel()
        self.shop.faults.add(
            "status", status=429, retry_after=60, count=99, operation="TagsRemove"
        )
        self.send()
        self.assertEqual(self.tags, {"gift", "VIP later", "o-ok", "o-no"})
        self.shop.faults.clear()
        self.let_time_pass(self.messages(self.out))
        self.order.action_draft()
        self.send()
        self.assertEqual(self.tags, {"gift", "VIP later"})

    def test_refused_removal_is_said_and_repeated(self):
        self.order.action_confirm()
        self.send()
        self.order._action_cancel()
        run = ShopifyOrderTagsSender._run

        def refuse(sender, name, *args):
            if name == "tags_remove":
                raise Rejected("Not this one.", code="tags")
            run(sender, name, *args)

        with patch.object(ShopifyOrderTagsSender, "_run", refuse):
            self.send()
            self.send()
            self.assertEqual(self.messages(self.out)[-1:].state, "failed")
            self.assertEqual(self.send(), {})
        self.order.action_draft()
        self.send()
        self.assertEqual(self.tags, {"gift", "VIP later"})

    def test_state_of_an_order_is_told_and_tags_of_others_are_kept(self):
        self.send()
        self.order.action_confirm()
        self.assertEqual(self.send(), {"TagsAdd": 1})
        self.assertEqual(self.tags, {"gift", "VIP later", "o-ok"})
        self.deliver()
        self.send()
        self.assertEqual(self.tags, {"gift", "VIP later", "o-ok", "o-out"})
        self.assertEqual(
            set(self.messages(self.out).mapped("state")) - {"unchanged"}, {"done"}
        )

    def test_tag_of_the_sale_order_comes_and_goes(self):
        self.send()
        self.order.tag_ids += self.vip
        self.order.tag_ids += self.env["crm.tag"].create({"name": "Internal"})
        self.assertEqual(self.send(), {"TagsAdd": 1})
        self.assertEqual(self.tags, {"gift", "VIP later", "vip"})
        self.order.tag_ids -= self.vip
        self.assertEqual(self.send(), {"TagsRemove": 1})
        self.assertEqual(self.tags, {"gift", "VIP later"})

    def test_state_that_is_left_takes_its_tag_along(self):
        self.order.action_confirm()
        self.send()
        self.order._action_cancel()
        self.assertEqual(self.send(), {"TagsAdd": 1, "TagsRemove": 1})
        self.assertEqual(self.tags, {"gift", "VIP later", "o-no"})

    def test_what_was_told_does_not_come_back_as_a_tag(self):
        before = set(self.order.tag_ids.mapped("name"))
        self.order.action_confirm()
        self.order.tag_ids += self.vip
        self.send()
        self.bring_in()
        names = set(self.order.tag_ids.mapped("name"))
        self.assertEqual(names, before | {"Key Account"})
        self.assertNotIn("o-ok", self.order.hub_tags)
        self.assertEqual(self.send(), {})
        self.assertFalse(self.env["crm.tag"].search([("name", "in", ("o-ok", "vip"))]))

    def test_tag_that_is_mapped_after_it_came_stays(self):
        gift = self.order.tag_ids.filtered(lambda tag: tag.name == "gift")
        self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "order_tag",
                "remote_value": "gift",
                "order_tag_id": gift.id,
            }
        )
        self.shop.touch(self.gid, note="read again")
        self.bring_in()
        self.send()
        self.assertIn(gift, self.order.tag_ids)
        self.assertIn("gift", self.tags)

    def test_lost_answer_is_repeated_without_another_effect(self):
        self.send()
        self.order.action_confirm()
        self.shop.faults.add("close", when="after", operation="TagsAdd")
        self.send()
        message = self.messages(self.out)[-1:]
        self.assertEqual(message.state, "in_doubt")
        self.let_time_pass(message)
        self.drain(self.out)
        self.assertEqual(self.messages(self.out)[-1:].state, "done")
        self.assertEqual(sorted(self.tags), ["VIP later", "gift", "o-ok"])
