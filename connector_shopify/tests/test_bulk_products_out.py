# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from dataclasses import replace
from unittest.mock import patch

from ..components import bulk_write, product_bulk
from .test_products_out import ProductsOutCase

COUNT = 8


class BulkProductsCase(ProductsOutCase):
    """Products that go out by operations of the store."""

    def setUp(self):
        super().setUp()
        self.out.lane_count = 1
        for module, name, value in (
            (bulk_write, "LOOK_SECONDS", 0.0),
            (product_bulk, "MANY_FROM", 5),
            (product_bulk, "BULK", replace(product_bulk.BULK, visible_after=0.001)),
        ):
            self.use(module, name, value)
        self.before = len(self.shop.collection("products").objects)

    def use(self, module, name, value):
        held = patch.object(module, name, value)
        held.start()
        self.addCleanup(held.stop)

    def make_many(self, count=COUNT):
        """Return new products, one of them with variants."""
        shirt = self.make_shirt("S", "M", name="Shirt of Two")
        values = [
            {
                "name": f"Thing {number}",
                "default_code": f"NEW-T{number}",
                "is_storable": True,
                "list_price": 10 + number,
            }
            for number in range(count - 1)
        ]
        things = self.env["product.template"].create(values)
        # a product with variants has no reference of its own
        self.out.export_domain = (
            "['|', ('default_code', '=like', 'NEW%'), ('name', '=', 'Shirt of Two')]"
        )
        self.env["hub.dirty"].mark_flow(self.out, shirt._name, (shirt | things).ids)
        return shirt | things

    def assertThere(self, products, others=0):
        """Assert that the store has each product once, and that it is linked."""
        found = self.backend.binder("product").to_external_many(products)
        for product in products:
            (gid,) = found[product.id]
            there = self.shop.find(gid)
            self.assertEqual(there["title"], product.name)
            variants = product.product_variant_ids
            linked = self.backend.binder("variant").to_external_many(variants)
            self.assertEqual(
                [linked[variant.id] for variant in variants],
                [[row["id"]] for row in there["variants"]],
            )
            self.assertEqual(
                [row["sku"] for row in there["variants"]],
                variants.mapped("default_code"),
            )
        count = len(self.shop.collection("products").objects)
        self.assertEqual(count, self.before + len(products) + others)

    def again(self):
        """Let what is unknown, or to be tried again, come to its turn."""
        messages = self.messages(self.out)
        self.let_time_pass(messages.filtered(lambda m: m.state != "done"))
        self.drain(self.out)
        self.env.invalidate_all()

    def states_of_all(self):
        return {state for state, _error in self.outcomes()}

    def finish_operations(self):
        for operation in list(self.shop.bulk.operations):
            self.shop.bulk.look(operation)
            self.shop.bulk.look(operation)


class TestBulkProductsOut(BulkProductsCase):
    """The first load of a catalogue goes out by an operation of the store."""

    # === WHAT IT DOES ===#

    def test_first_load_is_one_operation(self):
        products = self.make_many()
        self.send()
        calls = self.calls()
        self.assertEqual((calls["StagedUpload"], calls["BulkMutation"]), (1, 1))
        self.assertNotIn("ProductSet", calls)
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)
        # what the store holds is known as if each had been sent by itself
        self.env["hub.dirty"].mark_flow(self.out, products._name, products.ids)
        self.send()
        self.assertEqual(self.states_of_all(), {"done", "unchanged"}, self.outcomes())
        self.assertEqual(self.calls(), {})

    def test_few_products_go_one_by_one(self):
        self.make_many(4)
        self.send()
        calls = self.calls()
        self.assertEqual((calls["ProductSet"], calls.get("BulkMutation")), (4, None))

    def test_refused_products_are_told_by_themselves(self):
        products = self.make_many()
        products[2].name = "x" * 300
        self.send()
        states = [state for state, _error in self.outcomes()]
        self.assertEqual(sorted(states), ["done"] * (COUNT - 1) + ["failed"])
        self.assertThere(products - products[2])
        (error,) = (text for state, text in self.outcomes() if state == "failed")
        self.assertIn("Title is too long", error)

    # === WHAT IS UNKNOWN ===#

    def test_operation_that_takes_its_time_is_read_later(self):
        products = self.make_many()
        with patch.object(bulk_write, "WAIT_SECONDS", -1.0):
            self.send()
        self.assertEqual(self.states_of_all(), {"in_doubt"})
        tries = set(self.messages(self.out).mapped("attempts"))
        # the store is still at work
        self.again()
        self.assertEqual(self.states_of_all(), {"in_doubt"})
        self.assertEqual(set(self.messages(self.out).mapped("attempts")), tries)
        self.finish_operations()
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)
        self.assertEqual(self.calls()["BulkMutation"], 1)

    def test_operation_whose_start_was_not_heard_of_is_found_again(self):
        products = self.make_many()
        self.shop.faults.add("close", when="after", operation="BulkMutation")
        self.send()
        self.assertEqual(self.states_of_all(), {"in_doubt"})
        self.finish_operations()
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)
        self.assertEqual(self.calls()["BulkMutation"], 1)

    def test_operation_that_never_began_is_begun_again(self):
        products = self.make_many()
        self.shop.faults.add("close", when="before", operation="BulkMutation")
        self.send()
        self.assertEqual(self.states_of_all(), {"in_doubt"})
        self.again()
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)
        self.assertEqual(len(self.shop.bulk.operations), 1)

    def test_rest_of_a_failed_operation_is_sent_again(self):
        products = self.make_many()
        self.shop.bulk.outcome = "PARTIAL"
        self.send()
        states = [state for state, _error in self.outcomes()]
        self.assertEqual(states.count("done"), COUNT // 2)
        self.assertEqual(states.count("pending"), COUNT // 2)
        self.shop.bulk.outcome = "COMPLETED"
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)

    def take_places(self, count=5):
        for number in range(count):
            self.shop.bulk._new("MUTATION", f"mutation Other_{number} {{ x }}")

    def free_places(self):
        for operation in self.shop.bulk.operations.values():
            operation["status"] = "COMPLETED"

    def test_places_are_asked_for_before_anything_is_uploaded(self):
        self.take_places()
        self.out.batch_size = 5
        products = self.make_many(12)
        self.send()
        self.assertEqual(self.calls(), {"BulkOperations": 1})
        self.assertEqual(self.states_of_all(), {"pending"})
        self.assertFalse(any(self.messages(self.out).mapped("attempts")))
        self.free_places()
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)

    def test_looking_an_operation_up_does_not_read_what_was_before_it(self):
        products = self.make_many()
        self.take_places(150)
        for operation in self.shop.bulk.operations.values():
            operation.update(createdAt="2026-01-01T00:00:00Z", status="COMPLETED")
        self.shop.faults.add("close", when="before", operation="BulkMutation")
        self.send()
        self.assertEqual(self.states_of_all(), {"in_doubt"})
        self.calls()
        self.again()
        self.again()
        # one look for it, one for a place
        self.assertEqual(self.calls()["BulkOperations"], 2)
        self.assertThere(products)

    def test_full_places_put_it_off(self):
        products = self.make_many()
        with patch.object(self.shop.bulk, "_busy", lambda kind: f"busy with {kind}"):
            self.send()
        self.assertEqual(self.states_of_all(), {"pending"})
        self.assertFalse(any(self.messages(self.out).mapped("attempts")))
        self.again()
        self.assertEqual(self.states_of_all(), {"done"}, self.outcomes())
        self.assertThere(products)
