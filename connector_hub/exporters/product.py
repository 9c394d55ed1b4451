# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models
from odoo.fields import Domain

from ..documents import Option, Product, Variant
from ..documents.merge import BOTH, ODOO

TEMPLATE_FIELDS = frozenset(
    "name description_ecommerce sale_ok active attribute_line_ids product_variant_ids"
    " default_code barcode weight type is_storable shop_vendor shop_type"
    " product_tag_ids".split()
)
#: what Odoo speaks of only where a rule makes it its business
BY_RULE = ("vendor", "product_type", "tags")
#: {model: what of a product's options it names}
OPTIONS = {
    "product.attribute": "attribute_id",
    "product.attribute.value": "value_ids",
}
VARIANT_FIELDS = frozenset("default_code barcode weight active".split())


class ExporterProduct(models.AbstractModel):
    """Products with their variants, as far as Odoo has an opinion on them.

    Prices are the price flow's: only what is new there gets one, so that nothing is
    given away until that flow speaks.
    """

    _name = "hub.exporter.product"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Products"
    _record_model = "product.template"
    _entity = "product"
    _part_models = ("product.product",)

    @api.private
    def watched(self):
        return {
            "product.template": TEMPLATE_FIELDS,
            "product.product": VARIANT_FIELDS,
            "product.attribute": {"name"},
            "product.attribute.value": {"name"},
        }

    @api.private
    def roots(self, flow, model, ids):
        if model == "product.product":
            variants = self.env["product.product"].browse(ids).exists()
            return variants.product_tmpl_id.ids
        if model in OPTIONS:
            lines = self.env["product.template.attribute.line"]
            return lines.search([(OPTIONS[model], "in", ids)]).product_tmpl_id.ids
        return super().roots(flow, model, ids)

    @api.private
    def to_documents(self, flow, ids):
        templates = self.env["product.template"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, templates.ids)
        # with what is not sold any more: the other side may still sell it
        variants = templates.with_context(active_test=False).product_variant_ids
        binder = flow.backend_id.with_env(self.env).binder("variant")
        linked = binder.to_external_many(variants)
        known = {key: found[0] for key, found in linked.items()}
        to_kilograms = self._to_kilograms()
        ownership = flow._ownership()
        spoken = [
            name
            for name in BY_RULE
            if ownership.has_rule(name) and ownership.owner(name) in (ODOO, BOTH)
        ]
        told = variants.filtered(lambda v: v.active or v.id in known)
        families = told.grouped("product_tmpl_id")
        found = {}
        for template in templates:
            remote_id = remote_ids.get(template.id, "")
            if template.active:
                family = families.get(template, variants.browse())
                found[template.id] = self._document(
                    template, family, remote_id, known, to_kilograms, spoken
                )
            else:
                found[template.id] = self._gone(remote_id)
        return found

    @api.private
    def _hub_document_product(self, template, values):
        """Hook: change what is said of a product."""
        return values

    def _creatable(self, flow, domain, **options):
        saleable = Domain("sale_ok", "=", True) & Domain("type", "!=", "combo")
        return super()._creatable(flow, domain & saleable, **options)

    def _document(self, template, variants, remote_id, known, to_kilograms, spoken):
        lines = template.attribute_line_ids.filtered(
            lambda line: line.attribute_id.create_variant != "no_variant"
        )
        values = {
            "title": template.name,
            "status": "active" if template.sale_ok else "draft",
            "options": tuple(
                Option(
                    name=line.attribute_id.name,
                    values=tuple(line.value_ids.mapped("name")),
                )
                for line in lines
            ),
            "variants": tuple(
                self._variant(variant, lines, known.get(variant.id, ""), to_kilograms)
                for variant in variants
            ),
        }
        if "description_ecommerce" in template._fields:
            values["description_html"] = str(template.description_ecommerce or "")
        values.update({name: _by_rule(template, name) for name in spoken})
        values = self._hub_document_product(template, values)
        return Product(external_id=remote_id, version=self._now(), **values)

    def _variant(self, variant, lines, remote_id, to_kilograms):
        chosen = {
            value.attribute_id: value.name
            for value in variant.product_template_attribute_value_ids
        }
        values = {
            "external_id": remote_id,
            "origin": f"product.product,{variant.id}",
            "active": variant.active,
            "sku": variant.default_code or "",
            "barcode": variant.barcode or "",
            "weight": Decimal(str(round(variant.weight * to_kilograms, 4))),
            "tracked": variant.is_storable,
            "requires_shipping": variant.type != "service",
            "option_values": tuple(
                chosen.get(line.attribute_id) or line.value_ids[:1].name or ""
                for line in lines
            ),
        }
        if not remote_id:
            values["price"] = Decimal(str(variant.lst_price))
        return Variant(**values)

    def _to_kilograms(self):
        """Return what a weight in Odoo is to be multiplied with."""
        templates = self.env["product.template"]
        unit = templates._get_weight_uom_id_from_ir_config_parameter()
        kilogram = self.env.ref("uom.product_uom_kgm")
        return unit._compute_quantity(1.0, kilogram, round=False)


def _by_rule(template, name):
    if name == "vendor":
        return template.shop_vendor or ""
    if name == "product_type":
        return template.shop_type or ""
    return tuple(sorted(template.product_tag_ids.mapped("name")))
