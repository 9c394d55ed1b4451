# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed

_logger = logging.getLogger(__name__)
BUFFER = "connector_hub.dirty"


class HubDirty(models.Model):
    """Marks on changed records: the transactional outbox.

    Appended in the transaction of the change, without a unique index: no user waits
    for another. A drain of the flow collects them into messages and deletes exactly
    the ones it read; a change during a send is a new mark.
    """

    _name = "hub.dirty"
    _description = "Change to be Sent"
    _log_access = False
    _order = "id"

    flow_id = fields.Many2one("hub.flow", required=True, ondelete="cascade")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    operation = fields.Selection(
        [("change", "Changed"), ("archive", "Archived"), ("delete", "Deleted")],
        required=True,
        default="change",
    )
    data = fields.Json(help="What cannot be read any more when it is collected.")

    _flow_idx = models.Index("(flow_id, id)")

    @api.private
    def mark(self, records, names=None, operation="change", data=None):
        """Note that ``records`` changed, for every flow that listens.

        Costs no statement where nobody listens; else one per transaction.

        :param names: the fields that were written; None: whatever is watched
        :param data: {record id: JSON value} to be kept with the mark
        """
        for flow_id, watched in self.env["hub.flow"]._listeners(records._name):
            if names is None or not watched.isdisjoint(names):
                self._buffer(flow_id, records, operation, data or {})

    @api.private
    def mark_flow(self, flow, model, ids, operation="change"):
        """Append marks for one flow at once, for example by a backfill."""
        self._append([(flow.id, model, res_id, operation, None) for res_id in ids])

    def _buffer(self, flow_id, records, operation, data):
        hooks = self.env.cr.precommit
        marks = hooks.data.get(BUFFER)
        if marks is None:
            marks = hooks.data[BUFFER] = {}
            hooks.add(self._append_buffered)
        for record_id in records.ids:
            key = (flow_id, records._name, record_id, operation)
            marks[key] = data.get(record_id)

    def _append_buffered(self):
        marks = self.env.cr.precommit.data.pop(BUFFER, {})
        if not marks:
            return
        self._append([(*key, data) for key, data in marks.items()])
        hooks, registry = self.env.cr.postcommit, self.env.registry
        if BUFFER not in hooks.data:
            flow_ids = hooks.data[BUFFER] = set()
            hooks.add(lambda: _wake(registry, flow_ids))
        hooks.data[BUFFER].update(key[0] for key in marks)

    def _append(self, rows):
        if not rows:
            return
        flows, res_models, ids, operations, data = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_dirty (flow_id, res_model, res_id, operation, data)
                SELECT f, m, r, o, d::jsonb
                  FROM unnest(%s, %s::text[], %s, %s::text[], %s::text[])
                       AS n(f, m, r, o, d)
                """,
                flows,
                res_models,
                ids,
                operations,
                [None if row is None else json.dumps(row) for row in data],
            )
        )


def _wake(registry, flow_ids):
    """Have the marks collected; a lost wake-up is made up for by the sweeper.

    After the commit: whatever goes wrong here must not make it look failed.
    """
    try:
        with read_committed(registry) as cr:
            flows = api.Environment(cr, SUPERUSER_ID, {})["hub.flow"].browse(flow_ids)
            flows._wake_outbox()
    except Exception:
        _logger.warning("Wake-up lost, the sweeper takes over.", exc_info=True)
