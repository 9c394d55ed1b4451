# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from ..exceptions import BusinessRuleError


class ImporterOrderCancellation(models.AbstractModel):
    """Orders the store cancelled after they were confirmed here.

    Quotations are cancelled by the importer itself. A confirmed order is cancelled
    with its deliveries as long as nothing is out of the house and invoiced, or all of
    it has come back and was credited; otherwise a person decides.
    """

    _name = "hub.importer.order.cancellation"
    _inherit = "hub.importer.part"
    _description = "Cancellation of Confirmed Orders"

    def _concerns(self, flow, task):
        is_ours = "adopted" not in task.expected
        return is_ours and task.document.cancelled_at is not None

    def _apply(self, flow, tasks):
        free = self.env["sale.order"]
        for task in tasks:
            order = self.env["sale.order"].browse(task.res_id)
            if order.state == "cancel":
                continue
            obstacles = order.hub_edit_obstacles()
            if obstacles:
                task.error = self._error(order, task.document, obstacles)
            else:
                free += order
        if free:
            free._action_cancel()
            free.hub_clear_hold()

    def _error(self, order, document, obstacles):
        return BusinessRuleError(
            self.env._(
                "Order %(remote)s was cancelled in the store (%(why)s), but %(order)s"
                " has gone too far to be cancelled by itself. %(obstacles)s",
                remote=document.name,
                why=document.cancel_reason or self.env._("no reason given"),
                order=order.name,
                obstacles=" ".join(obstacles),
            ),
            remedy=self.env._(
                "Stop what can be stopped, take the goods back and credit the invoice"
                " of %s; then retry, which cancels it. Skip the message to keep it.",
                order.name,
            ),
            title=self.env._(
                "Orders were cancelled in the store after delivery or invoice."
            ),
            code="cancelled_too_late",
            field="state",
        )
