# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..importers.product_collection import FIELDS


class HubMapping(models.Model):
    """What collections of products and sales channels stand for."""

    _inherit = "hub.mapping"

    group_ref = fields.Reference(
        "_selection_group",
        "Tag or Category",
        help="What products of the collection get in Odoo.",
    )
    is_offered = fields.Boolean(
        "Offer Products There",
        help="Products that can be sold are published in this channel.",
    )

    @api.model
    def _selection_group(self):
        models_ = self.env["ir.model"].sudo().search([("model", "in", list(FIELDS))])
        return [(model.model, model.name) for model in models_]

    @api.model_create_multi
    def create(self, vals_list):
        mappings = super().create(vals_list)
        mappings._tell_products_again()
        return mappings

    def write(self, vals):
        result = super().write(vals)
        if {"is_offered", "pricelist_id", "ignored", "remote_value"} & vals.keys():
            self._tell_products_again()
        return result

    def _tell_products_again(self):
        """Have those told again that a chosen channel or catalogue concerns."""
        chosen = self.filtered(lambda mapping: not mapping._is_undecided())
        for kind, document in (("channel", "product"), ("catalogue", "price")):
            backends = chosen.filtered(lambda m, kind=kind: m.kind == kind).backend_id
            flows = backends.sudo().flow_ids.filtered(
                lambda flow, document=document: (
                    flow.document == document and flow.direction == "out"
                )
            )
            if flows:
                flows._tell_again()
