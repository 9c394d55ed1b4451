# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import BusinessRuleError

EDITABLE = ("draft", "sent")
PARTNERS = ("partner_id", "partner_invoice_id", "partner_shipping_id")


class ImporterOrderUpdate(models.AbstractModel):
    """Changes of orders that are in Odoo already."""

    _name = "hub.importer.order.update"
    _description = "Updates of Orders"

    @api.private
    def update_many(self, backend, tasks, existing, values):
        """Bring quotations up to date; what is confirmed is never changed silently."""
        checked = []
        for task in tasks:
            order = existing[task.external_id]
            if order.state in EDITABLE:
                self._rewrite(order, values[task.external_id])
                checked.append((task, order))
            elif self._differs(order, values[task.external_id], task.document):
                task.error = self._confirmed(order, task.document)
            else:
                task.settle("done", order)
        self.env["hub.importer.order.parity"].enforce(backend, checked)
        for task, order in checked:
            if task.error:
                # undo this one alone: the batch is repeated in smaller parts
                raise task.error
            task.settle("done", order)
            if task.document.cancelled_at:
                order._action_cancel()

    def _rewrite(self, order, values):
        header = {key: value for key, value in values.items() if key != "order_line"}
        header.pop("company_id")
        lines_differ = self._lines_differ(order, values)
        changes = {}
        if any(
            _comparable(order, key) != (val or False) for key, val in header.items()
        ):
            # all of it: Odoo derives currency and terms from a new customer
            changes.update(header)
        if lines_differ:
            changes["order_line"] = [
                (5, 0, 0),
                *((0, 0, line) for line in values["order_line"]),
            ]
        if changes:
            order.write(changes)

    def _differs(self, order, values, document):
        """Return whether the store changed what Odoo does not change by itself."""
        if document.cancelled_at:
            return order.state != "cancel"
        if self._lines_differ(order, values):
            return True
        return order.state != "cancel" and any(
            order[name].id != values[name] for name in PARTNERS
        )

    def _lines_differ(self, order, values):
        return order.hub_content != values["hub_content"]

    def _confirmed(self, order, document):
        if document.cancelled_at:
            what = self.env._(
                "Order %(remote)s was cancelled in the store, but %(order)s is"
                " confirmed.",
                remote=document.name,
                order=order.name,
            )
        else:
            what = self.env._(
                "Lines or addresses of order %(remote)s were changed in the store after"
                " %(order)s was confirmed or cancelled: the store's total is"
                " %(theirs)s, Odoo's %(ours).2f.",
                remote=document.name,
                order=order.name,
                theirs=document.total,
                ours=order.amount_total,
            )
        return BusinessRuleError(
            what,
            remedy=self.env._(
                "Compare both orders and change or cancel %s by hand, then skip the"
                " message.",
                order.name,
            ),
            title=self.env._("Orders were changed in the store after confirmation."),
            code="order_confirmed",
            field="state",
        )


def _comparable(record, name):
    value = record[name]
    return value.id if isinstance(value, models.BaseModel) else value
