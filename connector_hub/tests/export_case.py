# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo.fields import Command

from .common import HubCase


class ExportCase(HubCase):
    """Records of Odoo, linked with a backend that flows out tell about."""

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.warehouse = self.env["stock.warehouse"].search(
            [("company_id", "=", self.company.id)], limit=1
        )
        self.shelf = self.warehouse.lot_stock_id

    # === RECORDS ===#

    def make_products(self, count=1, **values):
        """Create storable products without variants; return the variants."""
        rows = [
            {"name": f"Thing {n}", "default_code": f"T{n}", "is_storable": True}
            for n in range(count)
        ]
        templates = self.env["product.template"].create(
            [{**row, **values} for row in rows]
        )
        return templates.product_variant_id

    def make_sizes(self, *names, **values):
        """Create a product in several sizes; return the template."""
        attribute = self.env["product.attribute"].create(
            {
                "name": "Size",
                "value_ids": [Command.create({"name": name}) for name in names],
            }
        )
        line = {
            "attribute_id": attribute.id,
            "value_ids": [Command.set(attribute.value_ids.ids)],
        }
        return self.env["product.template"].create(
            {
                "name": "Shirt",
                "is_storable": True,
                "attribute_line_ids": [Command.create(line)],
                **values,
            }
        )

    def put_stock(self, products, quantity, location=None, reserved=0):
        """Add quants; return them."""
        return self.env["stock.quant"].create(
            [
                {
                    "product_id": product.id,
                    "location_id": (location or self.shelf).id,
                    "quantity": quantity,
                    "reserved_quantity": reserved,
                }
                for product in products
            ]
        )

    def link(self, records, prefix="V", entity="variant"):
        """Link records; the first is called V1 there, and so on."""
        self.backend.binder(entity).bind_many(
            [
                {"external_id": f"{prefix}{number}", "odoo_id": record.id}
                for number, record in enumerate(records, start=1)
            ]
        )
        self.env.flush_all()

    def map_location(self, location=None, name="LOC"):
        return self.env["hub.mapping"].create(
            {
                "backend_id": self.backend.id,
                "kind": "location",
                "remote_value": name,
                "location_id": (location or self.shelf).id,
            }
        )

    # === EXPORTING ===#

    def out(self, document):
        return self.flow(self.backend, document, "out")

    def exporter(self, document):
        return self.out(document)._exporter()

    def export(self, document, records):
        """Return what is said of records, by their ids, as a drain reads it."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.exporter(document).to_documents(self.out(document), records.ids)

    def said(self, document, record):
        return self.export(document, record).get(record.id)

    def statements(self, document, records):
        """Return how many statements an export needs, caches warm."""
        self.export(document, records[:1])
        with self.queries() as found:
            self.export(document, records)
        return len(found)

    def commit_outbox(self):
        """End the transaction of a user, as far as the outbox is concerned."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        self.env.cr.postcommit.clear()
        self.backend.flow_ids._wake_outbox()
        self.settle()

    # === MARKS ===#

    def marks(self, document):
        """Return (model, id, operation) of what was noted, and forget it."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        marks = self.env["hub.dirty"].search(
            [("flow_id", "=", self.out(document).id)], order="id"
        )
        found = [(mark.res_model, mark.res_id, mark.operation) for mark in marks]
        self.env["hub.dirty"].search([]).unlink()
        return found

    def roots(self, document):
        """Return the ids of the records that noted changes concern."""
        flow, exporter = self.out(document), self.exporter(document)
        found = set()
        for model, res_id, _operation in self.marks(document):
            found.update(exporter.roots(flow, model, [res_id]))
        return exporter.relevant(flow, sorted(found))
