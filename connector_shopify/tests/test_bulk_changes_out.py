# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from unittest.mock import patch

from ..components import bulk_write
from .test_bulk_products_out import BulkProductsCase


class TestBulkProductChanges(BulkProductsCase):
    """A large update of a catalogue goes out by operations of the store."""

    def setUp(self):
        super().setUp()
        self.products = self.make_many()
        self.send()
        self.assertThere(self.products)
        self.calls()

    def there_of(self):
        return [self.there(product) for product in self.products]

    def rename(self):
        for product in self.products:
            product.name = f"New {product.name}"

    def test_large_update_is_one_operation(self):
        for there in self.there_of():
            there["tags"] = ["theirs"]
        self.rename()
        self.send()
        calls = self.calls()
        self.assertEqual((calls["BulkMutation"], calls.get("ProductChange")), (1, None))
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(self.products)
        self.assertEqual({tuple(row["tags"]) for row in self.there_of()}, {("theirs",)})

    def test_products_and_variants_are_told_by_an_operation_each(self):
        self.rename()
        variants = self.products.product_variant_ids[:3]
        for number, variant in enumerate(variants):
            variant.barcode = f"400000000000{number}"
        self.send()
        self.assertEqual(self.calls()["BulkMutation"], 2)
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(self.products)
        found = [row["barcode"] for one in self.there_of() for row in one["variants"]]
        self.assertEqual([code for code in found if code], variants.mapped("barcode"))

    def test_two_operations_need_two_places(self):
        self.rename()
        self.products.product_variant_ids[0].barcode = "4000000000000"
        for number in range(4):
            self.shop.bulk._new("MUTATION", f"mutation Other_{number} {{ x }}")
        self.send()
        self.assertEqual(self.calls(), {"BulkOperations": 1})
        self.assertNotIn("in_doubt", self.states_of_all())

    def test_what_no_operation_does_is_told_by_calls_of_its_own(self):
        self.rename()
        shirt = self.products[0]
        line = shirt.attribute_line_ids
        values = [{"name": "L", "attribute_id": line.attribute_id.id}]
        line.value_ids |= self.env["product.attribute.value"].create(values)
        shirt.product_variant_ids[-1].default_code = "NEW-L"
        self.send()
        calls = self.calls()
        self.assertEqual((calls["BulkMutation"], calls["VariantsCreate"]), (1, 1))
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(self.products)

    def test_refused_change_is_told_by_itself(self):
        self.rename()
        self.products[3].name = "x" * 300
        self.send()
        failed = [text for state, text in self.outcomes() if state == "failed"]
        self.assertEqual(len(failed), 1, self.outcomes())
        self.assertIn("Title is too long", failed[0])
        self.assertThere(self.products - self.products[3], others=1)

    def test_update_whose_start_was_not_heard_of_is_found_again(self):
        self.rename()
        self.shop.faults.add("close", when="after", operation="BulkMutation")
        self.send()
        self.assertIn("in_doubt", self.states_of_all())
        self.finish_operations()
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(self.products)
        self.assertEqual(self.calls()["BulkMutation"], 1)

    def test_echo_of_an_update_under_way_does_not_undo_what_was_changed_since(self):
        """The store tells of our own update before we know that it is done."""
        come = self.flow(self.backend, "product").filtered(
            lambda flow: flow.direction == "in"
        )
        come.system_of_record = "both"
        self.perform(come, "_poll")
        self.settle()
        self.rename()
        with patch.object(bulk_write, "WAIT_SECONDS", -1.0):
            self.send()
        self.assertIn("in_doubt", self.states_of_all())
        self.finish_operations()
        for product in self.products:
            product.name = f"Newest {product.name}"
        self.perform(come, "_poll")
        self.drain(come)
        self.env.invalidate_all()
        self.assertEqual({name[:10] for name in self.names()}, {"Newest New"})
        for _again in range(2):
            self.again()
            self.send()
        self.assertEqual(self.states_of_all(), {"done", "unchanged"})
        self.assertThere(self.products)
        self.assertEqual({name[:10] for name in self.names()}, {"Newest New"})

    def names(self):
        return self.products.mapped("name")
