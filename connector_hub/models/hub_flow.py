# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError

from .hub_lane import BACKFILL_LANE, POLL_LANE

CHANNELS = {
    "realtime": "root.hub.realtime",
    "default": "root.hub.default",
    "batch": "root.hub.batch",
}
#: what storing a notification reads
RECEIVING_FIELDS = ("backend_id", "company_id", "document", "priority", "lane_count")
WEBHOOK_FIELDS = {"state", "direction", *RECEIVING_FIELDS}


class HubFlow(models.Model):
    """One governed data flow: the catalogue entry and its run time."""

    _name = "hub.flow"
    _inherit = ["mail.thread", "hub.operable"]
    _description = "Integration Flow"
    _order = "backend_id, sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True, readonly=True, help="Stable name of the flow within its backend."
    )
    sequence = fields.Integer(default=10, help="Lower ones are synchronised first.")
    backend_id = fields.Many2one(
        "hub.backend", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="backend_id.company_id", store=True)
    document = fields.Selection(
        [
            ("customer", "Customers"),
            ("product", "Products"),
            ("order", "Orders"),
            ("price", "Prices"),
            ("stock", "Stock Levels"),
            ("fulfillment", "Fulfilments"),
            ("invoice", "Invoices"),
            ("refund", "Refunds"),
            ("settlement", "Payments of Orders"),
            ("payout", "Payouts"),
        ],
        required=True,
        readonly=True,
    )
    direction = fields.Selection(
        [("in", "Into Odoo"), ("out", "Out of Odoo")],
        required=True,
        default="in",
        readonly=True,
    )
    chosen = fields.Boolean(
        "Use", default=True, help="Start this flow when the backend is connected."
    )
    state = fields.Selection(
        [("stopped", "Stopped"), ("running", "Running"), ("paused", "Paused")],
        required=True,
        default="stopped",
        tracking=True,
    )
    state_reason = fields.Char("Why Paused", readonly=True)
    latency = fields.Selection(
        [("realtime", "Real Time"), ("default", "Minutes"), ("batch", "Batch")],
        required=True,
        default="default",
        help="Chooses the job channel, so that bulk work never delays what is urgent.",
    )
    priority = fields.Integer(default=10, help="Lower is more urgent.")
    poll_minutes = fields.Integer(
        "Poll Every (min)", default=5, help="0: never, notifications only."
    )
    next_poll_at = fields.Datetime(readonly=True)
    cursor = fields.Char(
        "Received Up To",
        readonly=True,
        help="Newest change received. The next poll starts a little before it.",
    )
    overlap_seconds = fields.Integer(
        default=120, help="How far before the last change a poll starts again."
    )
    since = fields.Datetime("Changes Since", help="Where the very first poll starts.")
    batch_size = fields.Integer(default=250, help="Records per transaction.")
    lane_count = fields.Integer(
        "Parallel Lanes",
        default=4,
        readonly=True,
        help="How many workers may process this flow at the same time. One record is"
        " always in one lane, which keeps its changes in order.",
    )
    lane_ids = fields.One2many("hub.lane", "flow_id", "Lanes")
    max_attempts = fields.Integer(
        default=20, help="After so many tries a message waits for a person."
    )
    revision = fields.Integer(
        "Mapping Revision",
        default=1,
        help="Raise it to have unchanged records applied again.",
    )
    sla_minutes = fields.Integer("Freshness SLA (min)", default=15)
    business_owner_id = fields.Many2one("res.users", help="Decides about content.")
    technical_owner_id = fields.Many2one("res.users", help="Keeps it running.")
    runbook = fields.Html(help="What to do when this flow has problems.")
    system_of_record = fields.Selection(
        [
            ("remote", "The Connected System"),
            ("odoo", "Odoo"),
            ("both", "Both: Changes Go Both Ways"),
        ],
        required=True,
        default="remote",
        help="Whose data wins when a linked record exists on both sides.",
    )
    unknown_product = fields.Selection(
        [
            ("create", "Create It"),
            ("placeholder", "Use the Placeholder"),
            ("exception", "Raise an Exception"),
        ],
        default="create",
        required=True,
        help="What an order line does whose product is not found in Odoo.",
    )
    waiting_count = fields.Integer("Waiting", compute="_compute_counts")
    failed_count = fields.Integer("Failed", compute="_compute_counts")
    done_count = fields.Integer("Done (24 h)", compute="_compute_counts")

    _backend_code_uniq = models.Constraint(
        "UNIQUE(backend_id, code)", "A backend has each flow once."
    )
    _sizes = models.Constraint(
        "CHECK(batch_size BETWEEN 1 AND 1000 AND lane_count BETWEEN 1 AND 64)",
        "Use 1 to 1,000 records per transaction.",
    )

    def _compute_counts(self):
        figures = self.env["hub.message"]._figures_by_flow(self.ids)
        for flow in self:
            row = figures.get(flow.id, {})
            flow.waiting_count = row.get("waiting", 0)
            flow.failed_count = row.get("failed", 0)
            flow.done_count = row.get("done", 0)

    @api.model_create_multi
    def create(self, vals_list):
        flows = super().create(vals_list)
        self.env["hub.lane"].sudo().create(
            [
                {"flow_id": flow.id, "number": number}
                for flow in flows
                for number in (BACKFILL_LANE, POLL_LANE, *range(flow.lane_count))
            ]
        )
        self.env.registry.clear_cache("stable")
        return flows

    def write(self, vals):
        if WEBHOOK_FIELDS & vals.keys():
            # what a webhook needs of its flow is remembered: see hub.backend
            self.env.registry.clear_cache("stable")
        return super().write(vals)

    def unlink(self):
        self.env.registry.clear_cache("stable")
        return super().unlink()

    # === ACTIONS ===#

    def action_run(self):
        """Ask the remote system for changes now.

        :return: the action that shows the new run
        """
        self.check_operator()
        runs = self.env["hub.run"]
        for flow in self:
            if flow.backend_id.state != "connected":
                raise UserError(
                    self.env._(
                        "%s is not connected. Connect the backend first.",
                        flow.backend_id.name,
                    )
                )
            if flow.state != "running":
                flow._start()
            run = runs.sudo().create({"flow_id": flow.id, "kind": "manual"})
            runs += run
            flow._enqueue_poll(run_id=run.id)
        return runs._action_open()

    def action_start(self):
        """Take up work."""
        self.check_operator()
        self._start()
        self._wake_due()

    def action_stop(self):
        """Stop receiving and processing; what is stored stays."""
        self.check_operator()
        self.sudo().write({"state": "stopped", "next_poll_at": False})

    # === BUSINESS METHODS ===#

    def _start(self):
        for flow in self:
            values = {"state": "running", "state_reason": False}
            if flow.poll_minutes and not flow.next_poll_at:
                values["next_poll_at"] = fields.Datetime.now()
            flow.sudo().write(values)

    def _is_open(self):
        """Return True while messages of this flow may be processed."""
        self.ensure_one()
        return self.state == "running" and self.backend_id.state == "connected"

    def _enqueue_poll(self, run_id=None, eta=None, behind=None):
        """Enqueue the job that asks the remote system for changes.

        :param behind: priority of jobs that go first
        """
        self.ensure_one()
        if self.direction == "out":
            self.env["hub.run"].browse(run_id).sudo()._finish("received")
            return self._wake_outbox()
        flow = self.with_user(SUPERUSER_ID)
        return flow.with_delay(
            channel=CHANNELS[self.latency],
            identity_key=f"hub.poll.{self.id}.{run_id or 0}",
            priority=max(self.priority, behind or 0),
            eta=eta,
            max_retries=0,
            description=self.env._("Receive: %s", self.display_name),
        )._poll(run_id=run_id)
