# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import json
import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..components.event import Event
from ..documents import version_key

#: not settled yet
OPEN_STATES = ("pending", "processing")
#: wait for a person
STUCK_STATES = ("failed", "quarantined", "in_doubt")
#: settled without a problem
DONE_STATES = ("done", "unchanged", "superseded", "skipped")
MASK = "•••"
ALWAYS_SENSITIVE = re.compile(r"token|secret|password|authorization|signature", re.I)


class HubMessage(models.Model):
    """One unit of work: the queue of record.

    A message is received once (``dedup_key``), belongs for ever to the lane of its
    record, and ends in one of the states below.
    """

    _name = "hub.message"
    _inherit = ["hub.operable"]
    _description = "Integration Message"
    _order = "id desc"

    name = fields.Char("Reference", help="What people call the remote record.")
    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", readonly=True
    )
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", readonly=True, index=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    run_id = fields.Many2one(
        "hub.run", ondelete="set null", index="btree_not_null", readonly=True
    )
    exception_id = fields.Many2one(
        "hub.exception", ondelete="set null", index="btree_not_null", readonly=True
    )
    direction = fields.Selection(
        [("in", "Into Odoo"), ("out", "Out of Odoo")], required=True, default="in"
    )
    topic = fields.Char(readonly=True, help="How it came: poll, or the webhook topic.")
    external_id = fields.Char(required=True, readonly=True)
    version = fields.Char(readonly=True, help="When the remote changed the record.")
    is_hint = fields.Boolean(
        readonly=True, help="Says that something changed; the newest state is fetched."
    )
    dedup_key = fields.Char(required=True, readonly=True)
    event_key = fields.Char(readonly=True, help="Second delivery id some systems send.")
    content_hash = fields.Char(readonly=True)
    lane = fields.Integer(required=True, readonly=True)
    priority = fields.Integer(required=True, default=10, readonly=True)
    forced = fields.Boolean(readonly=True, help="Apply even when nothing changed.")
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("processing", "In Progress"),
            ("done", "Done"),
            ("unchanged", "Nothing Changed"),
            ("superseded", "Superseded"),
            ("skipped", "Skipped"),
            ("failed", "Failed"),
            ("in_doubt", "Outcome Unknown"),
            ("quarantined", "Quarantined"),
        ],
        required=True,
        default="pending",
        readonly=True,
    )
    attempts = fields.Integer(default=0, readonly=True)
    deaths = fields.Integer(
        default=0, readonly=True, help="How many workers died while processing it."
    )
    idempotency_key = fields.Char(readonly=True)
    trace_id = fields.Char(readonly=True, index="btree_not_null")
    occurred_at = fields.Datetime("Changed On", readonly=True)
    received_at = fields.Datetime(readonly=True, default=fields.Datetime.now)
    next_attempt_at = fields.Datetime(readonly=True)
    processed_at = fields.Datetime(readonly=True)
    error_class = fields.Char(readonly=True)
    error_category = fields.Char(readonly=True)
    error_code = fields.Char(readonly=True)
    error_field = fields.Char(readonly=True)
    error_value = fields.Char(readonly=True)
    error_message = fields.Text("Error", readonly=True)
    error_remedy = fields.Text("What to Do", readonly=True)
    fingerprint = fields.Char(readonly=True)
    res_model = fields.Char("Odoo Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", readonly=True
    )
    payload_ids = fields.One2many("hub.payload", "message_id", "Payloads")
    payload_preview = fields.Text("Payload", compute="_compute_payload_preview")

    _dedup_key_uniq = models.UniqueIndex("(dedup_key)")
    # what a claim reads: only the open rows, in the order they are claimed
    _claim_idx = models.Index(
        "(flow_id, lane, priority, id) WHERE state IN ('pending', 'processing')"
    )
    _record_idx = models.Index("(flow_id, external_id)")
    _stuck_idx = models.Index(
        "(backend_id, flow_id)"
        " WHERE state IN ('failed', 'quarantined', 'in_doubt')"
    )
    _settled_idx = models.Index("(backend_id, processed_at) WHERE state = 'done'")
    _res_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("name", "external_id")
    def _compute_display_name(self):
        for message in self:
            message.display_name = message.name or message.external_id

    def _compute_payload_preview(self):
        clear = self.env.user.has_group("connector_hub.group_hub_operator")
        bodies = self.env["hub.payload"].sudo().newest(self.ids)
        for message in self:
            keys = message.backend_id.sudo()._sensitive_keys()
            message.payload_preview = _preview(
                bodies.get(message.id, b""), frozenset() if clear else keys
            )

    # === ACTIONS ===#

    def action_retry(self):
        """Process these messages again, from what the remote system says now."""
        self.check_operator()
        retried = self.sudo().filtered(lambda m: m.state not in OPEN_STATES)
        retried.write(
            {
                "state": "pending",
                "attempts": 0,
                "deaths": 0,
                "forced": True,
                "next_attempt_at": False,
            }
        )
        self.env.flush_all()
        retried.flow_id._wake_due()
        return True

    def action_skip(self):
        """Settle these messages without processing them."""
        self.check_operator()
        self.sudo().filtered(lambda m: m.state in (*STUCK_STATES, "pending")).write(
            {"state": "skipped", "processed_at": fields.Datetime.now()}
        )
        self.exception_id.sudo()._resolve_if_settled()
        return True

    def action_open_record(self):
        """Open the Odoo record this message concerns."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [(False, "form")],
        }

    def action_open_same_record(self):
        """Open everything that was received about the same remote record."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        domain = [
            ("flow_id", "=", self.flow_id.id),
            ("external_id", "=", self.external_id),
        ]
        return {**action, "domain": domain, "context": {}}

    # === RECEIVING ===#

    @api.private
    def receive(self, flow, events, run_id=None):
        """Store events, each once.

        One statement for messages and payloads; an event that is already known
        changes nothing.

        :param flow: the flow they belong to
        :param events: list of Event
        :return: the lanes that got something new (set of int)
        """
        if not events:
            return set()
        known = {self._dedup_key(flow, event): event for event in events}
        pack = self.env["hub.payload"].pack
        rows = [
            (*self._row(flow, key, event), pack(event.body))
            for key, event in known.items()
        ]
        names = (
            "dedup event topic name external version hint lane trace occurred body"
        ).split()
        columns = dict(zip(names, map(list, zip(*rows, strict=True)), strict=True))
        self.env.cr.execute(
            SQL(
                """
                WITH new AS (
                    SELECT *, now() AT TIME ZONE 'UTC' AS now
                      FROM unnest(
                           %(dedup)s::text[], %(event)s::text[], %(topic)s::text[],
                           %(name)s::text[], %(external)s::text[], %(version)s::text[],
                           %(hint)s::bool[], %(lane)s::int[], %(trace)s::text[],
                           %(occurred)s::timestamp[], %(body)s::bytea[])
                        AS e(dedup_key, event_key, topic, name, external_id, version,
                             is_hint, lane, trace_id, occurred_at, body)
                ), stored AS (
                    INSERT INTO hub_message
                           (flow_id, backend_id, company_id, direction, priority,
                            run_id, dedup_key, event_key, topic, name, external_id,
                            version, is_hint, lane, trace_id, occurred_at, state,
                            forced, attempts, deaths, received_at, create_date,
                            write_date)
                    SELECT %(flow)s, %(backend)s, %(company)s, 'in', %(priority)s,
                           %(run)s, dedup_key, event_key, topic, name, external_id,
                           version, is_hint, lane, trace_id, occurred_at, 'pending',
                           false, 0, 0, now, now, now
                      FROM new
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
                priority=flow.priority,
                run=run_id,
                **columns,
            )
        )
        return {lane for (lane,) in self.env.cr.fetchall()}

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
        return f"{flow.id}:{event.external_id}:{digest}"

    def _row(self, flow, key, event):
        occurred = event.occurred_at or event.version
        return (
            key,
            event.event_id,
            event.topic,
            event.name,
            event.external_id,
            version_key(event.version) if event.version else None,
            not event.complete,
            lane_of(event.external_id, flow.lane_count),
            event.trace_id,
            fields.Datetime.to_string(occurred.replace(tzinfo=None))
            if occurred
            else None,
        )

    # === OUTCOMES ===#

    @api.private
    def write_outcomes(self, columns):
        """Write the outcomes of a batch in one statement.

        :param columns: lists, one entry per message: id, state, attempts, due,
            version, name, hash, model, record id, error class, category, code, field,
            value, message, remedy, fingerprint
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message m
                   SET state = o.state, attempts = o.attempts,
                       next_attempt_at = o.due, version = coalesce(o.version, m.version),
                       name = coalesce(o.name, m.name), content_hash = o.hash,
                       res_model = coalesce(o.res_model, m.res_model),
                       res_id = coalesce(o.res_id, m.res_id),
                       error_class = o.error_class, error_category = o.category,
                       error_code = o.code, error_field = o.field,
                       error_value = o.value, error_message = o.message,
                       error_remedy = o.remedy, fingerprint = o.fingerprint,
                       forced = m.forced AND o.state IN ('pending', 'failed'),
                       deaths = CASE WHEN o.state = 'pending' THEN m.deaths ELSE 0 END,
                       processed_at = CASE WHEN o.state <> 'pending' THEN n.now END,
                       write_date = n.now
                  FROM unnest(%s::int[], %s::text[], %s::int[], %s::timestamp[],
                              %s::text[], %s::text[], %s::text[], %s::text[], %s::int[],
                              %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                              %s::text[], %s::text[], %s::text[])
                       AS o(id, state, attempts, due, version, name, hash, res_model,
                            res_id, error_class, category, code, field, value, message,
                            remedy, fingerprint),
                       (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS now) AS n
                 WHERE m.id = o.id
                """,
                *columns,
            )
        )
        self.invalidate_model()

    # === FIGURES ===#

    @api.model
    def _due_lanes(self, flow_ids):
        """Return {flow id: [lanes with something due]}.

        Also messages whose worker died: their lane must be taken up again.
        """
        lanes = {}
        if not flow_ids:
            return lanes
        for flow_id, lane in self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT flow_id, lane FROM hub_message
                 WHERE flow_id = ANY(%s) AND state IN ('pending', 'processing')
                   AND (next_attempt_at IS NULL OR next_attempt_at <= %s)
                """,
                list(flow_ids),
                self.env["hub.lane"]._now(),
            )
        ):
            lanes.setdefault(flow_id, []).append(lane)
        return lanes

    @api.model
    def _figures_by_backend(self, ids):
        return self._figures(SQL.identifier("backend_id"), ids)

    @api.model
    def _figures_by_flow(self, ids):
        return self._figures(SQL.identifier("flow_id"), ids)

    def _figures(self, column, ids):
        """Return {id: {waiting, failed, done (24 h), last_success}}.

        Three index-only counts instead of one scan over the whole history.
        """
        figures = {}
        if not ids:
            return figures
        self.flush_model(["state", "processed_at"])
        query = SQL(
            """
            SELECT %(by)s, 'waiting', count(*), NULL::timestamp FROM hub_message
             WHERE %(by)s = ANY(%(ids)s) AND state IN ('pending', 'processing')
          GROUP BY 1
             UNION ALL
            SELECT %(by)s, 'failed', count(*), NULL::timestamp FROM hub_message
             WHERE %(by)s = ANY(%(ids)s)
               AND state IN ('failed', 'quarantined', 'in_doubt')
          GROUP BY 1
             UNION ALL
            SELECT %(by)s, 'done', count(*), max(processed_at) FROM hub_message
             WHERE %(by)s = ANY(%(ids)s) AND state = 'done'
               AND processed_at > now() AT TIME ZONE 'UTC' - interval '24 hours'
          GROUP BY 1
            """,
            by=column,
            ids=list(ids),
        )
        for key, name, count, last in self.env.execute_query(query):
            row = figures.setdefault(key, {})
            row[name] = count
            if last:
                row["last_success"] = last
        return figures


def lane_of(external_id, lane_count):
    """Return the lane of a record: the same for ever, as order depends on it."""
    digest = hashlib.blake2b(external_id.encode(), digest_size=4).digest()
    return int.from_bytes(digest, "big") % lane_count


def _preview(body, sensitive):
    if not body:
        return False
    try:
        content = json.loads(body)
    except ValueError:
        return MASK if sensitive else body.decode("utf-8", "replace")
    return json.dumps(_masked(content, sensitive), indent=2, ensure_ascii=False)


def _masked(value, sensitive):
    """Return ``value`` with the content of sensitive keys replaced."""
    if isinstance(value, list):
        return [_masked(item, sensitive) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: MASK
        if item is not None and (key.lower() in sensitive or ALWAYS_SENSITIVE.search(key))
        else _masked(item, sensitive)
        for key, item in value.items()
    }
