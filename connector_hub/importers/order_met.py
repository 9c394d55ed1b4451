# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models

from .order_lines import content_of
from .order_update import EDITABLE


class ImporterOrder(models.AbstractModel):
    """Orders that others made, and that are what the store has: theirs to keep.

    Nothing is looked up for what will not be written: else contacts, tags and products
    would be made that no order needs.
    """

    _inherit = "hub.importer.order"

    def _values_many(self, flow, tasks, existing):
        met = {
            task.external_id
            for task in tasks
            if self._is_met_and_named(existing.get(task.external_id), task.document)
        }
        rest = [task for task in tasks if task.external_id not in met]
        values = super()._values_many(flow, rest, existing)
        for task in tasks:
            if task.external_id in met:
                content = content_of(task.document)
                values[task.external_id] = {"hub_content": content, "order_line": []}
        return values

    def _is_met_and_named(self, order, document):
        """Return whether an order is met first, and its lines are known by name."""
        if not order or order.hub_content:
            return False
        update = self.env["hub.importer.order.update"]
        lines = order.order_line.filtered(lambda line: not line.display_type)
        return update.is_met_first(order, document) and all(
            line.hub_external_id for line in lines
        )

    def _partners(self, backend, tasks, existing):
        """Leave out orders whose partners will not be written."""
        needed = [
            task
            for task in tasks
            if self._may_move(existing.get(task.external_id), task.document)
        ]
        found = super()._partners(backend, needed, existing)
        return {task.external_id: found.get(task.external_id, {}) for task in tasks}

    def _may_move(self, order, document):
        if not order:
            return True
        if self.env["hub.importer.order.update"].is_met_first(order, document):
            return False
        return order.state in EDITABLE or order.hub_content != content_of(document)
