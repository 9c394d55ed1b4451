# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models


class HubDirty(models.Model):
    """What a remote system is to be told as soon as it has a record."""

    _inherit = "hub.dirty"

    @api.private
    def mark_linked(self, bindings):
        """Have stock and prices told of what has just been linked.

        Costs no statement where nobody listens.
        """
        model = bindings._fields["odoo_id"].comodel_name
        listeners = self.env["hub.flow"]._listeners(model)
        for flow in self.env["hub.flow"].sudo().browse(row[0] for row in listeners):
            if not flow._exporter()._told_when_linked:
                continue
            ours = bindings.grouped("backend_id").get(flow.backend_id)
            if ours:
                self.mark_for(flow, ours.odoo_id)
