# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import logging
import time

import psycopg2

from odoo import SUPERUSER_ID, api, models
from odoo.tools import SQL, ormcache

from .hub_flow import CHANNELS
from .hub_flow_drain import TIME_BUDGET
from .hub_lane import POLL_LANE, LeaseLost

_logger = logging.getLogger(__name__)

#: marks turned into messages per transaction
COLLECT_SIZE = 5000


class HubFlow(models.Model):
    """Who listens to changes of Odoo records, and how marks become messages."""

    _inherit = "hub.flow"

    # === LISTENING ===#

    @api.model
    def _listeners(self, model_name):
        """Return ((flow id, names of watched fields), ...) of a model."""
        return self._all_listeners().get(model_name, ())

    @api.model
    # products clear the default cache each time one is created
    @ormcache(cache="stable")
    def _all_listeners(self):
        """Return {model: listeners}: outbound flows that are not stopped.

        A paused one listens, so that nothing is lost meanwhile.
        """
        found = {}
        flows = self.sudo().search(
            [
                ("direction", "=", "out"),
                ("state", "!=", "stopped"),
                ("backend_id.state", "!=", "draft"),
            ]
        )
        for flow in flows:
            if f"hub.exporter.{flow.document}" not in self.env:
                # its addon is not there any more: nobody's work may fail for that
                continue
            for model, names in flow._exporter().watched().items():
                found.setdefault(model, []).append((flow.id, frozenset(names)))
        return {model: tuple(rows) for model, rows in found.items()}

    def _exporter(self):
        """Return the exporter of this flow's document, working as the bot user."""
        bot = self.backend_id._as_bot()
        return bot.env[f"hub.exporter.{self.document}"]

    def _tells_departure(self, records, entity):
        """Return whether a deletion of records is this flow's to tell, as ``entity``.

        A contact may be a customer, and a company, and somebody of a company.
        """
        exporter = self.env[f"hub.exporter.{self.document}"]
        is_own = records._name == exporter._record_model
        return not is_own or entity in exporter._departing_as()

    # === COLLECTING ===#

    @api.private
    def _collect(self):
        """Job: turn the marks of this flow into messages.

        The lease of the poll lane keeps two of them apart.
        """
        self.ensure_one()
        lease = self.env["hub.lane"].lease(self.id, POLL_LANE)
        if not lease:
            return "Another worker is collecting."
        total, deadline = 0, time.monotonic() + TIME_BUDGET
        try:
            while self._is_open() and time.monotonic() < deadline:
                self.env["hub.lane"].fence(*lease)
                count, lanes = self._collect_some()
                self._commit()
                self._wake(lanes)
                self._commit()
                self.env.invalidate_all()
                total += count
                if count < COLLECT_SIZE:
                    break
        except LeaseLost:
            self.env.cr.rollback()
        except BaseException:
            self.env.cr.rollback()
            raise
        finally:
            self.env["hub.lane"].release(*lease)
        self._commit()
        self._wake_outbox()
        self._commit()
        return f"{total} changes"

    def _collect_some(self):
        """Turn the oldest marks into messages; delete exactly those that were read.

        :return: (number of marks, lanes with something new)
        """
        marks = self.env.execute_query(
            SQL(
                "SELECT id, res_model, res_id, operation, data FROM hub_dirty"
                " WHERE flow_id = %s ORDER BY id LIMIT %s",
                self.id,
                COLLECT_SIZE,
            )
        )
        if not marks:
            return 0, set()
        lanes = self._enqueue_marks(marks)
        ids = [row[0] for row in marks]
        self.env.cr.execute(SQL("DELETE FROM hub_dirty WHERE id = ANY(%s)", ids))
        return len(marks), lanes

    def _enqueue_marks(self, marks):
        """Store the messages of marks; one that cannot be read stops no other."""
        try:
            with self.env.cr.savepoint():
                exporter = self._exporter()
                marks = _undeleted(exporter, marks)
                rows = [*self._changed_rows(marks), *self._deleted_rows(marks)]
                return self.env["hub.message"].enqueue(self, rows)
        except psycopg2.Error:
            raise
        except Exception as error:
            self.env.invalidate_all(flush=False)
            if len(marks) > 1:
                return set().union(*(self._enqueue_marks([mark]) for mark in marks))
            _logger.warning("Mark %s cannot be collected", marks[0][0], exc_info=True)
            self.env["hub.message"].enqueue_failed(self, marks[0], self._defect(error))
            return set()

    def _changed_rows(self, marks):
        """Return [(record key, model, id, operation, remote id, mark)] of changes."""
        exporter = self._exporter()
        newest, by_model = {}, {}
        for mark, model, res_id, operation, _data in marks:
            if operation != "delete" or model != exporter._record_model:
                by_model.setdefault(model, {})[res_id] = mark
        for model, found in by_model.items():
            last = max(found.values())
            for root in exporter.roots(self, model, list(found)):
                newest[root] = max(newest.get(root, 0), found.get(root, last))
        model = exporter._record_model
        return [
            (f"{model},{root}", model, root, "change", None, newest[root])
            for root in sorted(exporter.relevant(self, list(newest)))
        ]

    def _deleted_rows(self, marks):
        """A deleted record is known by its remote ids only: a message for each."""
        models_of = _departing(self._exporter())
        return [
            (f"{model},{res_id}", model, res_id, "delete", remote_id, mark)
            for mark, model, res_id, operation, data in marks
            if operation == "delete" and model in models_of
            for remote_id in self._remote_ids_in(data)
        ]

    def _remote_ids_in(self, data):
        """Return the remote ids in this backend that a deletion's mark has kept."""
        return (data or {}).get(str(self.backend_id.id), [])

    # === WAKING ===#

    def _wake_outbox(self):
        """Have the marks of these flows collected, where there are any."""
        key = "hub.collect."
        for (flow_id,) in self.env.execute_query(
            SQL(
                """
                SELECT f.id FROM hub_flow f
                  JOIN hub_backend b ON b.id = f.backend_id AND b.state = 'connected'
                 WHERE f.id = ANY(%s) AND f.state = 'running' AND f.direction = 'out'
                   AND EXISTS (SELECT 1 FROM hub_dirty d WHERE d.flow_id = f.id)
                   AND NOT EXISTS (
                        SELECT 1 FROM queue_job j
                         WHERE j.identity_key = %s || f.id
                           AND j.state IN ('pending', 'enqueued'))
                """,
                self.ids,
                key,
            )
        ):
            self.browse(flow_id)._enqueue_collect(f"{key}{flow_id}")

    def _enqueue_collect(self, key):
        self.with_user(SUPERUSER_ID).with_delay(
            channel=CHANNELS[self.latency],
            identity_key=key,
            priority=self.priority,
            max_retries=0,
            description=self.env._("Collect changes: %s", self.display_name),
        )._collect()


def _departing(exporter):
    """Return the models whose deletion is told as such."""
    return (exporter._record_model, *exporter._part_models)


def _undeleted(exporter, marks):
    """Take marks of deletions that did not happen for what they are: changes.

    They are made before the deletion, which may have been refused.
    """
    present = set()
    for model in _departing(exporter):
        claimed = [m[2] for m in marks if m[3] == "delete" and m[1] == model]
        if claimed:
            found = exporter.env[model].browse(claimed).exists().ids
            present.update((model, res_id) for res_id in found)
    return [
        (mark, model, res_id, "change", None)
        if operation == "delete" and (model, res_id) in present
        else (mark, model, res_id, operation, data)
        for mark, model, res_id, operation, data in marks
    ]
