# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import models
from odoo.tools import SQL

from ..exporters.task import OutTask
from ..importers.task import Task

MAX_DEATHS = 3
#: what a claim reads, in the order of the fields of Task and OutTask
IN_COLUMNS = SQL(
    "m.id, m.external_id, coalesce(m.version, ''), m.is_hint, m.forced, m.attempts,"
    " m.deaths, m.exception_id, coalesce(m.name, ''), coalesce(m.operation, 'change'),"
    " coalesce(m.remote_id, ''), coalesce(m.resubmit, false)"
)
OUT_COLUMNS = SQL(
    "m.id, m.external_id, m.res_model, m.res_id, m.operation,"
    " coalesce(m.remote_id, ''), coalesce(m.idempotency_key, ''), m.forced, m.attempts,"
    " m.deaths, m.exception_id, coalesce(m.name, ''), m.idempotency_key IS NOT NULL"
)


class HubFlow(models.Model):
    """Claiming: the first, committed step of a drain."""

    _inherit = "hub.flow"

    def _recover(self, lease, number):
        """Take up what a dead worker left: alone, and not for ever.

        An outbound message with an intent may have reached the remote system.
        """
        self.env["hub.lane"].fence(*lease)
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message
                   SET deaths = deaths + 1,
                       state = CASE
                           WHEN idempotency_key IS NOT NULL THEN 'in_doubt'
                           WHEN deaths + 1 >= %(limit)s THEN 'quarantined'
                           ELSE 'pending' END,
                       next_attempt_at = CASE
                           WHEN idempotency_key IS NOT NULL AND deaths + 1 < %(limit)s
                           THEN coalesce(
                               (SELECT a.settle_at FROM hub_attempt a
                                 WHERE a.message_id = hub_message.id
                              ORDER BY a.id DESC LIMIT 1), %(now)s) END,
                       error_class = CASE WHEN deaths + 1 >= %(limit)s
                           THEN 'WorkerDied' END,
                       error_category = CASE WHEN deaths + 1 >= %(limit)s
                           THEN 'poison' END,
                       error_message = CASE WHEN deaths + 1 >= %(limit)s
                           THEN %(text)s END,
                       error_remedy = CASE WHEN deaths + 1 >= %(limit)s
                           THEN %(remedy)s END,
                       fingerprint = CASE WHEN deaths + 1 >= %(limit)s
                           THEN 'WorkerDied' END,
                       processed_at = CASE WHEN deaths + 1 >= %(limit)s
                           THEN %(now)s END
                 WHERE flow_id = %(flow)s AND lane = %(lane)s AND state = 'processing'
                """,
                flow=self.id,
                lane=number,
                limit=MAX_DEATHS,
                now=self.env["hub.lane"]._now(),
                text=self.env._("The worker died each time it processed this message."),
                remedy=self.env._(
                    "Look for memory or time limits in the server log, then retry."
                ),
            )
        )
        self._commit()

    def _claim(self, lease, number):
        """Make the next due messages ours; suspects of a dead worker come alone.

        But with those that were sent by the same call: it is one thing to settle,
        until so many workers have died of it that one of them must be the culprit.
        """
        self.env["hub.lane"].fence(*lease)
        self.env.cr.execute(
            SQL(
                """
                WITH due AS (
                    SELECT id, deaths, split_part(idempotency_key, '.', 1) AS call,
                           row_number() OVER (ORDER BY priority, id) AS place
                      FROM hub_message m
                     WHERE flow_id = %(flow)s AND lane = %(lane)s AND %(due)s
                  ORDER BY priority, id
                     LIMIT %(limit)s
                ), until AS (
                    SELECT min(place) AS suspect FROM due WHERE deaths > 0
                ), batch AS (
                    SELECT id FROM due, until
                     WHERE suspect IS NULL OR place < suspect
                        OR (suspect = 1 AND (place = 1 OR call = (
                               SELECT call FROM due
                                WHERE place = 1 AND deaths < %(alone)s)))
                )
                UPDATE hub_message m
                   SET state = 'processing', attempts = attempts + 1
                  FROM batch
                 WHERE m.id = batch.id
             RETURNING %(columns)s
                """,
                flow=self.id,
                lane=number,
                alone=MAX_DEATHS - 1,
                limit=self.batch_size,
                due=self.env["hub.message"]._is_due(
                    self.direction, in_order=self._has_events()
                ),
                columns=OUT_COLUMNS if self.direction == "out" else IN_COLUMNS,
            )
        )
        rows = sorted(self.env.cr.fetchall(), key=lambda row: row[0])
        kind = OutTask if self.direction == "out" else Task
        tasks = [kind(*row) for row in rows]
        self._commit()
        self.env.invalidate_all()
        return tasks
