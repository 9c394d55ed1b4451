# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from ..exceptions import BusinessRuleError

EDITABLE = ("draft", "sent")


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
        changes = {
            name: value
            for name, value in header.items()
            if _comparable(order, name) != (value or False)
        }
        if self._lines_differ(order, values["order_line"]):
            changes["order_line"] = [
                (5, 0, 0),
                *((0, 0, line) for line in values["order_line"]),
            ]
        if changes:
            order.write(changes)

    def _differs(self, order, values, document):
        cancelled = bool(document.cancelled_at)
        if cancelled != (order.state == "cancel"):
            return cancelled
        return not cancelled and self._lines_differ(order, values["order_line"])

    def _lines_differ(self, order, wanted):
        rounding = self.env["hub.importer.order.parity"].rounding_lines(order)
        lines = (order.order_line - rounding).sorted("sequence")
        if len(lines) != len(wanted):
            return True
        return any(
            _signature(line) != _wanted_signature(row)
            for line, row in zip(lines, wanted, strict=True)
        )

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
                "Order %(remote)s was changed in the store after %(order)s was"
                " confirmed: the store's total is %(theirs)s, Odoo's %(ours).2f.",
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


def _signature(line):
    return (
        line.product_id.id,
        round(line.product_uom_qty, 6),
        round(line.price_unit, 6),
        round(line.discount, 2),
        frozenset(line.tax_ids.ids),
    )


def _wanted_signature(row):
    return (
        row["product_id"],
        round(row["product_uom_qty"], 6),
        round(row["price_unit"], 6),
        round(row["discount"], 2),
        frozenset(row["tax_ids"][0][2]),
    )
