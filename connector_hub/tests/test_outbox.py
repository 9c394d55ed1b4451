# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from .export_case import ExportCase

MANY = 600


class TestOutbox(ExportCase):
    """A change in Odoo arrives in the imaginary system, in few calls, and once."""

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)

    def test_stock_arrives_in_batches(self):
        self.map_location()
        products = self.make_products(MANY)
        self.link(products)
        flow = self.listen(self.backend, "stock")
        flow.lane_count = 1
        self.put_stock(products, 5)
        self.commit_outbox()
        self.assertEqual(set(self.messages(flow).mapped("state")), {"done"})
        self.assertEqual(len(self.remote.effects("stock", "update")), MANY)
        self.assertEqual(self.remote.calls["/stock/update"], 3)
        self.assertEqual(
            self.remote.rows["stock"]["V1"]["levels"],
            [{"location_id": "LOC", "available": "5"}],
        )

    def test_what_has_not_changed_is_not_sent(self):
        self.map_location()
        product = self.make_products()
        self.link(product)
        flow = self.listen(self.backend, "stock")
        quant = self.put_stock(product, 5)
        self.commit_outbox()
        quant.quantity = 6
        quant.quantity = 5
        self.commit_outbox()
        self.assertEqual(self.states(flow), ["done", "unchanged"])
        self.assertEqual(len(self.remote.ledger), 1)

    def test_new_product_arrives_and_is_linked_with_its_variants(self):
        flow = self.listen(self.backend, "product")
        flow.export_scope = "all"
        template = self.make_sizes("S", "M")
        self.commit_outbox()
        self.assertEqual(set(self.states(flow)), {"done"})
        (row,) = self.remote.rows["product"].values()
        self.assertEqual(row["title"], "Shirt")
        found = self.bound(self.backend, "product", row["external_id"])
        self.assertEqual(found, template)
        linked = [
            self.bound(self.backend, "variant", variant["external_id"])
            for variant in row["variants"]
        ]
        self.assertEqual(linked, list(template.product_variant_ids))
        # what was created is known: nothing is told twice
        template.write({"name": "Other"})
        template.write({"name": "Shirt"})
        self.commit_outbox()
        self.assertEqual(self.states(flow)[-1], "unchanged")

    def test_new_variant_of_a_known_product_is_linked(self):
        flow = self.listen(self.backend, "product")
        flow.export_scope = "all"
        template = self.make_sizes("S", "M")
        self.commit_outbox()
        line = template.attribute_line_ids
        value = line.attribute_id.value_ids.create(
            {"name": "L", "attribute_id": line.attribute_id.id}
        )
        line.value_ids += value
        self.commit_outbox()
        linked = self.backend.binder("variant").to_external_many(
            template.product_variant_ids
        )
        self.assertEqual(len(template.product_variant_ids), 3)
        self.assertEqual(set(linked), set(template.product_variant_ids.ids))
        self.assertEqual(len(self.remote.rows["product"]), 1)

    def departed(self, policy, leave):
        flow = self.listen(self.backend, "product")
        flow.write({"export_scope": "all", "departure": policy})
        template = self.make_sizes("S")
        self.commit_outbox()
        self.remote.ledger.clear()
        leave(template)
        self.commit_outbox()
        return [effect.action for effect in self.remote.ledger]

    def test_deleted_product_is_archived_there(self):
        found = self.departed("archive", lambda template: template.unlink())
        self.assertEqual(found, ["archive"])

    def test_deleted_product_is_deleted_there_where_the_flow_says_so(self):
        found = self.departed("delete", lambda template: template.unlink())
        self.assertEqual(found, ["delete"])
        self.assertFalse(self.remote.rows["product"])

    def test_archived_product_stays_there_where_the_flow_says_so(self):
        found = self.departed("ignore", lambda template: template.action_archive())
        self.assertFalse(found)

    def test_archived_product_is_archived_and_comes_back(self):
        found = self.departed("archive", lambda template: template.action_archive())
        self.assertEqual(found, ["archive"])
        product_id = next(iter(self.remote.rows["product"]))
        template = self.bound(self.backend, "product", product_id)
        template.action_unarchive()
        self.commit_outbox()
        self.assertEqual(self.remote.ledger[-1].action, "update")
        self.assertFalse(self.remote.archived)
