# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubReconciliationLine(models.Model):
    """One record that the two sides do not both have alike."""

    _name = "hub.reconciliation.line"
    _inherit = ["hub.of.record"]
    _description = "Difference with a Connected System"
    _order = "id"

    reconciliation_id = fields.Many2one(
        "hub.reconciliation", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one(related="reconciliation_id.company_id", store=True)
    external_id = fields.Char("Remote Id", required=True, readonly=True)
    kind = fields.Selection(
        [
            ("missing", "Missing in Odoo"),
            ("outdated", "Outdated in Odoo"),
            ("waiting", "In Progress"),
            ("extra", "Only in Odoo"),
        ],
        required=True,
        readonly=True,
    )
    remote_version = fields.Char("Changed There", readonly=True)
    known_version = fields.Char("Known Here", readonly=True)
    repaired = fields.Boolean("Received Again", readonly=True)
    res_model = fields.Char("Odoo Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", readonly=True
    )

    _record_idx = models.Index("(reconciliation_id, kind)")
