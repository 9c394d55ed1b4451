# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import models

from ..exceptions import RateLimited
from .hub_picture import PLACES

#: seconds spent on pictures in a batch; the rest comes with the next try
PICTURE_BUDGET = 20.0
#: entity of a link: model of its record
ENTITIES = {"product": "product.template", "variant": "product.product"}


class HubFlow(models.Model):
    """Pictures: fetched before a batch is applied, noted when they were sent."""

    _inherit = "hub.flow"

    # === INBOUND ===#

    def _get_pictures(self, tasks):
        """Fetch the pictures that are news, with no transaction open.

        What goes wrong is noted with the picture: the record itself comes in.
        """
        rows = [row for task in tasks for row in self._pictures_of(task)]
        if not rows:
            return
        known = self._known_pictures(rows)
        wanted = {}
        for task, entity, key, url, remote_id in rows:
            link = known.get((entity, key))
            if link and not link.url and link.remote_id == remote_id:
                # ours: what it is called there is known only now
                link.url = url
            if not link or link.url != url:
                wanted.setdefault(url, []).append(task)
        adapter = self.backend_id.adapter()
        loopback = self.backend_id._allows_loopback()
        self._commit()
        deadline = time.monotonic() + PICTURE_BUDGET
        for url, content in adapter.download(list(wanted), loopback, deadline):
            for task in wanted.pop(url):
                task.files[url] = content
        for url, waiting in wanted.items():
            for task in waiting:
                # not an attempt that failed: it was not its turn
                task.files[url] = RateLimited("Many pictures wait.", seconds=1.0)

    def _pictures_of(self, task):
        """Yield (task, entity, remote id, address, picture's id) of what is said."""
        document = task.document
        if not task.is_open or document is None or self.document != "product":
            return
        parts = [("product", document)]
        parts += [("variant", variant) for variant in document.variants]
        for entity, part in parts:
            if part.image and self._takes(entity):
                yield task, entity, part.external_id, part.image, part.image_id

    def _takes(self, entity):
        """Return whether the remote's pictures are wanted: a rule has to say so."""
        path = "image" if entity == "product" else "variants.image"
        ownership = self._ownership()
        return ownership.has_rule(path) and ownership.owner(path) in ("remote", "both")

    def _known_pictures(self, rows):
        """Return {(entity, remote id): hub.picture} of records that have one."""
        backend, found = self.backend_id, {}
        for entity, model in ENTITIES.items():
            keys = [key for _task, name, key, *_rest in rows if name == entity]
            records = backend.binder(entity).to_internal_many(keys) if keys else {}
            links = self.env["hub.picture"].links(
                backend, model, [record.id for record in records.values()]
            )
            for key, record in records.items():
                if record.id in links:
                    found[entity, key] = links[record.id]
        return found

    # === OUTBOUND ===#

    def _read_files(self, tasks):
        """Read the pictures that are about to be sent."""
        exporter = self._exporter()
        for task in tasks:
            if task.changed:
                task.files = exporter.files(task)

    def _note_pictures(self, tasks):
        """Note which pictures of ours the remote has now, and which it still lacks."""
        rest = [t for t in tasks if getattr(t.pushed, "unfinished", False)]
        if rest:
            ids = [task.res_id for task in rest]
            self.env["hub.dirty"].mark_flow(self, rest[0].res_model, ids)
        rows = {model: {} for model in PLACES}
        for task in tasks:
            for origin, found in getattr(task.pushed, "pictures", {}).items():
                model, _comma, key = origin.partition(",")
                values = None
                if found:
                    remote_id, checksum = found
                    values = {"remote_id": remote_id, "checksum": checksum}
                    values.update(url=False, digest=False)
                rows[model][int(key)] = values
        for model, links in rows.items():
            # it may have been deleted here while it was sent there
            present = self.env[model].browse(links).exists().ids
            links = {key: links[key] for key in present}
            if links:
                self.env["hub.picture"].note(self.backend_id, model, links)
