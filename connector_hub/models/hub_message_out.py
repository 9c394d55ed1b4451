# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.tools import SQL

from .hub_message_store import lane_of


class HubMessage(models.Model):
    """What is special about messages that leave Odoo: whole sets, single statements."""

    _inherit = "hub.message"

    operation = fields.Selection(
        [("change", "Change"), ("archive", "Archiving"), ("delete", "Deletion")],
        default="change",
        readonly=True,
    )
    remote_id = fields.Char(
        "Remote Record", readonly=True, help="Id of the record in the remote system."
    )
    attempt_ids = fields.One2many("hub.attempt", "message_id", "Tries")

    # what holds back later messages of its record until its outcome is known
    _doubt_idx = models.Index(
        "(flow_id, external_id) WHERE idempotency_key IS NOT NULL"
        " AND state IN ('pending', 'processing', 'in_doubt')"
    )

    @api.private
    def enqueue(self, flow, rows, run_id=None, priority=None, forced=False):
        """Store outbound messages; one that still waits for its turn is enough.

        :param rows: [(record key, model, id, operation, remote id or None, mark id)]
        :param priority: the flow's own by default; higher numbers wait longer
        :return: the lanes that got something new
        """
        if not rows:
            return set()
        keys, res_models, ids, operations, remotes, marks = map(
            list, zip(*rows, strict=True)
        )
        priority = flow.priority if priority is None else priority
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO hub_message
                       (flow_id, backend_id, company_id, direction, priority, topic,
                        dedup_key, external_id, res_model, res_id, operation, remote_id,
                        lane, state, is_hint, forced, attempts, deaths, occurred_at,
                        received_at, create_date, write_date, run_id)
                SELECT %(flow)s, %(backend)s, %(company)s, 'out', %(priority)s,
                       n.operation,
                       %(flow)s || ':out:' || n.mark || ':' || n.record
                           || ':' || coalesce(n.remote, ''),
                       n.record, n.model, n.id, n.operation, n.remote, n.lane,
                       'pending', false, %(forced)s, 0, 0, t.now, t.now, t.now, t.now,
                       %(run)s
                  FROM unnest(%(keys)s::text[], %(models)s::text[], %(ids)s::int[],
                              %(operations)s::text[], %(remotes)s::text[],
                              %(marks)s::bigint[], %(lanes)s::int[])
                       AS n(record, model, id, operation, remote, mark, lane),
                       (SELECT now() AT TIME ZONE 'UTC' AS now) AS t
                 WHERE NOT EXISTS (
                       SELECT 1 FROM hub_message o
                        WHERE o.flow_id = %(flow)s AND o.external_id = n.record
                          AND o.state = 'pending' AND o.operation = n.operation
                          AND o.idempotency_key IS NULL
                          AND o.priority <= %(priority)s AND o.forced >= %(forced)s
                          AND o.remote_id IS NOT DISTINCT FROM
                              coalesce(n.remote, o.remote_id))
                    ON CONFLICT (dedup_key) DO NOTHING
             RETURNING lane
                """,
                flow=flow.id,
                backend=flow.backend_id.id,
                company=flow.company_id.id,
                priority=priority,
                forced=forced,
                run=run_id,
                keys=keys,
                models=res_models,
                ids=ids,
                operations=operations,
                remotes=remotes,
                marks=marks,
                lanes=[lane_of(key, flow.lane_count) for key in keys],
            )
        )
        return {lane for (lane,) in self.env.cr.fetchall()}

    @api.private
    def enqueue_failed(self, flow, mark, error):
        """Put a mark that could not be read on file as a message that failed.

        :param mark: (id, model, record id, operation, data)
        """
        number, model, res_id, _operation, _data = mark
        key = f"{model},{res_id}"
        self.enqueue(flow, [(key, model, res_id, "change", None, number)])
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message
                   SET state = 'failed', error_class = %s, error_category = %s,
                       error_code = %s, error_title = %s, error_message = %s,
                       error_remedy = %s, fingerprint = %s
                 WHERE dedup_key = %s
                """,
                type(error).__name__,
                error.category,
                error.code,
                error.title,
                error.message,
                error.remedy,
                self.env["hub.exception"]._fingerprint(flow, error),
                f"{flow.id}:out:{number}:{key}:",
            )
        )

    @api.private
    def note_sent(self, rows):
        """Remember, or forget, what makes messages repeatable, in one statement.

        :param rows: [(message id, idempotency key or None, remote id or None)]
        """
        if not rows:
            return
        ids, keys, remotes = map(list, zip(*rows, strict=True))
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message m
                   SET idempotency_key = n.key,
                       remote_id = coalesce(n.remote, m.remote_id)
                  FROM unnest(%s::int[], %s::text[], %s::text[]) AS n(id, key, remote)
                 WHERE m.id = n.id
                """,
                ids,
                keys,
                remotes,
            )
        )
        self.invalidate_model(["idempotency_key", "remote_id"])
