# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from odoo.addons.connector_hub.exceptions import InvalidData


class ImporterEvent(models.AbstractModel):
    """Shipments that happened: each leaves a line on the order's reference."""

    _name = "hub.importer.fake.event"
    _inherit = "hub.importer.base"
    _description = "Importer of Imaginary Events"

    def _document(self):
        return "fulfillment"

    def _apply(self, flow, tasks):
        orders = flow.backend_id.binder("order").to_internal_many(
            task.document.order_id for task in tasks
        )
        for task in tasks:
            order = orders.get(task.document.order_id)
            if not order or task.document.carrier == "nobody":
                task.error = InvalidData("No such order.", code="order", remedy="Wait.")
                continue
            order = order.with_env(self.env)
            seen = [order.client_order_ref or "", task.document.tracking_number]
            order.client_order_ref = " ".join(filter(None, seen))
            task.settle("done", order)
