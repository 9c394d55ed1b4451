# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .common import HubCase


class OrderCase(HubCase):
    """Orders brought in through the importer, without messages."""

    def setUp(self):
        super().setUp()
        self.backend = self.make_backend()
        self.order_flow = self.flow(self.backend)

    def attempt(self, *rows, **options):
        """Import orders; return their tasks, with errors where there are any."""
        return self.import_documents(self.order_flow, *rows, **options)

    def bring_in(self, *rows):
        """Import orders that must succeed; return one sale order, or a list."""
        tasks = self.attempt(*rows)
        self.assertEqual([task.error for task in tasks], [None] * len(rows))
        orders = [self.record_of(task) for task in tasks]
        return orders[0] if len(orders) == 1 else orders

    def refuse(self, row, error):
        """Import an order that must fail; return the error."""
        (task,) = self.attempt(row)
        self.assertIsInstance(task.error, error)
        self.assertFalse(self.bound(self.backend, "order", task.external_id))
        self.assertTrue(task.error.message and task.error.remedy)
        return task.error

    def existing_product(self, **values):
        return self.env["product.product"].create(
            {"name": "Known", "default_code": "SKU-1", "taxes_id": False, **values}
        )

    def order_with(self, *lines, **values):
        return self.bring_in(samples.order(1, lines=list(lines), **values))
