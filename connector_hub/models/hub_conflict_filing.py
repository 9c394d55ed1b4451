# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models
from odoo.tools import SQL

from ..documents import Conflict

VALUES = ("base_value", "remote_value", "odoo_value")


class HubConflict(models.Model):
    """Filing conflicts and reading choices: a batch in a statement each."""

    _inherit = "hub.conflict"

    @api.private
    def choices(self, flow, external_ids):
        """Return {external id: {path: (side chosen, Conflict as it was seen)}}."""
        found = {}
        for conflict in self.search_fetch(
            [
                ("flow_id", "=", flow.id),
                ("external_id", "in", external_ids),
                ("state", "=", "decided"),
            ],
            ["external_id", "path", "choice", *VALUES],
        ):
            seen = Conflict(*(conflict[name] or None for name in VALUES))
            choices = found.setdefault(conflict.external_id, {})
            choices[conflict.path] = (conflict.choice, seen)
        return found

    @api.private
    def file(self, flow, tasks):
        """Keep the conflicts of these tasks, and close those that are no more."""
        # a trial has no message to wait with
        done = [task for task in tasks if task.state == "done" and task.message_id]
        rows = [
            self._row(flow, task, path, seen)
            for task in done
            for path, seen in (task.decision.conflicts if task.decision else {}).items()
        ]
        self._settle_others(flow, done, rows)
        if rows:
            self._upsert(rows)
        self.invalidate_model()

    @api.private
    def held_paths(self, flow, external_ids):
        """Return {external id: paths} that wait for a person: not to be sent now."""
        found = {}
        for external_id, path in self.env.execute_query(
            SQL(
                """
                SELECT c.external_id, c.path FROM hub_conflict c
                 WHERE c.flow_id = %s AND c.external_id = ANY(%s)
                   AND c.state IN ('open', 'decided')
                """,
                flow.id,
                list(external_ids),
            )
        ):
            found.setdefault(external_id, set()).add(path)
        return found

    @api.private
    def link_exceptions(self, cr, message_ids=None):
        """Point conflicts at the exception of their message, once there is one.

        :param cr: the short transaction in which exceptions are filed
        """
        which = (
            SQL("c.exception_id IS NULL")
            if message_ids is None
            else SQL("m.id = ANY(%s)", list(message_ids))
        )
        cr.execute(
            SQL(
                """
                UPDATE hub_conflict c SET exception_id = m.exception_id
                  FROM hub_message m
                 WHERE m.id = c.message_id AND c.state IN ('open', 'decided')
                   AND m.state = 'failed'
                   AND c.exception_id IS DISTINCT FROM m.exception_id AND %s
                """,
                which,
            )
        )

    def _row(self, flow, task, path, seen):
        return (
            task.message_id,
            flow.id,
            flow.company_id.id,
            task.external_id,
            task.name.replace("\0", "") or task.external_id,
            task.res_model,
            task.res_id,
            path,
            self.label_of(path),
            seen.base,
            seen.remote,
            seen.odoo,
        )

    def _settle_others(self, flow, tasks, rows):
        """Close what was in conflict and is not any more, by choice or by itself."""
        still = [(row[3], row[7]) for row in rows] or [("", "")]
        ids, paths = zip(*still, strict=True)
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_conflict c SET state = 'settled'
                 WHERE flow_id = %s AND external_id = ANY(%s)
                   AND state IN ('open', 'decided')
                   AND NOT EXISTS (
                       SELECT 1 FROM unnest(%s::text[], %s::text[]) AS s(id, path)
                        WHERE s.id = c.external_id AND s.path = c.path)
                """,
                flow.id,
                [task.external_id for task in tasks],
                list(ids),
                list(paths),
            )
        )

    def _upsert(self, rows):
        """Create conflicts; a choice made for other values than these is void."""
        columns = [list(column) for column in zip(*rows, strict=True)]
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_conflict AS c
                       (message_id, flow_id, company_id, external_id, name, res_model,
                        res_id, path, label, base_value, remote_value, odoo_value,
                        state, create_date, write_date)
                SELECT n.*, 'open', t.now, t.now
                  FROM unnest(%s::int[], %s::int[], %s::int[], %s::text[], %s::text[],
                              %s::text[], %s::int[], %s::text[], %s::text[],
                              %s::text[], %s::text[], %s::text[]) AS n,
                       (SELECT now() AT TIME ZONE 'UTC' AS now) AS t
                    ON CONFLICT (flow_id, external_id, path)
                       WHERE state IN ('open', 'decided') DO UPDATE
                   SET message_id = excluded.message_id, name = excluded.name,
                       base_value = excluded.base_value,
                       remote_value = excluded.remote_value,
                       odoo_value = excluded.odoo_value, state = 'open',
                       choice = CASE
                           WHEN c.remote_value IS NOT DISTINCT FROM
                                excluded.remote_value
                            AND c.odoo_value IS NOT DISTINCT FROM excluded.odoo_value
                           THEN c.choice END,
                       write_date = excluded.write_date
                """,
                *columns,
            )
        )
