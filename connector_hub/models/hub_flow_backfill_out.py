# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import time

from odoo import models

from .hub_flow_backfill import BACKFILL_PRIORITY
from .hub_flow_drain import TIME_BUDGET

#: records turned into messages per transaction
MARKED_AT_ONCE = 1000


class HubFlow(models.Model):
    """The backfill out of Odoo: every record the flow sends, compared once more.

    What the remote is known to say already costs no call. The run's cursor is the id
    of the last record that got its message, in the message's transaction.
    """

    _inherit = "hub.flow"

    def _backfill_out(self, lease, run):
        exporter = self._exporter()
        began = turned = time.monotonic()
        while True:
            self.env["hub.lane"].fence(*lease)
            ids = exporter.all_ids(self, int(run.cursor or 0), MARKED_AT_ONCE)
            if not ids:
                break
            lanes = self._store_backfill_out(exporter, ids, run)
            now = time.monotonic()
            run.active_seconds += now - turned
            turned = now
            self.env.flush_all()
            self._commit()
            self._wake(lanes)
            self._commit()
            self.env.invalidate_all()
            if run.state != "receiving" or not self._is_open():
                return "Stopped."
            if now - began > TIME_BUDGET:
                return "Time is up."
            self._commit()
        run._finish("received")
        return f"{run.seen_count} records"

    def _store_backfill_out(self, exporter, ids, run):
        """Store messages about records; only those changed within the window."""
        model = exporter._record_model
        records = exporter.env[model].browse(sorted(exporter.relevant(self, ids)))
        if run.window_from:
            records = records.filtered(lambda r: r.write_date >= run.window_from)
        if run.window_to:
            records = records.filtered(lambda r: r.write_date <= run.window_to)
        rows = [
            # a mark's place in the key: unique for this run, and never a mark's id
            (f"{model},{record_id}", model, record_id, "change", None, -run.id)
            for record_id in records.ids
        ]
        run.seen_count += len(ids)
        run.cursor = str(ids[-1])
        return self.env["hub.message"].enqueue(
            self,
            rows,
            run_id=run.id,
            priority=self.priority + BACKFILL_PRIORITY,
            forced=run.force,
        )
