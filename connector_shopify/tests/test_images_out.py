# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from .test_images_in import picture
from .test_products_out import ProductsOutCase


class TestImagesOut(ProductsOutCase):
    """Pictures of Odoo in the store, where a rule makes them Odoo's."""

    def own(self, owner="odoo"):
        self.env["hub.field.rule"].create(
            [
                {"flow_id": self.out.id, "field": path, "owner": owner}
                for path in ("image", "variants.image")
            ]
        )

    def paint(self, record, colour):
        name = "image_1920"
        if record._name == "product.product":
            name = "image_variant_1920"
        record[name] = base64.b64encode(picture(colour))

    def first(self, row):
        """Return what the store shows first, once it has processed it."""
        self.shop.media.process()
        if not row["media"]:
            return None
        name = row["media"][0]["image"]["url"].partition("/cdn/")[2].partition("?")[0]
        return self.shop.media.files[name][1]

    def make_shown(self, *sizes):
        template = self.make_shirt(*sizes)
        self.paint(template, "red")
        self.env["hub.dirty"].search([]).unlink()
        self.out.export_domain = "[]"
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.send()
        self.assertEqual({state for state, _error in self.outcomes()}, {"done"})
        return template, self.there(template)

    def test_picture_stays_in_odoo_without_a_rule(self):
        _template, there = self.make_shown()
        self.assertEqual(there["media"], [])

    def test_picture_of_a_new_product_follows_it(self):
        self.own()
        template, there = self.make_shown()
        self.assertEqual(self.first(there), picture("red"))
        self.calls()
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.assertEqual(self.calls(), {})

    def test_new_picture_replaces_ours_and_no_other(self):
        self.own()
        template, there = self.make_shown()
        theirs = self.shop.media.show(there["id"], picture("blue"), "theirs.png")
        self.shop.media.process()
        self.paint(template, "green")
        self.send()
        self.assertEqual(self.first(there), picture("green"))
        self.assertEqual(len(there["media"]), 2)
        self.assertIn(theirs, there["media"])

    def test_picture_of_a_variant(self):
        self.own()
        template, there = self.make_shown("S", "M")
        self.paint(template.product_variant_ids[1], "yellow")
        self.send()
        self.assertEqual(there["variants"][0]["media"], [])
        self.assertEqual(self.first(there["variants"][1]), picture("yellow"))
        self.assertEqual(self.first(there), picture("red"))

    def test_removed_picture_goes_where_it_was_ours(self):
        self.own()
        template, there = self.make_shown()
        theirs = self.shop.media.show(there["id"], picture("blue"), "theirs.png")
        template.image_1920 = False
        self.send()
        self.assertEqual(there["media"], [theirs])

    def test_lost_answer_does_not_show_it_twice(self):
        self.own()
        template, there = self.make_shown()
        self.shop.faults.add("close", when="after", operation="MediaAdd")
        self.paint(template, "green")
        self.send()
        message = self.messages(self.out).filtered(lambda m: m.state == "in_doubt")
        self.assertEqual(len(message), 1)
        self.shop.media.process()
        self.let_time_pass(message)
        self.drain(self.out)
        self.env.invalidate_all()
        self.assertEqual(message.state, "done")
        self.assertEqual(self.first(there), picture("green"))
        self.assertEqual(len(there["media"]), 1)

    def test_refused_upload_fails_the_message(self):
        self.own()
        template, _there = self.make_shown()
        self.shop.media.receive = lambda fields, content: 403
        self.paint(template, "green")
        self.send()
        failed = self.messages(self.out).filtered("error_message")
        self.assertEqual(failed.state, "failed")
        self.assertEqual(self.backend.state, "connected")

    def test_picture_that_went_out_does_not_come_back(self):
        self.own("both")
        incoming = self.flow(self.backend, "product")
        self.env["hub.field.rule"].create(
            {"flow_id": incoming.id, "field": "image", "owner": "both"}
        )
        template, there = self.make_shown()
        self.assertEqual(self.first(there), picture("red"))
        self.perform(incoming, "_poll")
        self.drain(incoming)
        self.env.invalidate_all()
        self.assertEqual(self.shop.media.served, [])
        self.calls()
        self.env["hub.dirty"].mark_flow(self.out, template._name, template.ids)
        self.send()
        self.assertEqual(self.calls(), {})
        self.shop.media.show(there["id"], picture("blue"), "theirs.png")
        self.perform(incoming, "_poll")
        self.drain(incoming)
        self.env.invalidate_all()
        self.assertEqual(base64.b64decode(template.image_1920), picture("blue"))
        self.calls()
        self.send()
        self.assertEqual(self.calls(), {})
