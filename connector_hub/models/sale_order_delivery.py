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

        Unlike what ``delivery_status`` says, goods may be on their way back; and an
        order none of whose goods were shipped has left only if it wants none.
        """
        self.ensure_one()
        leaving = self._hub_leaving()
        if any(picking.state not in ("done", "cancel") for picking in leaving):
            return False
        return "done" in leaving.mapped("state") or not any(
            line.product_uom_qty > max(line.hub_refunded_qty, line.hub_cancelled_qty)
            for line in self.order_line
            if line.qty_delivered_method == "stock_move"
        )

    @api.private
    def _hub_left_at(self):
        """Return when the last goods of an order left, or were taken off it."""
        self.ensure_one()
        moments = self._hub_leaving().filtered("date_done").mapped("date_done")
        moments = moments or self.sudo().hub_refund_ids.mapped("refunded_at")
        return max(filter(None, moments), default=self.date_order)

    def _hub_leaving(self):
        """Return the transfers of an order, but those that bring goods back."""
        return self.picking_ids.filtered(
            lambda p: not (p.return_id and p.picking_type_code == "incoming")
        )

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
