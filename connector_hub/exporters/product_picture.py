# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64

from odoo import api, models

from ..components.push import File
from ..documents import OWN_PICTURE, field_of
from ..documents.merge import BOTH, ODOO


class ExporterProduct(models.AbstractModel):
    """The pictures of products and variants, where a rule makes them Odoo's."""

    _inherit = "hub.exporter.product"

    @api.private
    def watched(self):
        names = super().watched()
        return {
            **names,
            "product.template": names["product.template"] | {"image_1920"},
            "product.product": names["product.product"]
            | {"image_1920", "image_variant_1920"},
        }

    @api.private
    def to_documents(self, flow, ids):
        documents = super().to_documents(flow, ids)
        ownership = flow._ownership()
        spoken = {
            path
            for path in ("image", "variants.image")
            if ownership.has_rule(path) and ownership.owner(path) in (ODOO, BOTH)
        }
        alive = {
            key: document
            for key, document in documents.items()
            if "variants" in getattr(document, "model_fields_set", ())
        }
        if spoken and alive:
            documents.update(self._illustrated(flow.backend_id, alive, spoken))
        return documents

    def _illustrated(self, backend, documents, spoken):
        """Return the documents with what their pictures are known by."""
        pictures, variants, names = self.env["hub.picture"], {}, {}
        if "image" in spoken:
            names = pictures.names(backend, "product.template", list(documents))
        if "variants.image" in spoken:
            ids = [_number(v.origin) for d in documents.values() for v in d.variants]
            variants = pictures.names(backend, "product.product", ids)
        found = {}
        for key, document in documents.items():
            values = _named(names.get(key))
            if variants:
                values["variants"] = tuple(
                    variant.model_copy(
                        update=_named(variants.get(_number(variant.origin)))
                    )
                    for variant in document.variants
                )
            found[key] = document.model_copy(update=values)
        return found

    @api.private
    def files(self, task):
        """Read by what was said alone: a repeated call has no document any more."""
        news = {}
        for path, (_old, new) in task.changed.items():
            if new and new.startswith(OWN_PICTURE):
                wanted = news.setdefault(field_of(path), set())
                wanted.add(new.removeprefix(OWN_PICTURE))
        found = super().files(task)
        if "image" in news:
            ids = [task.res_id]
            found.update(self._files("product.template", ids, news["image"]))
        if "variants.image" in news:
            ids = self.env["product.product"]._hub_variant_ids([task.res_id])
            found.update(self._files("product.product", ids, news["variants.image"]))
        return found

    def _files(self, model, ids, checksums):
        """Return {"product.product,12": File} of those that are still the same."""
        pictures = (
            self.env["ir.attachment"]
            .sudo()
            .search(
                [
                    ("res_model", "=", model),
                    ("res_field", "=", self.env["hub.picture"].place(model)),
                    ("res_id", "in", ids),
                    ("checksum", "in", list(checksums)),
                ]
            )
        )
        found = {}
        for picture in pictures:
            kind = picture.mimetype or "image/png"
            found[f"{model},{picture.res_id}"] = File(
                f"odoo-{picture.res_id}-{picture.checksum[:8]}"
                f".{kind.rpartition('/')[2]}",
                kind,
                base64.b64decode(picture.datas),
                picture.checksum,
            )
        return found


def _named(name):
    return {"image": name[0], "image_id": name[1]} if name else {}


def _number(origin):
    return int(origin.rpartition(",")[2])
