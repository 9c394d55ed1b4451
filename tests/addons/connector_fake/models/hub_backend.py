# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

ENTITIES = ("customer", "product", "variant", "order", "fulfillment", "invoice")
OUTBOUND = ("customer", "product", "stock", "price", "fulfillment", "invoice")


class HubBackend(models.Model):
    _inherit = "hub.backend"

    system = fields.Selection(
        selection_add=[("fake", "Imaginary System")], ondelete={"fake": "cascade"}
    )
    fake_secret = fields.Char(groups="base.group_system", copy=False)
    fake_password = fields.Char(groups="base.group_system", copy=False)
    fake_operations = fields.Json(help="What the adapter declares: see operations().")

    @api.private
    def _binding_models(self):
        if self.system != "fake":
            return super()._binding_models()
        return {entity: f"hub.fake.{entity}" for entity in ENTITIES}

    @api.private
    def _flow_values(self):
        if self.system != "fake":
            return super()._flow_values()
        flows = [
            {"code": f"{document}_in", "name": document.title(), "document": document}
            for document in ("customer", "product", "order")
        ]
        flows += [
            {
                "code": f"{document}_out",
                "name": f"{document.title()} out",
                "document": document,
                "direction": "out",
                "chosen": False,
                "poll_minutes": 0,
            }
            for document in OUTBOUND
            if f"hub.exporter.{document}" in self.env
        ]
        return flows

    @api.private
    def _webhook_fields(self):
        return [*super()._webhook_fields(), "fake_secret"]

    @api.private
    def _sensitive_keys(self):
        if self.system != "fake":
            return super()._sensitive_keys()
        return frozenset({"email", "phone", "name_on_card"})
