# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..documents import OrderTags


class ExporterOrderTags(models.AbstractModel):
    """Tags by which a store is told of its orders: those that are mapped.

    What of them does not hold any more is taken away again; all others are the
    store's own. Told is what changes from now on: earlier orders when everything is
    sent, since each costs a call.
    """

    _name = "hub.exporter.order_tags"
    _inherit = "hub.exporter.base"
    _description = "Exporter of Tags of Orders"
    _record_model = "sale.order"
    _entity = "order"

    @api.private
    def watched(self):
        """Transfers, and lines that are added later, change ``delivery_status``."""
        return {
            "sale.order": {"state", "tag_ids", "hub_hold", "delivery_status"},
            "stock.picking": {"state"},
        }

    @api.private
    def roots(self, flow, model, ids):
        if model == self._record_model:
            return ids
        return self.env["stock.picking"].browse(ids).exists().sale_id.ids

    @api.private
    def relevant(self, flow, ids):
        return set(self._remote_ids(flow, ids))

    @api.private
    def to_documents(self, flow, ids):
        orders = self.env["sale.order"].browse(ids).exists()
        remote_ids = self._remote_ids(flow, ids)
        mapped = self.env["hub.mapping"].sudo().tags_of_orders(flow.backend_id)
        return {
            order.id: OrderTags(
                external_id=remote_ids[order.id],
                version=self._now(),
                name=order.client_order_ref or order.name,
                tags=tuple(sorted(self._tags(order, mapped))),
            )
            for order in orders
            if order.id in remote_ids
        }

    def _tags(self, order, mapped):
        stages = self._stages(order)
        return {
            tag
            for tag, target in mapped
            if (
                target in stages if isinstance(target, str) else target in order.tag_ids
            )
        }

    def _stages(self, order):
        """Return the states an order is in, see ``hub.mapping.order_stage``."""
        stages = set()
        if order.hub_hold == "held" and order.state in ("draft", "sent"):
            stages.add("held")
        if order.state == "cancel":
            stages.add("cancelled")
        if order.state == "sale":
            stages.add("confirmed")
            if order.delivery_status == "full":
                stages.add("delivered")
            elif order.delivery_status == "partial":
                stages.add("partly_delivered")
        return stages
