# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib

from odoo import api, models
from odoo.tools import SQL

from ..components.event import Event
from ..documents import version_key
from .hub_vacuum import digest_of


class HubMessage(models.Model):
    """Receiving and settling messages: whole sets, in single statements."""

    _inherit = "hub.message"

    # === RECEIVING ===#

    @api.private
    def receive(
        self,
        flow,
        events,
        run_id=None,
        priority=None,
        forced=False,
    ):
        """Store events, each once.

        One statement for messages and payloads; an event that is already known
        changes nothing.

        :param flow: the flow they belong to
        :param events: list of Event
        :param priority: the flow's own by default; higher numbers wait longer
        :param forced: apply them even when nothing changed
        :return: the lanes that got something new (set of int)
        """
        if not events:
            return set()
        pack = self.env["hub.payload"].pack
        rows = ({**self._row(flow, e), "body": pack(e.body)} for e in events)
        known = list({row["dedup_key"]: row for row in rows}.values())
        columns = {name: [row[name] for row in known] for name in known[0]}
        self.env.cr.execute(
            SQL(
                """
                WITH new AS (
                    SELECT *, now() AT TIME ZONE 'UTC' AS now
                      FROM unnest(
                           %(dedup_key)s::text[], %(event_key)s::text[],
                           %(topic)s::text[], %(name)s::text[], %(external_id)s::text[],
                           %(version)s::text[], %(is_hint)s::bool[], %(lane)s::int[],
                           %(trace_id)s::text[], %(occurred_at)s::timestamp[],
                           %(operation)s::text[], %(remote_id)s::text[],
                           %(body)s::bytea[])
                        AS e(dedup_key, event_key, topic, name, external_id, version,
                             is_hint, lane, trace_id, occurred_at, operation, remote_id,
                             body)
                ), stored AS (
                    INSERT INTO hub_message
                           (flow_id, backend_id, company_id, direction, priority,
                            run_id, dedup_key, event_key, topic, name, external_id,
                            version, is_hint, lane, trace_id, occurred_at, operation,
                            remote_id, state, forced, attempts, deaths, received_at,
                            create_date, write_date)
                    SELECT %(flow)s, %(backend)s, %(company)s, 'in', %(priority)s,
                           %(run)s, dedup_key, event_key, topic, name, external_id,
                           version, is_hint, lane, trace_id, occurred_at, operation,
                           remote_id, 'pending', %(forced)s, 0, 0, now, now, now
                      FROM new
                     WHERE %(unseen)s
                        ON CONFLICT (dedup_key) DO NOTHING
                 RETURNING id, dedup_key, lane
                ), bodies AS (
                    INSERT INTO hub_payload
                           (message_id, kind, body, content_type, create_date,
                            write_date)
                    SELECT s.id, 'received', new.body, 'application/json', now, now
                      FROM stored s JOIN new ON new.dedup_key = s.dedup_key
                )
                SELECT DISTINCT lane FROM stored
                """,
                flow=flow.id,
                backend=flow.backend_id.id,
                company=flow.company_id.id,
                priority=flow.priority if priority is None else priority,
                forced=forced,
                run=run_id,
                unseen=self._unseen(flow),
                **columns,
            )
        )
        return {lane for (lane,) in self.env.cr.fetchall()}

    def _unseen(self, flow):
        """Return the condition that an event was not processed and deleted before."""
        if not flow._has_events():
            return SQL("TRUE")
        return SQL(
            "NOT EXISTS (SELECT 1 FROM hub_seen s"
            " WHERE s.flow_id = %s AND s.digest = %s)",
            flow.id,
            digest_of(SQL("new.dedup_key")),
        )

    @api.private
    def adopt(self, flow, events, run_id):
        """Count messages that were just received to a run."""
        keys = [self._dedup_key(flow, event) for event in events]
        self.env.cr.execute(
            SQL(
                "UPDATE hub_message SET run_id = %s"
                " WHERE dedup_key = ANY(%s) AND run_id IS NULL AND state = 'pending'",
                run_id,
                keys,
            )
        )

    @api.model
    def _dedup_key(self, flow, event: Event):
        """Return what makes two deliveries the same.

        A notification has an id of its own; a polled record is its version.
        """
        if event.delivery_id:
            return f"{flow.id}:{event.topic}:{event.delivery_id}"
        digest = hashlib.sha256(event.body).hexdigest()[:32]
        if event.operation != "change":
            moment = event.version or event.occurred_at
            what = f"{event.operation}:{moment and version_key(moment)}"
            return f"{flow.id}:{event.external_id}:{what}:{digest}"
        return f"{flow.id}:{event.external_id}:{digest}"

    def _row(self, flow, event):
        """Return {column: value} of what an event brings, but for its payload."""
        occurred = event.occurred_at or event.version
        return {
            "dedup_key": self._dedup_key(flow, event),
            "event_key": event.event_id,
            "topic": event.topic,
            "name": event.name,
            "external_id": event.external_id,
            "version": version_key(event.version) if event.version else None,
            "is_hint": not event.complete,
            "lane": lane_of(event.external_id, flow.lane_count),
            "trace_id": event.trace_id,
            "occurred_at": occurred and occurred.replace(tzinfo=None, microsecond=0),
            "operation": event.operation,
            "remote_id": event.survivor or None,
        }

    # === OUTCOMES ===#

    @api.private
    def supersede_failed(self, flow_id, tasks):
        """Settle earlier failures of records that are up to date now.

        :param tasks: the tasks whose content is in Odoo
        :return: ids of the exceptions that counted them
        """
        if not tasks:
            return []
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message m
                   SET state = 'superseded',
                       processed_at = clock_timestamp() AT TIME ZONE 'UTC'
                  FROM unnest(%s::text[], %s::text[], %s::int[])
                       AS applied(external_id, version, id)
                 WHERE m.flow_id = %s AND m.external_id = applied.external_id
                   AND m.state = 'failed' AND m.id <> applied.id
                   AND (coalesce(m.version, ''), m.id)
                       < (applied.version, applied.id)
             RETURNING m.exception_id
                """,
                [task.external_id for task in tasks],
                [task.version for task in tasks],
                [task.message_id for task in tasks],
                flow_id,
            )
        )
        return [row[0] for row in self.env.cr.fetchall() if row[0]]

    @api.private
    def quarantine(self, flow, event, error):
        """Keep a genuine but unreadable delivery for a person to look at."""
        if not self.receive(flow, [event]):
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message
                   SET state = 'quarantined', error_class = %s, error_category = %s,
                       error_code = %s, error_title = %s, error_message = %s,
                       error_remedy = %s,
                       fingerprint = %s,
                       processed_at = clock_timestamp() AT TIME ZONE 'UTC'
                 WHERE dedup_key = %s
             RETURNING id
                """,
                type(error).__name__,
                error.category,
                error.code,
                error.title,
                error.message,
                error.remedy,
                self.env["hub.exception"]._fingerprint(flow, error),
                self._dedup_key(flow, event),
            )
        )

    @api.private
    def write_outcomes(self, columns):
        """Write the outcomes of a batch in one statement.

        :param columns: lists, one entry per message: id, state, attempts, due,
            version, name, hash, model, record id, error class, category, code, field,
            value, title, message, remedy, fingerprint
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message m
                   SET state = o.state, attempts = o.attempts,
                       next_attempt_at = o.due,
                       version = coalesce(o.version, m.version),
                       name = coalesce(o.name, m.name), content_hash = o.hash,
                       res_model = coalesce(o.res_model, m.res_model),
                       res_id = coalesce(o.res_id, m.res_id),
                       error_class = o.error_class, error_category = o.category,
                       error_code = o.code, error_field = o.field,
                       error_value = o.value, error_title = o.title,
                       error_message = o.message,
                       error_remedy = o.remedy, fingerprint = o.fingerprint,
                       forced = m.forced AND o.state IN ('pending', 'failed'),
                       resubmit = m.resubmit AND o.state IN ('pending', 'failed'),
                       dead_letter = o.state = 'failed' AND o.category IN (
                           'transient', 'rate_limit', 'unavailable', 'conflict'),
                       deaths = CASE WHEN o.state = 'pending' THEN m.deaths ELSE 0 END,
                       processed_at = CASE WHEN o.state <> 'pending' THEN n.now END,
                       write_date = n.now
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::timestamp[],
                              %s::text[], %s::text[], %s::text[], %s::text[],
                              %s::int[], %s::text[], %s::text[], %s::text[],
                              %s::text[], %s::text[], %s::text[], %s::text[],
                              %s::text[], %s::text[])
                       AS o(id, state, attempts, due, version, name, hash, res_model,
                            res_id, error_class, category, code, field, value, title,
                            message, remedy, fingerprint),
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS n
                 WHERE m.id = o.id
                """,
                *columns,
            )
        )
        self.invalidate_model()


def lane_of(external_id, lane_count):
    """Return the lane of a record: the same for ever, as order depends on it."""
    digest = hashlib.blake2b(external_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % lane_count
