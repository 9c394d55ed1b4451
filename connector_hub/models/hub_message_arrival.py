# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, models

from .hub_flow_wake import ARRIVAL_LOCKS
from .hub_vacuum import DIGEST

#: The lock goes, in the same message to the server, before the statement that stores:
#: that one, whose snapshot is younger, may then decide whether somebody has to be
#: woken, which costs far less than a look after the commit. Whoever ends a drain of
#: the lane waits for this transaction; nobody who stores waits for another who does.
#: The look at the lane is an estimate on the safe side (``_wake`` looks more closely):
#: one whose holder died may count as busy, until the sweeper frees it.
ARRIVE = f"""
SELECT pg_advisory_xact_lock_shared(%(locks)s, %(lane_lock)s);
WITH stored AS (
    INSERT INTO hub_message
           (flow_id, backend_id, company_id, direction, priority, dedup_key, event_key,
            topic, name, external_id, version, is_hint, lane, trace_id, occurred_at,
            operation, remote_id, state, forced, attempts, deaths, received_at,
            create_date, write_date)
    SELECT %(flow)s, %(backend)s, %(company)s, 'in', %(priority)s, %(dedup_key)s,
           %(event_key)s, %(topic)s, %(name)s, %(external_id)s, %(version)s,
           %(is_hint)s, %(lane)s, %(trace_id)s, %(occurred_at)s, %(operation)s,
           %(remote_id)s, 'pending', FALSE, 0, 0, now, now, now
      FROM (SELECT now() AT TIME ZONE 'UTC') AS t(now)
     WHERE NOT (%(has_events)s AND EXISTS (
           SELECT FROM hub_seen s
            WHERE s.flow_id = %(flow)s AND s.digest = {DIGEST % "%(dedup_key)s"}))
        ON CONFLICT DO NOTHING
 RETURNING id, create_date AS now
), body AS (
    INSERT INTO hub_payload
           (message_id, kind, body, content_type, create_date, write_date)
    SELECT id, 'received', %(body)s, 'application/json', now, now
      FROM stored
)
SELECT FROM stored
 WHERE NOT EXISTS (
       SELECT FROM queue_job j
        WHERE j.identity_key = %(drain)s AND j.state IN ('pending', 'enqueued')
          AND (j.eta IS NULL OR j.eta <= clock_timestamp() AT TIME ZONE 'UTC'))
   AND NOT EXISTS (
       SELECT FROM hub_lane l
        WHERE l.flow_id = %(flow)s AND l.number = %(lane)s
          AND l.leased_until > clock_timestamp() AT TIME ZONE 'UTC')
"""


class HubMessage(models.Model):
    """Storing one event while its sender waits for the answer."""

    _inherit = "hub.message"

    @api.private
    def arrive(self, flow, event):
        """Store one event, once.

        :meth:`receive` for a single one: without arrays to take apart, and with the
        look at the lane in the same statement, because a sender pays for both.

        :return: the lanes to wake (set of int): empty when the event is known, and
            when somebody is at work in its lane, or about to be
        """
        values = self._row(flow, event)
        lane = values["lane"]
        parameters = {
            **values,
            "locks": ARRIVAL_LOCKS,
            "lane_lock": flow._lane_lock(lane),
            "flow": flow.id,
            "backend": flow.backend_id.id,
            "company": flow.company_id.id,
            "priority": flow.priority,
            "body": self.env["hub.payload"].pack(event.body),
            "drain": flow._drain_key(lane),
            "has_events": flow._has_events(),
        }
        self.env.cr.execute(ARRIVE, parameters)
        return {lane} if self.env.cr.rowcount else set()
