# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models


class ImporterOrderPayment(models.AbstractModel):
    """Notes what the store says of an order's payments, whatever the order's state."""

    _name = "hub.importer.order.payment"
    _inherit = "hub.importer.part"
    _description = "Importer of Order Payments"

    def _concerns(self, flow, task):
        return bool(getattr(task.document, "payments", ()))

    def _apply(self, flow, tasks):
        orders = self.env["sale.order"]
        self.env["hub.payment"].sudo().note_many(
            flow.backend_id.with_env(self.env),
            [(orders.browse(task.res_id), task.document.payments) for task in tasks],
        )
