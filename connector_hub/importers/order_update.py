# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict
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
            if not order.hub_content:
                self._name_lines(order, values[task.external_id])
            if self.is_met_first(order, task.document):
                # linked by people, or made by another connector: theirs to keep
                order.hub_content = values[task.external_id]["hub_content"]
                task.expected["adopted"] = True
                task.settle("done", order)
                continue
            self.env["hub.importer.order.said"].update(
                backend, order, values[task.external_id]
            )
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
            if order.state == "cancel" or not order.hub_content:
                # linked by people: theirs to keep as it is
                return False
            # what was changed before it, and heard of together with it
            changed = self._lines_differ(order, values)
            return changed and not order.hub_edit_obstacles()
        if order.state == "cancel":
            return self._lines_differ(order, values)
        return order.hub_content != values["hub_content"]

    @api.private
    def is_met_first(self, order, document):
        """Return whether an order that others made is what the store has."""
        if order.hub_content or bool(document.cancelled_at) != (
            order.state == "cancel"
        ):
            return False
        digits = order.currency_id.decimal_places
        ours = Decimal(f"{order.amount_total:.{digits}f}")
        # another connector may have taken off the order what it saw refunded
        settled = order.hub_settled_refunds or {"ids": ()}
        less = sum(
            refund.value(document.taxes_included)
            for refund in document.refunds
            if refund.external_id in settled["ids"]
        )
        return order.currency_id.name == document.currency and ours in (
            document.total,
            document.total - less,
        )

    def _name_lines(self, order, values):
        """Note which lines of an order made by others are which of the store's.

        Without it nothing could be told of what is delivered, edited or refunded. Only
        as far as it is sure: as many lines here as there are alike.
        """
        for key_of in (_price_key, _quantity_key, _product_key):
            self._name_alike(order, values, key_of)

    def _name_alike(self, order, values, key_of):
        ours = order.order_line.filtered(
            lambda line: not (line.display_type or line.hub_external_id)
        )
        named = set(order.order_line.mapped("hub_external_id"))
        theirs = defaultdict(list)
        for row in values["order_line"]:
            if row["hub_external_id"] and row["hub_external_id"] not in named:
                theirs[key_of(row, row["product_id"])].append(row)
        for key, lines in ours.grouped(lambda r: key_of(r, r.product_id.id)).items():
            if len(lines) == len(theirs[key]):
                for line, row in zip(lines, theirs[key], strict=True):
                    line.hub_external_id = row["hub_external_id"]

    def _lines_differ(self, order, values):
        said, says = order.hub_content, values["hub_content"]
        return split_content(said)[0] != split_content(says)[0]


def _product_key(row, product_id):
    return product_id


def _quantity_key(row, product_id):
    return product_id, round(row["product_uom_qty"], 6)


def _price_key(row, product_id):
    price = row["price_unit"] * (1 - row["discount"] / 100)
    return *_quantity_key(row, product_id), round(price, 4)


def _comparable(record, name):
    value = record[name]
    return value.id if isinstance(value, models.BaseModel) else value
