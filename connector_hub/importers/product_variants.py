# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .attribute import real_options

#: product field: field of a variant
NAMES = {"default_code": "sku", "weight": "weight", "barcode": "barcode"}


class ImporterProductVariants(models.AbstractModel):
    """The variants of a product that is in Odoo: found, and kept up to date."""

    _name = "hub.importer.product.variants"
    _inherit = "hub.importer.base"
    _description = "Importer of Variants"

    def _links_below(self, backend, records):
        variants = records.with_context(active_test=False).product_variant_ids
        return (
            backend.binder("variant")
            .model.sudo()
            .search([("backend_id", "=", backend.id), ("odoo_id", "in", variants.ids)])
        )

    def _fill_variants(self, task, template, is_new=False):
        """Write SKU, barcode and weight on the variants, where they differ."""
        product = task.document
        taken = self._taken_barcodes(product, template)
        pairs = list(self._pairs(task, template))
        self._free_barcodes(task, pairs)
        for variant, record in pairs:
            wanted = {"default_code": variant.sku, "weight": float(variant.weight or 0)}
            if variant.barcode not in taken:
                wanted["barcode"] = variant.barcode
            changes = {
                name: value or False
                for name, value in wanted.items()
                if (record[name] or False) != (value or False)
                and (is_new or task.may_write(path_of(variant, NAMES[name])))
            }
            if changes:
                record.write(changes)
            if variant.barcode:
                taken.add(variant.barcode)

    def _free_barcodes(self, task, pairs):
        """Empty the barcodes that variants hand on to each other: they are unique."""
        heirs = {variant.barcode: record for variant, record in pairs}
        for variant, record in pairs:
            heir = record.barcode and heirs.get(record.barcode)
            if heir and heir != record and variant.barcode != record.barcode:
                if task.may_write(path_of(variant, "barcode")):
                    record.barcode = False

    def _taken_barcodes(self, product, template):
        """Return the barcodes that other products have: Odoo wants them unique."""
        codes = [v.barcode for v in product.variants if v.barcode]
        if not codes:
            return set()
        found = self.env["product.product"].search_fetch(
            [("barcode", "in", codes), ("product_tmpl_id", "!=", template.id)],
            ["barcode"],
        )
        return set(found.mapped("barcode"))

    def _pairs(self, task, template):
        """Yield (variant, product.product): by their links, else by option values."""
        product = task.document
        names = [option.name for option in product.options]
        real = {option.name for option in real_options(product)}
        records = {
            frozenset(
                (value.attribute_id.name, value.name)
                for value in record.product_template_attribute_value_ids
            ): record
            for record in template.product_variant_ids
        }
        single = template.product_variant_ids[:1]
        linked = set(task.parts.values())
        for variant in product.variants:
            if variant.external_id in task.parts:
                record = task.parts[variant.external_id]
                if record.product_tmpl_id == template:
                    yield variant, record
                continue
            chosen = frozenset(
                pair
                for pair in zip(names, variant.option_values, strict=False)
                if pair[0] in real
            )
            # an attribute with one value is not part of the combination's difference
            record = records.get(chosen) or (single if not real else None)
            if record and record not in linked:
                yield variant, record


def path_of(variant, name):
    """Return the path of a variant's field, as ``documents.diff`` forms it."""
    return f"variants[{variant.external_id.replace(']', '')}].{name}"
