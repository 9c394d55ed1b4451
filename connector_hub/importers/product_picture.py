# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import base64
import hashlib

from odoo import models

from ..exceptions import HubError, RateLimited
from .product_variants import path_of
from .trial import trial_of


class ImporterProductPicture(models.AbstractModel):
    """Pictures of products and variants, where a rule wants them.

    They were fetched before; one that could not be read fails the message, not the
    product.
    """

    _name = "hub.importer.product.picture"
    _inherit = "hub.importer.part"
    _description = "Importer of Pictures"

    def _concerns(self, flow, task):
        return flow._takes("product") or flow._takes("variant")

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        wanted = {"product.template": [], "product.product": []}
        variants = backend.binder("variant").to_internal_many(
            variant.external_id for task in tasks for variant in task.document.variants
        )
        for task in tasks:
            document = task.document
            if flow._takes("product") and task.may_write("image"):
                row = (task, task.res_id, document)
                wanted["product.template"].append(row)
            for variant in document.variants if flow._takes("variant") else ():
                record = variants.get(variant.external_id)
                if record and task.may_write(path_of(variant, "image")):
                    wanted["product.product"].append((task, record.id, variant))
        for model, rows in wanted.items():
            self._take(backend, model, [row for row in rows if _says(row[2])])

    def _take(self, backend, model, rows):
        """Write pictures that are news.

        :param rows: [(task, Odoo id, Product or Variant)]
        """
        pictures, ids = self.env["hub.picture"], [row[1] for row in rows]
        links = pictures.links(backend, model, ids)
        now = pictures.checksums(model, ids)
        notes, written = {}, []
        for task, key, part in rows:
            link = links.get(key)
            if (link.url if link else "") == part.image and (link or not part.image):
                continue
            if not part.image:
                # what did not come from there is not theirs to take away
                if link.checksum == now.get(key):
                    self._write(model, key, False)
                notes[key] = None
                continue
            content = task.files.get(part.image, RateLimited("Not read.", seconds=1.0))
            if part.image not in task.files and trial_of(self.env.cr):
                # a dry run reads no files
                continue
            if isinstance(content, HubError):
                task.error = task.error or content
                continue
            digest = hashlib.sha256(content).hexdigest()
            notes[key] = {"url": part.image, "remote_id": False, "digest": digest}
            if not link or link.digest != digest or link.checksum != now.get(key):
                self._write(model, key, base64.b64encode(content))
                written.append(key)
        if written:
            self.env.flush_all()
            for key, checksum in pictures.checksums(model, written).items():
                notes[key]["checksum"] = checksum
        pictures.note(backend, model, notes)

    def _write(self, model, key, content):
        field = self.env["hub.picture"].place(model)
        self.env[model].browse(key).write({field: content})


def _says(part):
    return "image" in part.model_fields_set
