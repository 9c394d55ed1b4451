# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, split_every

from ..exceptions import TransientError
from .hub_flow_backfill import BACKFILL_PRIORITY
from .hub_message_shadow import VERDICTS

#: records tried in one transaction, which keeps rows locked meanwhile
TRIED_TOGETHER = 50
#: messages that leave shadow mode in one transaction
LEFT_AT_ONCE = 20_000
NOT_COMPARED = (
    "origin, pricelist_id, sequence, sale.order.name, untaxed_amount_invoiced,"
    " untaxed_amount_to_invoice"
)


class HubFlow(models.Model):
    """Shadow mode: the flow works as ever, but only says what it would write.

    Each message is tried in a transaction that is rolled back, and stays in the state
    ``shadow`` until the mode ends; later it is compared with what somebody else, such
    as the link that is to be replaced, has written meanwhile.
    """

    _inherit = "hub.flow"

    shadow = fields.Boolean(
        "Shadow Mode",
        readonly=True,
        tracking=True,
        help="Receive and try everything, write nothing, compare with what happens.",
    )
    shadow_since = fields.Datetime(readonly=True)
    shadow_minutes = fields.Integer(
        "Compare After (min)",
        default=60,
        help="So long the other link has to write what this flow would have written.",
    )
    shadow_ignored = fields.Char(
        "Fields Not Compared",
        default=NOT_COMPARED,
        help="Technical names, separated by commas, if need be with that of the model"
        " (sale.order.name). What only this link keeps is never compared.",
    )
    shadow_skips = fields.Boolean(readonly=True, help="How shadow mode was ended.")
    shadow_count = fields.Integer("Tried", compute="_compute_shadow")
    shadow_agrees_count = fields.Integer("Agree", compute="_compute_shadow")
    shadow_differs_count = fields.Integer("Differ", compute="_compute_shadow")
    shadow_missing_count = fields.Integer("Missing", compute="_compute_shadow")
    shadow_error_count = fields.Integer("Would Fail", compute="_compute_shadow")
    shadow_waiting_count = fields.Integer("Not Yet Compared", compute="_compute_shadow")

    def _compute_shadow(self):
        counts = {
            (flow.id, verdict): count
            for flow, verdict, count in self.env["hub.message"]._read_group(
                [("flow_id", "in", self.ids), ("state", "=", "shadow")],
                ["flow_id", "shadow_verdict"],
                ["__count"],
            )
        }
        for flow in self:
            rows = {name: counts.get((flow.id, name), 0) for name, _label in VERDICTS}
            for name in ("agrees", "differs", "missing", "error", "waiting"):
                flow[f"shadow_{name}_count"] = rows[name]
            flow.shadow_count = sum(rows.values())

    # === ACTIONS ===#

    def action_start_shadow(self):
        """From now on only try what is received."""
        self.check_access("write")
        for flow in self:
            if flow.direction != "in":
                raise UserError(
                    self.env._(
                        "%s sends out of Odoo: it has no shadow mode.", flow.name
                    )
                )
        self.write({"shadow": True, "shadow_since": fields.Datetime.now()})

    def action_compare_now(self):
        """Compare what does not agree yet, whether its time has come or not."""
        self.check_operator()
        self.env["hub.message"].sudo().search(
            [
                ("flow_id", "in", self.ids),
                ("state", "=", "shadow"),
                ("shadow_verdict", "in", ("waiting", "differs", "missing")),
            ]
        ).write({"shadow_verdict": "waiting", "compare_at": fields.Datetime.now()})
        for flow in self:
            flow._enqueue_compare()

    def action_open_shadow(self):
        """Open what was tried; the caller's filters apply."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        domain = [("flow_id", "in", self.ids), ("state", "=", "shadow")]
        return {**action, "domain": domain, "context": {"shadow": True}}

    @api.private
    def end_shadow(self, skip=False):
        """Work for real from now on.

        :param skip: leave what was only tried as it is; else it is applied, behind
            what is fresh, in the newest state of each record
        """
        self.check_access("write")
        # a batch that ends in the shadow after this is found by the sweeper
        self.write({"shadow": False, "shadow_skips": skip})
        self._enqueue_leave_shadow()

    # === TRYING ===#

    def _apply(self, lease, tasks):
        if not self.shadow:
            return super()._apply(lease, tasks)
        tried = [t for t in tasks if t.is_open or _is_final(t.error)]
        changes = {}
        for part in split_every(TRIED_TOGETHER, tried, list):
            changes.update(self._try(part))
        self._commit()
        self.env["hub.lane"].fence(*lease)
        self.env["hub.message"].store_tried(self, tried, changes)
        covered = self._store_outcomes(tasks)
        self._commit()
        return covered

    # === COMPARING AND LEAVING ===#

    def _enqueue_compare(self):
        self._enqueue_shadow_job("compare", self.env._("Compare: %s", self.name))

    def _enqueue_leave_shadow(self):
        for flow in self:
            text = self.env._("End of shadow mode: %s", flow.name)
            flow._enqueue_shadow_job("leave_shadow", text)

    def _enqueue_shadow_job(self, name, description):
        self.ensure_one()
        delayed = self.with_user(SUPERUSER_ID).with_delay(
            channel="root.hub.batch",
            identity_key=f"hub.{name}.{self.id}",
            max_retries=0,
            description=description,
        )
        getattr(delayed, f"_{name}")()

    @api.private
    def _compare(self):
        """Job: compare what is due, a part at a time."""
        self.ensure_one()
        messages = self.env["hub.message"].search(
            [*self._to_compare(), ("flow_id", "=", self.id)],
            limit=self.batch_size,
            order="id",
        )
        if messages:
            self.env["hub.shadow"].compare(self, messages)
            self._enqueue_compare()
        return f"{len(messages)} messages"

    def _to_compare(self):
        return [
            ("state", "=", "shadow"),
            ("shadow_verdict", "=", "waiting"),
            ("compare_at", "<=", fields.Datetime.now()),
        ]

    @api.private
    def _leave_shadow(self):
        """Job: have what was only tried processed, or settle it."""
        self.ensure_one()
        if self.shadow:
            return "Shadow mode is on again."
        self.env.cr.execute(
            SQL(
                """
                UPDATE hub_message
                   SET state = %(state)s, attempts = 0, forced = NOT %(skip)s,
                       priority = %(priority)s, next_attempt_at = NULL,
                       shadow_verdict = NULL
                 WHERE id IN (SELECT id FROM hub_message
                               WHERE flow_id = %(flow)s AND state = 'shadow'
                            ORDER BY id LIMIT %(limit)s)
                """,
                state="skipped" if self.shadow_skips else "pending",
                skip=self.shadow_skips,
                priority=self.priority + BACKFILL_PRIORITY,
                flow=self.id,
                limit=LEFT_AT_ONCE,
            )
        )
        count = self.env.cr.rowcount
        self.env.invalidate_all()
        if count == LEFT_AT_ONCE:
            self._enqueue_leave_shadow()
        self._wake_due()
        return f"{count} messages"

    @api.model
    def _cron_sweep(self):
        for (flow,) in self.env["hub.message"]._read_group(
            [("state", "=", "shadow")], ["flow_id"]
        ):
            if not flow.shadow:
                flow._enqueue_leave_shadow()
            elif self.env["hub.message"].search_count(
                [*self._to_compare(), ("flow_id", "=", flow.id)], limit=1
            ):
                flow._enqueue_compare()
        return super()._cron_sweep()


def _is_final(error):
    """Return whether an error would have been the outcome for good."""
    return error is not None and not isinstance(error, TransientError)
