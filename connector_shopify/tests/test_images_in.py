# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import io
from unittest.mock import patch

from PIL import Image

from odoo.addons.connector_hub.tests.common import HubHttpCase

from .common import ShopifyCase


def picture(colour, size=(8, 8), kind="PNG"):
    """Return the bytes of a picture."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


class TestImagesIn(ShopifyCase, HubHttpCase):
    """Pictures of the store, read over HTTP where a rule wants them."""

    def setUp(self):
        super().setUp()
        self.shop = self.start_shop(products=6)
        self.backend = self.make_shopify_backend(self.shop)
        self.products = self.flow(self.backend, "product")

    def own(self, *paths, owner="remote"):
        self.env["hub.field.rule"].create(
            [
                {"flow_id": self.products.id, "field": path, "owner": owner}
                for path in paths
            ]
        )

    def look(self):
        self.perform(self.products, "_poll")
        self.settle()
        self.env.invalidate_all()

    def choose(self, variants=1):
        rows = self.shop.collection("products").objects.values()
        return next(row for row in rows if len(row["variants"]) == variants)

    def template(self, row):
        return self.bound(self.backend, "product", row["id"])

    def served(self):
        found, self.shop.media.served[:] = list(self.shop.media.served), []
        return found

    def failed(self):
        return self.messages(self.products).filtered("error_message")

    def test_pictures_are_read_where_a_rule_wants_them(self):
        row = self.choose(3)
        self.shop.media.show(row["id"], picture("red"))
        self.shop.media.show(row["variants"][1]["id"], picture("blue"), "b.png")
        row["media"].reverse()
        self.look()
        self.assertFalse(self.template(row).image_1920)
        self.assertEqual(self.served(), [])
        self.own("image", "variants.image")
        self.shop.touch(row["id"])
        self.look()
        template = self.template(row)
        self.assertEqual(base64.b64decode(template.image_1920), picture("red"))
        record = self.bound(self.backend, "variant", row["variants"][1]["id"])
        self.assertEqual(base64.b64decode(record.image_variant_1920), picture("blue"))
        other = self.bound(self.backend, "variant", row["variants"][0]["id"])
        self.assertFalse(other.image_variant_1920)
        self.assertEqual(len(self.served()), 2)

    def test_picture_that_did_not_change_is_not_fetched_again(self):
        self.own("image")
        row = self.choose()
        shown = self.shop.media.show(row["id"], picture("red"))
        self.look()
        self.assertEqual(len(self.served()), 1)
        self.shop.touch(row["id"], fields={"title": "Renamed"})
        self.look()
        self.assertEqual(self.template(row).name, "Renamed")
        self.assertEqual(self.served(), [])
        # another address, the same picture: Odoo's is left as it is
        stamp = self.template(row).write_date
        shown["image"]["url"] += "0"
        self.shop.touch(row["id"])
        self.look()
        self.assertEqual(len(self.served()), 1)
        self.assertEqual(self.template(row).write_date, stamp)

    def test_picture_that_cannot_be_read_leaves_the_product(self):
        self.own("image")
        row = self.choose()
        self.shop.media.show(row["id"], picture("red"))
        name = next(iter(self.shop.media.files))
        lost = self.shop.media.files.pop(name)
        self.look()
        template = self.template(row)
        self.assertEqual(template.name, row["title"])
        message = self.failed()
        self.assertEqual(len(message), 1)
        self.assertIn("404", message.error_message)
        self.shop.media.files[name] = lost
        message.action_retry()
        self.settle()
        self.env.invalidate_all()
        self.assertEqual(message.state, "done")
        self.assertEqual(base64.b64decode(template.image_1920), picture("red"))

    def test_only_pictures_of_a_known_kind_and_place_are_taken(self):
        self.own("image")
        rows = list(self.shop.collection("products").objects.values())[:3]
        for row in rows:
            self.shop.media.show(row["id"], picture("red"))
        names = list(self.shop.media.files)
        self.shop.media.files[names[0]] = ("image/svg+xml", b"<svg/>")
        self.shop.media.files[names[1]] = ("image/png", b"<html>no picture</html>")
        rows[2]["media"][0]["image"]["url"] = "https://example.com/a.png"
        self.look()
        self.assertEqual(len(self.failed()), 3)
        texts = " ".join(self.failed().mapped("error_message"))
        self.assertEqual(texts.count("is no picture that can be used"), 2)
        self.assertIn("example.com", texts)
        self.assertFalse(any(self.template(row).image_1920 for row in rows))

    def test_preview_reads_no_picture(self):
        self.own("image")
        row = self.choose()
        self.shop.media.show(row["id"], picture("red"))
        run = self.products.start_preview()
        self.perform(self.products, "_preview", run.id)
        self.assertEqual(self.served(), [])
        lines = self.env["hub.change"].search([("run_id", "=", run.id)])
        self.assertTrue(lines)
        self.assertNotIn("error", lines.mapped("operation"))

    def test_many_pictures_come_with_the_next_try(self):
        self.own("image")
        rows = list(self.shop.collection("products").objects.values())[:3]
        for row in rows:
            self.shop.media.show(row["id"], picture("red"), f"{row['id'][-1]}.png")
        budget = "odoo.addons.connector_hub.models.hub_flow_picture.PICTURE_BUDGET"
        with patch(budget, -1):
            self.perform(self.products, "_poll")
            self.drain(self.products)
        self.env.invalidate_all()
        waiting = self.messages(self.products).filtered("error_message")
        self.assertEqual(len(waiting), 3)
        self.assertEqual(set(waiting.mapped("state")), {"pending"})
        # it was not their turn: no try is lost
        self.assertEqual(set(waiting.mapped("attempts")), {0})
        self.assertTrue(all(self.template(row).name for row in rows))
        self.let_time_pass(waiting)
        self.drain(self.products)
        self.env.invalidate_all()
        self.assertEqual(set(waiting.mapped("state")), {"done"})
        self.assertTrue(all(self.template(row).image_1920 for row in rows))

    def test_picture_that_is_too_large_is_refused(self):
        self.own("image")
        row = self.choose()
        self.shop.media.show(row["id"], picture("red") + bytes(21 * 2**20))
        self.look()
        self.assertIn("20 MiB", self.failed().error_message)

    def test_picture_that_the_store_took_away_goes(self):
        self.own("image")
        row, other = self.choose(), self.choose(3)
        self.shop.media.show(row["id"], picture("red"))
        self.look()
        # Odoo's own is not theirs to take away
        self.template(other).image_1920 = base64.b64encode(picture("green"))
        row["media"].clear()
        self.shop.touch(row["id"])
        self.shop.touch(other["id"], fields={"title": "Other"})
        self.look()
        self.assertFalse(self.template(row).image_1920)
        self.assertTrue(self.template(other).image_1920)
