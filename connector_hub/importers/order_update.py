# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from decimal import Decimal

from odoo import api, models

from .order_lines import split_content

EDITABLE = ("draft", "sent")


class ImporterOrderUpdate(models.AbstractModel):
    """Changes of orders that are in Odoo already."""

    _name = "hub.importer.order.update"
    _description = "Updates of Orders"

    @api.private
    def update_many(self, backend, tasks, existing, values):
        """Bring quotations up to date; note what was changed of confirmed orders."""
        checked = []
        for task in tasks:
            order = existing[task.external_id]
            task.expected.pop("adopted", None)
            if self._is_met_first(order, task.document):
                # linked by people, or made by another connector: theirs to keep
                order.hub_content = values[task.external_id]["hub_content"]
                task.expected["adopted"] = True
                task.settle("done", order)
                continue
            self.env["hub.importer.order.said"].update(order, values[task.external_id])
            if order.state in EDITABLE:
                self._rewrite(order, values[task.external_id])
                checked.append((task, order))
            else:
                # what follows is for the parts about edits and cancellations
                task.expected.pop("edit", None)
                if self._differs(order, values[task.external_id], task.document):
                    task.expected["edit"] = values[task.external_id]
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
        header = {
            key: value
            for key, value in values.items()
            if key not in ("order_line", "tag_ids")
        }
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
            return False
        if order.state == "cancel":
            return self._lines_differ(order, values)
        return order.hub_content != values["hub_content"]

    def _is_met_first(self, order, document):
        """Return whether an order that others made is what the store has."""
        if order.hub_content or bool(document.cancelled_at) != (
            order.state == "cancel"
        ):
            return False
        digits = order.currency_id.decimal_places
        ours = Decimal(f"{order.amount_total:.{digits}f}")
        return order.currency_id.name == document.currency and ours == document.total

    def _lines_differ(self, order, values):
        said, says = order.hub_content, values["hub_content"]
        return split_content(said)[0] != split_content(says)[0]


def _comparable(record, name):
    value = record[name]
    return value.id if isinstance(value, models.BaseModel) else value
