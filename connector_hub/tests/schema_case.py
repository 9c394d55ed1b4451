# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .drain_case import DrainCase


class SchemaCase(DrainCase):
    """Orders whose fields come and go."""

    def fields_of(self, flow):
        return self.env["hub.schema.field"].search([("flow_id", "=", flow.id)])

    def found(self, path):
        return self.fields_of(self.order_flow).filtered(lambda f: f.path == path)

    def send(self, number, **changes):
        """Let the remote have an order with these fields; None: without it."""
        row = samples.payload("order", samples.order(number))
        row.update({key: value for key, value in changes.items() if value is not None})
        for key in [key for key, value in changes.items() if value is None]:
            del row[key]
        self.remote.put("order", row)

    def learn(self):
        for number in (1, 2, 3, 4):
            self.send(number)
        self.bring_in()
