# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timezone
from decimal import Decimal

from odoo import api, models

from ..documents import Detail


class ExporterProduct(models.AbstractModel):
    """Details that fields of Odoo are mapped to, where Odoo may change them."""

    _inherit = "hub.exporter.product"

    @api.private
    def watched(self):
        names, maps = super().watched(), self.env["hub.field.map"]
        return {
            model: fields | maps.watched(model)
            if model in ("product.template", "product.product")
            else fields
            for model, fields in names.items()
        }

    @api.private
    def to_documents(self, flow, ids):
        documents = super().to_documents(flow, ids)
        maps = self.env["hub.field.map"]
        own = maps.of(flow.backend_id, "product.template", ("odoo", "both"))
        below = maps.of(flow.backend_id, "product.product", ("odoo", "both"))
        if not own and not below:
            return documents
        for key, document in documents.items():
            if "variants" not in getattr(document, "model_fields_set", ()):
                continue
            values = {}
            if own:
                template = self.env["product.template"].browse(key)
                values["details"] = _details(template, own)
            if below:
                values["variants"] = tuple(
                    variant.model_copy(
                        update={"details": _details(self._variant_of(variant), below)}
                    )
                    for variant in document.variants
                )
            documents[key] = document.model_copy(update=values)
        return documents

    def _variant_of(self, variant):
        number = int(variant.origin.rpartition(",")[2])
        return self.env["product.product"].browse(number)


def _details(record, maps):
    return tuple(
        Detail(
            external_id=line.remote_name,
            remote_type=line.remote_type,
            value=_text(record, line.field_id.name),
        )
        for line in maps
    )


def _text(record, name):
    value, kind = record[name], record._fields[name].type
    if kind == "boolean":
        return "true" if value else "false"
    if kind in ("integer", "float", "monetary"):
        return f"{Decimal(str(value or 0)).normalize():f}"
    if not value:
        return ""
    if kind == "datetime":
        return value.replace(tzinfo=timezone.utc).isoformat()
    return value.isoformat() if kind == "date" else str(value)
