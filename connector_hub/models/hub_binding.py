# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

#: tables that name a record by model and id
LOOSE = ("hub_message", "hub_conflict")


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
    deleted_at = fields.Datetime(
        "Gone Since",
        readonly=True,
        help="When the remote record was deleted or merged.",
    )

    # abstract models have no table: every concrete binding inherits this constraint
    _backend_external_uniq = models.Constraint(
        "UNIQUE(backend_id, external_id)",
        "This remote record is already linked.",
    )
    # what a record is called there, and what follows when it is deleted
    _odoo_backend_idx = models.Index("(odoo_id, backend_id)")

    @api.model_create_multi
    def create(self, vals_list):
        bindings = super().create(vals_list)
        self.env["hub.dirty"].mark_linked(bindings)
        return bindings

    @api.private
    def repoint(self, sources, target):
        """Point the links and messages of ``sources`` at ``target``, in all systems.

        Several links of one system may point at one record then: they are aliases.
        Their remote states stay on file.
        """
        self.env.flush_all()
        for table in self._binding_tables(sources._name):
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET odoo_id = %s WHERE odoo_id = ANY(%s)",
                    SQL.identifier(table),
                    target.id,
                    sources.ids,
                )
            )
        for table in LOOSE:
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET res_id = %s"
                    " WHERE res_model = %s AND res_id = ANY(%s)",
                    SQL.identifier(table),
                    target.id,
                    sources._name,
                    sources.ids,
                )
            )
        self.env.invalidate_all()

    def _binding_tables(self, model):
        """Return the tables of all links to records of ``model``."""
        return [self.env[name]._table for name in self.binding_models(model)]

    @api.private
    def binding_models(self, model):
        """Return the models of all links to records of ``model``, in all systems."""
        kinds = self.env.registry.descendants(["hub.binding"], "_inherit")
        return sorted(
            name
            for name in kinds
            if not self.env[name]._abstract
            and self.env[name]._fields["odoo_id"].comodel_name == model
        )
