# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import fields, models


class HubBinding(models.AbstractModel):
    """The link between a remote record and an Odoo record.

    Concrete bindings are named ``hub.<system>.<entity>`` and add ``odoo_id``. Several
    remote records may point at one Odoo record.
    """

    _name = "hub.binding"
    _inherit = "external.binding"
    _description = "Integration Binding"
    _rec_name = "external_id"
    _order = "id desc"
    #: fields that are emptied when a person's data are erased
    _personal_fields = ()

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    company_id = fields.Many2one(
        "res.company", related="backend_id.company_id", store=True, index=True
    )
    external_id = fields.Char(required=True, readonly=True)
    version = fields.Char(readonly=True)
    content_hash = fields.Char(readonly=True)

    # abstract models have no table: every concrete binding inherits this constraint
    _backend_external_uniq = models.Constraint(
        "UNIQUE(backend_id, external_id)",
        "This remote record is already linked.",
    )
