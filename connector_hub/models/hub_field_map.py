# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .hub_field_rule import OWNERS

#: how a value is written: fields of Odoo that can hold it
KINDS = {
    "text": ("char", "text", "html", "selection"),
    "integer": ("integer",),
    "decimal": ("float", "monetary"),
    "boolean": ("boolean",),
    "date": ("date",),
    "datetime": ("datetime",),
}
#: where in the document the details of a model's records stand
PREFIXES = {"product.template": "details", "product.product": "variants.details"}


class HubFieldMap(models.Model):
    """A detail that only the connected system has a place for, and its field here.

    What a flow carries of its own accord needs no map; these are what a company has
    added on one side, such as the material of a product.
    """

    _name = "hub.field.map"
    _description = "Detail Kept in a Field of Odoo"
    _order = "backend_id, model, remote_name"
    _rec_name = "remote_name"

    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    model = fields.Selection(
        [("product.template", "Product"), ("product.product", "Variant")],
        "Belongs To",
        required=True,
        default="product.template",
    )
    remote_name = fields.Char(
        "Detail There",
        required=True,
        help="As the connected system names it, for example: custom.material",
    )
    remote_type = fields.Char(
        "Type There",
        required=True,
        help="As the connected system names it, for example: single_line_text_field",
    )
    field_id = fields.Many2one(
        "ir.model.fields",
        "Field in Odoo",
        required=True,
        ondelete="cascade",
        domain="[('model', '=', model), ('store', '=', True)]",
    )
    owner = fields.Selection(
        OWNERS,
        required=True,
        default="remote",
        help="Whose changes count: those of the other side are not taken over.",
    )

    _name_uniq = models.Constraint(
        "UNIQUE(backend_id, model, remote_name)",
        "This detail has a field already.",
    )
    _field_uniq = models.Constraint(
        "UNIQUE(backend_id, field_id)", "This field has a detail there already."
    )

    @api.constrains("model", "remote_type", "field_id", "owner", "backend_id")
    def _check_type(self):
        for line in self:
            kind = line._kind()
            if not kind:
                known = ", ".join(sorted(line.backend_id._detail_kinds()))
                raise ValidationError(
                    self.env._(
                        'Details of the type "%(type)s" cannot be kept in Odoo. These'
                        " can: %(known)s.",
                        type=line.remote_type,
                        known=known or self.env._("none"),
                    )
                )
            line._check_field(kind)

    def _check_field(self, kind):
        field = self.field_id.sudo()
        fits = field.model == self.model and field.ttype in KINDS[kind]
        if not fits or not field.store:
            raise ValidationError(
                self.env._(
                    'The field "%(field)s" cannot hold details of the type "%(type)s".'
                    " Choose a stored field of %(model)s of another kind.",
                    field=field.field_description,
                    type=self.remote_type,
                    model=self.model,
                )
            )
        known = self.env[self.model]._fields[field.name]
        if self.owner in ("remote", "both") and known.compute and known.readonly:
            raise ValidationError(
                self.env._(
                    'Odoo calculates the field "%s" itself: it can only be sent. Make'
                    " Odoo its owner.",
                    field.field_description,
                )
            )

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._tell_flows()
        return lines

    def write(self, vals):
        result = super().write(vals)
        self._tell_flows()
        return result

    def unlink(self):
        flows = self._flows()
        result = super().unlink()
        self._refresh(flows)
        return result

    # === BUSINESS METHODS ===#

    @api.private
    def of(self, backend, model, owners=None):
        """Return the maps of one model, optionally those of some owners only."""
        domain = [("backend_id", "=", backend.id), ("model", "=", model)]
        if owners:
            domain.append(("owner", "in", list(owners)))
        return self.sudo().search(domain)

    @api.private
    def watched(self, model):
        """Return the names of the fields of a model whose changes may be sent."""
        domain = [("model", "=", model), ("owner", "in", ("odoo", "both"))]
        return set(self.sudo().search(domain).field_id.mapped("name"))

    @api.private
    def owners_of(self, backend):
        """Return {path of a detail: its owner}, as ``documents.merge`` takes it."""
        lines = self.sudo().search([("backend_id", "=", backend.id)])
        return {
            f"{PREFIXES[line.model]}[{line.remote_name}]": line.owner for line in lines
        }

    def _kind(self):
        return self.backend_id._detail_kinds().get(self.remote_type)

    def _tell_flows(self):
        self._refresh(self._flows())

    def _flows(self):
        flows = self.backend_id.sudo().flow_ids
        return flows.filtered(lambda flow: flow.document == "product")

    def _refresh(self, flows):
        # what is watched depends on it
        self.env.registry.clear_cache("stable")
        flows._ownership_changed()


class HubBackend(models.Model):
    _inherit = "hub.backend"

    field_map_ids = fields.One2many("hub.field.map", "backend_id", "Details")

    @api.private
    def _detail_kinds(self):
        """Return {type of a detail there: kind, see ``KINDS``}."""
        return {}
