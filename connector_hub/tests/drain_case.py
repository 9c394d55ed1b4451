# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .common import HubCase


class DrainCase(HubCase):
    """Orders of the imaginary system on their way through the drain."""

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.order_flow = self.flow(self.backend)

    def place(self, number=1, version=None, **values):
        """Let the remote have an order; return its external id."""
        row = samples.payload("order", samples.order(number, **values))
        self.remote.put("order", row, version)
        return row["external_id"]

    def hint(self, external_id):
        """Receive a webhook about the present state of a record."""
        headers, body = self.remote.webhook("order", external_id)
        headers = {name.lower(): value for name, value in headers.items()}
        note = self.backend.adapter().read_notification(headers, body)
        self.env["hub.message"].receive(self.order_flow, [note.event])

    def bring_in(self):
        self.poll(self.order_flow)
        self.drain(self.order_flow)

    def message(self, external_id="O1"):
        """Return the newest message of a record."""
        return self.messages(self.order_flow, external_id=external_id)[-1:]

    def sale_order(self, external_id="O1"):
        return self.bound(self.backend, "order", external_id)

    @property
    def fetches(self):
        """How many calls read records by their ids."""
        return self.remote.calls.get("/order/many", 0)
