# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import re

from odoo import api, models
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import TransientError

#: what differs between two occurrences of the same problem
VOLATILE = re.compile(r"gid://\S+|\b[0-9a-f]{8,}\b|#\S+|\d+(?:[.,]\d+)*|\"[^\"]*\"")
CRITICAL = ("auth", "schema", "poison")
#: what an answer of the remote system disproves
FLOW_LEVEL = ("auth", "schema", "not_found", "rejected")


class HubException(models.Model):
    """Filing: from failures to problems, and back when they are solved.

    All of it in short transactions of its own, after the batch was committed: many
    workers count on the same rows. What a crash leaves out, the sweeper files.
    """

    _inherit = "hub.exception"

    @api.model
    def _fingerprint(self, flow, error):
        """Return what makes two failures the same problem.

        Class, code, field and value, and the text without ids, names and amounts.
        """
        value = error.value if error.by_value else ""
        text = value or error.title or VOLATILE.sub("…", error.message)
        parts = (str(flow.id), type(error).__name__, error.code, error.field, text)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    def _file(self, tasks, covered=()):
        """Group the failures of a batch; resolve what its successes cover.

        :param covered: ids of exceptions whose messages a later one made pointless
        """
        failed = [task.message_id for task in tasks if task.error]
        if failed:
            self._file_failures(failed)
        # also of those that failed again: perhaps for another reason
        settled = {task.exception_id for task in tasks if task.exception_id}
        self.browse(settled.union(covered))._resolve_if_settled()

    @api.model
    def _file_failures(self, message_ids=None):
        """Give stuck messages their exception.

        :param message_ids: only these; without, every one that has none
        """
        which = (
            SQL("m.exception_id IS NULL")
            if message_ids is None
            else SQL("m.id = ANY(%s)", list(message_ids))
        )
        stuck = SQL(
            """
            SELECT DISTINCT ON (m.backend_id, m.fingerprint)
                   m.backend_id, m.fingerprint, m.flow_id, m.company_id,
                   m.error_category, m.error_code, m.error_value, m.error_title,
                   m.error_message, m.error_remedy
              FROM hub_message m
             WHERE m.state IN ('failed', 'quarantined', 'in_doubt')
               AND m.fingerprint IS NOT NULL AND %s
          ORDER BY m.backend_id, m.fingerprint, m.id
            """,
            which,
        )
        with read_committed(self.env.registry) as cr:
            self._upsert(cr, stuck)
            cr.execute(
                SQL(
                    """
                    UPDATE hub_message m SET exception_id = e.id
                      FROM hub_exception e
                     WHERE e.backend_id = m.backend_id
                       AND e.fingerprint = m.fingerprint
                       AND m.state IN ('failed', 'quarantined', 'in_doubt')
                       AND m.exception_id IS DISTINCT FROM e.id AND %s
                    """,
                    which,
                )
            )
        self.env["hub.message"].invalidate_model(["exception_id"])

    @api.private
    def file_flow_failure(self, flow, error):
        """File a failure that concerns a whole flow, such as refused credentials."""
        if isinstance(error, TransientError):
            return
        row = SQL(
            """
            SELECT %s::int AS backend_id, %s AS fingerprint, %s::int AS flow_id,
                   %s::int AS company_id, %s AS error_category, %s AS error_code,
                   %s AS error_value, %s AS error_title, %s AS error_message,
                   %s AS error_remedy
            """,
            flow.backend_id.id,
            self._fingerprint(flow, error),
            flow.id,
            flow.company_id.id,
            error.category,
            error.code,
            error.value,
            error.title,
            error.message,
            error.remedy,
        )
        with read_committed(self.env.registry) as cr:
            self._upsert(cr, row)
        self.invalidate_model()

    @api.private
    def settle_flow_failures(self, flow):
        """Resolve what stopped a whole flow: the remote system has answered it."""
        opened = self.search(
            [
                ("flow_id", "=", flow.id),
                ("state", "in", ("open", "ack")),
                ("category", "in", FLOW_LEVEL),
            ]
        )
        if flow.state == "paused":
            # an answer does not bring back the field it paused for
            opened = opened.filtered(lambda e: e.category != "schema")
        opened._resolve_if_settled()

    def _upsert(self, cr, rows):
        """Create the exceptions of these failures, or open them again."""
        cr.execute(
            SQL(
                """
                INSERT INTO hub_exception
                       (name, backend_id, flow_id, company_id, fingerprint, category,
                        severity, state, explanation, remedy, mapping_kind,
                        mapping_value, first_seen, last_seen, user_id, create_date,
                        write_date)
                SELECT left(coalesce(nullif(r.error_title, ''), r.error_message), 250),
                       r.backend_id, r.flow_id,
                       r.company_id, r.fingerprint, r.error_category,
                       CASE WHEN r.error_category = ANY(%(critical)s)
                            THEN 'critical' ELSE 'normal' END,
                       'open', r.error_message, r.error_remedy,
                       CASE WHEN r.error_category = 'mapping' THEN r.error_code END,
                       r.error_value, n.now, n.now, f.technical_owner_id, n.now, n.now
                  FROM (%(rows)s) AS r JOIN hub_flow f ON f.id = r.flow_id
                       JOIN hub_backend b ON b.id = r.backend_id,
                       (SELECT now() AT TIME ZONE 'UTC' AS now) AS n
                   -- somebody may be deleting them at this moment
                   FOR KEY SHARE OF b, f
                    ON CONFLICT (backend_id, fingerprint) DO UPDATE
                   SET last_seen = excluded.last_seen, remedy = excluded.remedy,
                       explanation = excluded.explanation,
                       state = CASE WHEN hub_exception.state = 'resolved'
                               THEN 'open' ELSE hub_exception.state END
                """,
                rows=rows,
                critical=list(CRITICAL),
            )
        )

    def _resolve_if_settled(self):
        """Resolve the exceptions of which no committed message is stuck any more."""
        if not self.ids:
            return
        with read_committed(self.env.registry) as cr:
            self._resolve_settled(cr)

    def _resolve_settled(self, cr):
        cr.execute(
            SQL(
                """
                UPDATE hub_exception e SET state = 'resolved'
                 WHERE id = ANY(%s) AND state IN ('open', 'ack')
                   AND NOT EXISTS (
                       SELECT 1 FROM hub_message m
                        WHERE m.exception_id = e.id
                          AND m.state IN ('failed', 'quarantined', 'in_doubt',
                                          'pending', 'processing'))
                """,
                self.ids,
            )
        )
        self.invalidate_model(["state"])
