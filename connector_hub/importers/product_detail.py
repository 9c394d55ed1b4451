# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation

from odoo import fields, models

from ..exceptions import InvalidData
from .product_variants import path_of


class ImporterProductDetail(models.AbstractModel):
    """Details that have a field in Odoo; one that does not fit fails the message."""

    _name = "hub.importer.product.detail"
    _inherit = "hub.importer.part"
    _description = "Importer of Product Details"

    def _concerns(self, flow, task):
        document = task.document
        return bool(document.details or any(v.details for v in document.variants))

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        maps = self.env["hub.field.map"]
        own = {m.remote_name: m for m in maps.of(backend, "product.template")}
        below = {m.remote_name: m for m in maps.of(backend, "product.product")}
        variants = {}
        if below:
            variants = backend.binder("variant").to_internal_many(
                v.external_id for task in tasks for v in task.document.variants
            )
        for task in tasks:
            template = self.env["product.template"].browse(task.res_id)
            self._take(task, template, task.document, own, "")
            for variant in task.document.variants if below else ():
                record = variants.get(variant.external_id)
                if record:
                    self._take(task, record, variant, below, path_of(variant, ""))

    def _take(self, task, record, part, maps, prefix):
        """Write the details of a product or variant that differ."""
        values = {}
        for detail in part.details:
            line = maps.get(detail.external_id)
            path = f"{prefix}details[{detail.external_id.replace(']', '')}].value"
            if not line or not task.may_write(path):
                continue
            field = record._fields[line.field_id.sudo().name]
            try:
                value = _parsed(self.env, field, detail.value)
            except (ValueError, InvalidOperation):
                task.error = task.error or self._misfit(record, detail, line)
                continue
            if (record[field.name] or False) != (value or False):
                values[field.name] = value
        if values:
            record.write(values)

    def _misfit(self, record, detail, line):
        return InvalidData(
            self.env._(
                '%(product)s: "%(value)s" does not fit into the field "%(field)s".',
                product=record.display_name,
                value=detail.value[:100],
                field=line.field_id.sudo().field_description,
            ),
            remedy=self.env._(
                'Correct "%s" in the other system, or choose another field for it.',
                detail.external_id,
            ),
            title=self.env._("Details that do not fit into their field in Odoo."),
            code="detail",
            field=detail.external_id,
            value=detail.value[:100],
        )


def _parsed(env, field, text):
    """Return the value a field takes.

    :raises ValueError, InvalidOperation: the text is none of its kind
    """
    if not text:
        return False
    if field.type == "integer":
        return int(text)
    if field.type in ("float", "monetary"):
        return float(Decimal(text))
    if field.type == "boolean":
        return _truth(text)
    if field.type == "date":
        return fields.Date.to_date(text)
    if field.type == "datetime":
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment.astimezone(timezone.utc).replace(tzinfo=None, microsecond=0)
    if field.type == "selection" and text not in dict(
        field._description_selection(env)
    ):
        raise ValueError(text)
    return text


def _truth(text):
    if text not in ("true", "false"):
        raise ValueError(text)
    return text == "true"
