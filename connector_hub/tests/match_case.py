# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from . import samples
from .common import HubCase


class MatchCase(HubCase):
    """A populated Odoo and a populated imaginary system, not linked yet."""

    def setUp(self):
        super().setUp()
        self.remote = self.start_remote()
        self.backend = self.make_backend(self.remote)
        self.customer_flow = self.flow(self.backend, "customer")
        self.product_flow = self.flow(self.backend, "product")
        self.order_flow = self.flow(self.backend)

    def rule(self, document, path, **values):
        """Change, and switch on, the backend's rule of a path."""
        rules = self.backend.with_context(active_test=False).match_rule_ids
        rule = rules.filtered(lambda r: r.document == document and r.path == path)
        rule.write({"active": True, **values})
        return rule

    def partner(self, **values):
        return self.env["res.partner"].create(
            {"name": "Known", "customer_rank": 1, **values}
        )

    def product(self, **values):
        return self.env["product.product"].create({"name": "Known", **values})

    def offer(self, document, row):
        """Let the remote have a record."""
        self.remote.put(document, samples.payload(document, row))

    def customer(self, number=1, **values):
        self.offer("customer", samples.customer(number, **values))

    def match(self, flow):
        """Compute the workbench as a person has it computed; return the run."""
        action = flow.action_match()
        self.settle()
        return self.env["hub.run"].browse(action["res_id"])

    def matches(self, flow, **values):
        domain = [("flow_id", "=", flow.id)]
        domain += [(name, "=", value) for name, value in values.items()]
        return self.env["hub.match"].search(domain)

    def line(self, flow, external_id):
        return self.matches(flow, external_id=external_id)

    def bring_in(self, flow):
        """Import everything the remote has."""
        self.poll(flow)
        self.settle()
        stuck = self.messages(flow).filtered("error_message")
        self.assertFalse(stuck, stuck.mapped("error_message"))
