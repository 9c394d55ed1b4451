# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubDirty(models.Model):
    """Marks on records that will not be there when they are collected."""

    _inherit = "hub.dirty"

    @api.private
    def mark_deleted(self, records, entity):
        """Note that linked ``records`` are about to be deleted, and their remote ids.

        The links go with the records, so the mark keeps {backend id: [external id]}.
        Costs no statement where nobody listens.

        :param entity: the entity of the bindings, see ``hub.backend._binding_models``
        """
        listeners = self.env["hub.flow"]._listeners(records._name)
        if not listeners or not records:
            return
        flows = self.env["hub.flow"].sudo().browse([row[0] for row in listeners])
        flows = flows.filtered(lambda flow: flow._tells_departure(records, entity))
        linked = {}
        for backend in flows.backend_id:
            if entity not in backend._binding_models():
                continue
            found = backend.binder(entity).to_external_many(records)
            for record_id, external_ids in found.items():
                linked.setdefault(record_id, {})[str(backend.id)] = external_ids
        for flow in flows if linked else ():
            self._buffer(flow.id, records.browse(linked), "delete", linked)

    @api.private
    def mark_for(self, flow, records, operation="change"):
        """Note that one flow is to send ``records`` again, in this transaction."""
        self._buffer(flow.id, records, operation, {})
