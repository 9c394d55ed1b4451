# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from collections import defaultdict

from odoo import api, models

from ..documents import ReturnState
from .order_refund_plan import lines_of

EXPECTED = (ReturnState.OPEN, ReturnState.CLOSED)


class ImporterOrderReturn(models.AbstractModel):
    """Announced returns: a transfer expects the goods, the refund completes it.

    What is sent instead is an ordinary line of the order, and delivered as such.
    """

    _name = "hub.importer.order.return"
    _description = "Importer of Returns"

    @api.private
    def expect(self, backend, tasks):
        """Keep returns on file, and a transfer for each that is open."""
        model = self.env["hub.order.return"].sudo()
        said = {
            row.external_id: (task, row)
            for task in tasks
            for row in task.document.returns
        }
        known = model.search(
            [("backend_id", "=", backend.id), ("external_id", "in", list(said))]
        )
        fresh = said.keys() - set(known.mapped("external_id"))
        known += model.create(
            [
                {
                    "backend_id": backend.id,
                    "order_id": said[key][0].res_id,
                    "external_id": key,
                    **self._values(said[key][1]),
                }
                for key in sorted(fresh)
            ]
        )
        for record in known:
            _task, row = said[record.external_id]
            values = self._values(row)
            if any((record[name] or "") != value for name, value in values.items()):
                record.write(values)
            self._follow(record, row)

    def _values(self, row):
        # not the notes: they are people's own words
        reasons = dict.fromkeys(line.reason for line in row.lines)
        return {
            "name": row.name,
            "state": row.state.value,
            "reason": ", ".join(filter(None, reasons)),
        }

    def _follow(self, record, row):
        stock = self.env["hub.importer.order.refund.stock"]
        if row.state is ReturnState.OPEN and not record.picking_ids:
            wanted = self._wanted(record.order_id, row)
            if wanted and stock._is_delivered(wanted):
                record.picking_ids = stock.returns_of(wanted)
        elif row.state is ReturnState.CANCELLED:
            waiting = record.picking_ids.filtered(lambda p: p.state != "done")
            waiting.action_cancel()

    def _wanted(self, order, row):
        """Return {line: units that are still to come back}."""
        lines, wanted = lines_of(order), defaultdict(float)
        for item in row.lines:
            line = lines.get(item.line_id)
            left = float(item.quantity - item.processed)
            if line and left > 0 and line.product_id.type == "consu":
                wanted[line] += left
        return wanted
