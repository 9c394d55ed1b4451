# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import hashlib
import logging
import re

from odoo import api, fields, models
from odoo.tools import SQL

from ..cursor import read_committed
from ..exceptions import TransientError
from .hub_message import STUCK_STATES

_logger = logging.getLogger(__name__)
#: what differs between two occurrences of the same problem
VOLATILE = re.compile(r"gid://\S+|\b[0-9a-f]{8,}\b|#\S+|\d+(?:[.,]\d+)*|\"[^\"]*\"")
SEVERITIES = {"auth": "critical", "schema": "critical", "poison": "critical"}


class HubException(models.Model):
    """A problem that needs a person: one row, however many messages it holds up."""

    _name = "hub.exception"
    _inherit = ["mail.thread", "mail.activity.mixin", "hub.operable"]
    _description = "Integration Exception"
    _order = "severity, last_seen desc, id desc"

    name = fields.Char("Problem", required=True, readonly=True)
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True, readonly=True
    )
    flow_id = fields.Many2one("hub.flow", ondelete="cascade", readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    fingerprint = fields.Char(required=True, readonly=True)
    category = fields.Selection(
        [
            ("auth", "Credentials"),
            ("mapping", "Missing Mapping"),
            ("business", "Business Rule"),
            ("data", "Incomplete Data"),
            ("rejected", "Refused"),
            ("schema", "Schema Change"),
            ("not_found", "Not Found"),
            ("poison", "Worker Died"),
            ("unavailable", "Not Reachable"),
            ("rate_limit", "Rate Limit"),
            ("conflict", "Conflict"),
            ("transient", "Temporary"),
            ("error", "Program Error"),
        ],
        required=True,
        readonly=True,
    )
    severity = fields.Selection(
        [("critical", "Critical"), ("normal", "Normal")],
        required=True,
        default="normal",
        readonly=True,
    )
    state = fields.Selection(
        [
            ("open", "Open"),
            ("ack", "Acknowledged"),
            ("resolved", "Resolved"),
            ("ignored", "Ignored"),
        ],
        required=True,
        default="open",
        tracking=True,
        readonly=True,
        group_expand=True,
    )
    user_id = fields.Many2one("res.users", "Owner", tracking=True)
    explanation = fields.Text("What Happened", readonly=True)
    remedy = fields.Text("What to Do", readonly=True)
    mapping_kind = fields.Char(readonly=True)
    mapping_value = fields.Char("Value Without Mapping", readonly=True)
    first_seen = fields.Datetime(readonly=True)
    last_seen = fields.Datetime(readonly=True)
    message_ids_stuck = fields.One2many(
        "hub.message",
        "exception_id",
        "Affected Messages",
        domain=[("state", "in", STUCK_STATES)],
    )
    message_count = fields.Integer("Affected", compute="_compute_message_count")

    _backend_fingerprint_uniq = models.Constraint(
        "UNIQUE(backend_id, fingerprint)", "This problem is already on file."
    )

    def _compute_message_count(self):
        counts = dict(
            self.env["hub.message"]._read_group(
                [("exception_id", "in", self.ids), ("state", "in", STUCK_STATES)],
                ["exception_id"],
                ["__count"],
            )
        )
        for exception in self:
            exception.message_count = counts.get(exception, 0)

    # === ACTIONS ===#

    def action_retry(self):
        """Process everything this problem held up again."""
        self.check_operator()
        self.sudo().message_ids_stuck.action_retry()
        flow_level = self.filtered(lambda e: not e.message_ids_stuck)
        flow_level.sudo().write({"state": "resolved"})
        return True

    def action_acknowledge(self):
        """Say that somebody is at it."""
        self.check_operator()
        self.sudo().write({"state": "ack", "user_id": self.env.uid})

    def action_ignore(self):
        """Leave it out of every count; it stays on file."""
        self.check_operator()
        self.sudo().write({"state": "ignored"})

    def action_open_messages(self):
        """Open the messages this problem holds up."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {
            **action,
            "domain": [("exception_id", "in", self.ids)],
            "context": {"search_default_stuck": 1},
        }

    # === FILING ===#

    @api.model
    def _fingerprint(self, flow, error):
        """Return what makes two failures the same problem.

        Class, code, field and value, and the text without ids, names and amounts.
        """
        text = error.value or VOLATILE.sub("…", error.message)
        parts = (str(flow.id), type(error).__name__, error.code, error.field, text)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]

    def _file(self, backend, tasks):
        """Group the failures of a batch; resolve what its successes cover.

        Runs after the batch was committed, on its own short transaction: many workers
        count on the same rows. What a crash leaves out, the sweeper files.
        """
        if any(
            task.error and not isinstance(task.error, TransientError) for task in tasks
        ) or any(task.error and task.attempts > 1 for task in tasks):
            self._file_failures(backend.ids)
        settled = {t.exception_id for t in tasks if t.exception_id and not t.error}
        self.browse(settled)._resolve_if_settled()

    @api.model
    def _file_failures(self, backend_ids=None):
        """Give every stuck message without one its exception: two statements."""
        with read_committed(self.env.registry) as cr:
            cr.execute(
                SQL(
                    """
                    WITH stuck AS (
                        SELECT * FROM hub_message
                         WHERE state IN ('failed', 'quarantined', 'in_doubt')
                           AND fingerprint IS NOT NULL
                           AND (%(all)s OR backend_id = ANY(%(backends)s))
                           AND (exception_id IS NULL OR exception_id NOT IN (
                                SELECT id FROM hub_exception
                                 WHERE hub_exception.fingerprint
                                       = hub_message.fingerprint
                                   AND state IN ('open', 'ack', 'ignored')))
                    )
                    INSERT INTO hub_exception
                           (name, backend_id, flow_id, company_id, fingerprint,
                            category, severity, state, explanation, remedy,
                            mapping_kind, mapping_value, first_seen, last_seen,
                            user_id, create_date, write_date)
                    SELECT DISTINCT ON (s.backend_id, s.fingerprint)
                           left(s.error_message, 250), s.backend_id, s.flow_id,
                           s.company_id, s.fingerprint, s.error_category,
                           CASE WHEN s.error_category = ANY(%(critical)s)
                                THEN 'critical' ELSE 'normal' END,
                           'open', s.error_message, s.error_remedy,
                           CASE WHEN s.error_category = 'mapping'
                                THEN s.error_code END,
                           s.error_value, n.now, n.now, f.technical_owner_id,
                           n.now, n.now
                      FROM stuck s JOIN hub_flow f ON f.id = s.flow_id,
                           (SELECT now() AT TIME ZONE 'UTC' AS now) AS n
                  ORDER BY s.backend_id, s.fingerprint, s.id
                        ON CONFLICT (backend_id, fingerprint) DO UPDATE
                       SET last_seen = excluded.last_seen,
                           remedy = excluded.remedy,
                           explanation = excluded.explanation,
                           state = CASE WHEN hub_exception.state = 'resolved'
                                   THEN 'open' ELSE hub_exception.state END
                    """,
                    all=backend_ids is None,
                    backends=list(backend_ids or []),
                    critical=list(SEVERITIES),
                )
            )
            cr.execute(
                """
                UPDATE hub_message m SET exception_id = e.id
                  FROM hub_exception e
                 WHERE e.backend_id = m.backend_id AND e.fingerprint = m.fingerprint
                   AND m.state IN ('failed', 'quarantined', 'in_doubt')
                   AND m.exception_id IS DISTINCT FROM e.id
                """
            )
        self.env["hub.message"].invalidate_model(["exception_id"])

    @api.private
    def _file_flow_failure(self, flow, error):
        """File a failure that concerns a whole flow, such as refused credentials."""
        if isinstance(error, TransientError):
            return self.browse()
        fingerprint = self._fingerprint(flow, error)
        known = self.search(
            [
                ("backend_id", "=", flow.backend_id.id),
                ("fingerprint", "=", fingerprint),
            ]
        )
        now = fields.Datetime.now()
        values = {
            "name": error.message[:250],
            "last_seen": now,
            "explanation": error.message,
            "remedy": error.remedy,
            "state": "open",
        }
        if known:
            known.write(values)
            return known
        return self.create(
            {
                **values,
                "backend_id": flow.backend_id.id,
                "flow_id": flow.id,
                "company_id": flow.company_id.id,
                "fingerprint": fingerprint,
                "category": error.category,
                "severity": SEVERITIES.get(error.category, "normal"),
                "first_seen": now,
                "user_id": flow.technical_owner_id.id,
            }
        )

    def _resolve_if_settled(self):
        """Resolve the exceptions of which no message is stuck any more."""
        if not self.ids:
            return
        with read_committed(self.env.registry) as cr:
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
