# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .common import HubCase


class TestDrain(HubCase):
    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.order_flow = self.flow(self.backend)

    def place(self, number=1, **values):
        self.remote.put(
            "order", samples.payload("order", samples.order(number, **values))
        )

    def hint(self, external_id):
        """Receive a webhook for a record."""
        headers, body = self.remote.webhook("order", external_id)
        headers = {name.lower(): value for name, value in headers.items()}
        note = self.backend.adapter().read_notification(headers, body)
        self.env["hub.message"].receive(self.order_flow, [note.event])

    def test_polled_order_becomes_a_sale_order(self):
        self.place()
        self.poll(self.order_flow)
        self.drain(self.order_flow)
        message = self.messages(self.order_flow)
        self.assertEqual((message.state, message.attempts), ("done", 1))
        order = self.env["sale.order"].browse(message.res_id)
        self.assertEqual(order.amount_total, 10)
        self.assertEqual(order, self.bound(self.backend, "order", "O1"))
