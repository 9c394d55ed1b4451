# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models


class HubBackend(models.Model):
    """When imported orders are confirmed."""

    _inherit = "hub.backend"

    order_confirm = fields.Selection(
        [("never", "Never: Import as Quotations"), ("released", "When Released")],
        "Confirm Orders",
        default="never",
        required=True,
        help="When Released: orders are confirmed as soon as every release rule below"
        " passes; otherwise they wait in Odoo, on hold, with the reason.",
    )
    release_rule_ids = fields.One2many(
        "hub.release.rule",
        "backend_id",
        "Release Rules",
        context={"active_test": False},
    )

    @api.model_create_multi
    def create(self, vals_list):
        backends = super().create(vals_list)
        backends._create_release_rules()
        return backends

    def _create_release_rules(self):
        """Give backends the rules they lack."""
        values = self.env["hub.release.rule"]._default_values()
        self.env["hub.release.rule"].sudo().create(
            [
                {"backend_id": backend.id, **row}
                for backend in self
                for row in values
                if row["kind"] not in backend.sudo().release_rule_ids.mapped("kind")
            ]
        )
