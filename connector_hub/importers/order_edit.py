# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.exceptions import AccessError, UserError

from ..exceptions import BusinessRuleError, HubError


class ImporterOrderEdit(models.AbstractModel):
    """What the store changed of confirmed orders.

    Taken over at once while nothing is delivered or invoiced. Otherwise the change is
    filed beside the order, and its message fails until a person has decided.
    """

    _name = "hub.importer.order.edit"
    _inherit = "hub.importer.part"
    _description = "Edits of Confirmed Orders"

    def _concerns(self, flow, task):
        return "edit" in task.expected

    def _apply(self, flow, tasks):
        backend = flow.backend_id.with_env(self.env)
        for task in tasks:
            order = self.env["sale.order"].browse(task.res_id)
            edit = (
                self.env["hub.order.edit"]
                .sudo()
                .propose(
                    backend,
                    order,
                    task.document,
                    task.expected["edit"],
                    task.expected["tax"],
                )
            )
            obstacles = self._obstacles(order)
            if not obstacles:
                # nothing is bought or made for what is cancelled in a moment
                idle = bool(task.document.cancelled_at)
                obstacles = self._take_over(
                    edit.sudo(False).with_context(skip_procurement=idle), order
                )
            if obstacles and task.document.cancelled_at:
                # nobody has to decide about it any more
                edit.state = "superseded"
            elif obstacles:
                edit.reason = "\n".join(obstacles)
                task.error = self._error(edit, order, task.document)

    def _obstacles(self, order):
        if order.state == "cancel":
            return [
                self.env._(
                    "%s is cancelled in Odoo: cancel it in the store as well, or set it"
                    " to quotation again.",
                    order.name,
                )
            ]
        return order.hub_edit_obstacles()

    def _take_over(self, edit, order):
        """Change the order; return why that is not possible."""
        try:
            with self.env.cr.savepoint():
                edit._bring_over()
                self.env.flush_all()
        except (HubError, UserError, AccessError) as error:
            self._after_rollback(error)
            return [getattr(error, "text", str(error))]
        edit.sudo().state = "applied"
        order.message_post(
            body=self.env._("Changed in the store: %s", edit.sudo().summary())
        )
        return []

    def _error(self, edit, order, document):
        return BusinessRuleError(
            self.env._(
                "Order %(remote)s was changed in the store after %(order)s was"
                " confirmed or cancelled: the store's total is %(theirs)s,"
                " Odoo's %(ours).2f. %(summary)s. %(reason)s",
                remote=document.name,
                order=order.name,
                theirs=document.total,
                ours=order.amount_total,
                summary=edit.summary(),
                reason=edit.reason,
            ),
            remedy=self.env._(
                "Open %s and press Compare with Store: take the change over, or keep"
                " the order as it is.",
                order.name,
            ),
            title=self.env._("Orders were changed in the store after confirmation."),
            code="order_confirmed",
            field="state",
        )
