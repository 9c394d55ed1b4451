# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json

from odoo import api, fields, models

from ..components.event import Event


class SaleOrder(models.Model):
    """Orders that the store has shipped before Odoo has confirmed them."""

    _inherit = "sale.order"

    hub_delivery_waiting = fields.Boolean(
        "Shipped in the Store",
        readonly=True,
        copy=False,
        help="The store has shipped goods of this quotation. They are booked when it"
        " is confirmed.",
    )

    def _action_confirm(self):
        result = super()._action_confirm()
        waiting = self.filtered("hub_delivery_waiting")
        if waiting:
            waiting.sudo()._hub_look_again()
        return result

    @api.private
    def _hub_has_left(self):
        """Return whether nothing of an order is still to be shipped.

        Unlike what ``delivery_status`` says, goods may be on their way back.
        """
        self.ensure_one()
        leaving = self.picking_ids.filtered(lambda picking: not picking.return_id)
        return all(picking.state in ("done", "cancel") for picking in leaving)

    @api.private
    def _hub_look_again(self):
        """Have the stores asked about these orders once more."""
        self.write({"hub_delivery_waiting": False})
        flows = self.env["hub.flow"].search(
            [("document", "=", "order"), ("direction", "=", "in")]
        )
        moment = fields.Datetime.to_string(self.env.cr.now())
        for flow in flows.filtered(lambda f: f.state != "stopped"):
            backend = flow.backend_id
            if backend.delivery_import == "never":
                continue
            linked = backend.binder("order").to_external_many(self)
            body = json.dumps({"confirmed": moment}).encode()
            events = [
                Event(gid, "confirmed", body) for ids in linked.values() for gid in ids
            ]
            lanes = self.env["hub.message"].receive(flow, events, forced=True)
            flow._wake(lanes)
