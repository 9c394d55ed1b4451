# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

from ..components.event import Event


class HubMessage(models.Model):
    """What happened to the record a message is about."""

    _inherit = "hub.message"

    operation = fields.Selection(selection_add=[("merge", "Merger")])

    def action_skip(self):
        """Let the later events of the same records pass, too."""
        result = super().action_skip()
        flows = self.flow_id.sudo().filtered(lambda flow: flow._has_events())
        flows._wake_due()
        return result

    @api.private
    def announce(self, flow, external_id, key):
        """Have a remote record fetched and brought in, once per ``key``.

        The drain of its lane finds it when the present transaction is committed.
        """
        event = Event(external_id, "announced", b"", delivery_id=key)
        self.receive(flow, [event])
