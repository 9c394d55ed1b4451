# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import models

from ..components.event import Event


class HubFlow(models.Model):
    """Hints about what is no record of a flow's, but holds some of them.

    A collection of products is such a thing: what it holds is a matter of its
    products, so those that come or go are looked at again, and no others.
    """

    _inherit = "hub.flow"

    def _regroup(self, tasks):
        """Turn what was read of groups into hints about their members."""
        groups = [task for task in tasks if task.group]
        events = []
        for task in groups:
            body = {"group": task.external_id, "message": task.message_id}
            events += [
                Event(key, "group", json.dumps(body).encode())
                for key in self._moved(task.group)
            ]
            task.settle("done")
        if events:
            lanes = self.env["hub.message"].receive(self, events)
            self._commit()
            self._wake(lanes)
            self._commit()

    def _moved(self, group):
        """Return the remote ids of records that a group has gained or lost."""
        if not self._takes_collections():
            return []
        backend = self.backend_id
        target = self.env["hub.mapping"].lookup(backend, "collection")
        target = target.get(group.external_id)
        if not target or not target.exists():
            return []
        importer = self.env["hub.importer.product.collection"]
        linked = backend.binder("product").to_external_many(importer.holders(target))
        ours = {key for keys in linked.values() for key in keys}
        return sorted(ours ^ set(group.members))

    def _takes_collections(self):
        """Return whether the remote's collections are wanted: a rule says so."""
        ownership = self._ownership()
        return ownership.has_rule("collections") and ownership.owner("collections") in (
            "remote",
            "both",
        )
