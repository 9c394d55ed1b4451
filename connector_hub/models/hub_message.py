# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import re

from odoo import api, fields, models
from odoo.exceptions import UserError

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
    _inherit = ["hub.operable", "hub.of.record"]
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
    error_title = fields.Char("Kind of Problem", readonly=True)
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
        "(flow_id, lane, priority, id)"
        " WHERE state IN ('pending', 'processing', 'in_doubt')"
    )
    _record_idx = models.Index("(flow_id, external_id)")
    _stuck_idx = models.Index(
        "(backend_id, flow_id) WHERE state IN ('failed', 'quarantined', 'in_doubt')"
    )
    # counts of what was done, and the order in which the vacuum deletes
    _flow_settled_idx = models.Index(
        "(flow_id, state, processed_at, id) WHERE processed_at IS NOT NULL"
    )
    _settled_idx = models.Index("(backend_id, processed_at) WHERE state = 'done'")
    _res_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")

    @api.depends("name", "external_id")
    def _compute_display_name(self):
        for message in self:
            message.display_name = message.name or message.external_id

    @api.depends_context("uid")
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
        retried = self.sudo().filtered(lambda m: m.state != "processing")
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
        waiting = self.sudo().filtered(lambda m: m.state in (*STUCK_STATES, "pending"))
        if any(message.idempotency_key for message in waiting):
            raise UserError(
                self.env._(
                    "Nobody knows yet whether all of these messages arrived. Say so"
                    " on each of them, or wait until they have settled themselves."
                )
            )
        waiting.write({"state": "skipped", "processed_at": fields.Datetime.now()})
        # in this transaction: no other one sees yet what was skipped
        self.env.flush_all()
        self.exception_id.sudo()._resolve_settled(self.env.cr)
        return True

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


def _preview(body, sensitive):
    if not body:
        return False
    try:
        content = _masked(json.loads(body), sensitive)
        return json.dumps(content, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return MASK if sensitive else body.decode("utf-8", "replace")


def _masked(value, sensitive):
    """Return ``value`` with the content of sensitive keys replaced."""
    if isinstance(value, list):
        return [_masked(item, sensitive) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: MASK
        if item is not None
        and (key.lower() in sensitive or ALWAYS_SENSITIVE.search(key))
        else _masked(item, sensitive)
        for key, item in value.items()
    }
