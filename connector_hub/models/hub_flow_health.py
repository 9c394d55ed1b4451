# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL


class HubFlow(models.Model):
    """Is it on time? Computed from the schedule and the SLA, not from the last job."""

    _inherit = "hub.flow"

    backend_state = fields.Selection(
        related="backend_id.state", string="State of the Backend"
    )
    oldest_waiting_at = fields.Datetime("Oldest Waiting", compute="_compute_freshness")
    last_done_at = fields.Datetime(
        "Last Success", compute="_compute_freshness", help="Within the last 7 days."
    )
    freshness = fields.Selection(
        [("on_time", "On Time"), ("late", "Late"), ("stopped", "Stopped")],
        compute="_compute_freshness",
        help="Late: a change waits longer than the SLA allows, or the connected system"
        " has not been asked for changes for that long.",
    )

    @api.depends("state", "backend_id.state", "sla_minutes", "next_poll_at")
    def _compute_freshness(self):
        waiting, done = self._waiting_and_done()
        for flow in self:
            flow.oldest_waiting_at = waiting.get(flow.id)
            flow.last_done_at = done.get(flow.id)
            flow.freshness = flow._freshness()

    def _freshness(self):
        if not self._is_open():
            return "stopped"
        due = [
            moment
            for moment in (
                self.oldest_waiting_at,
                self.poll_minutes and self.next_poll_at,
            )
            if moment
        ]
        limit = fields.Datetime.now() - timedelta(minutes=self.sla_minutes)
        return "late" if due and min(due) < limit else "on_time"

    def _waiting_and_done(self):
        """Return {flow id: oldest waiting} and {flow id: last success}.

        The first reads the few open rows, the second the newest entries of an index.
        """
        if not self.ids:
            return {}, {}
        self.env["hub.message"].flush_model(["state", "received_at", "processed_at"])
        waiting = self.env.execute_query(
            SQL(
                "SELECT flow_id, min(received_at) FROM hub_message"
                " WHERE flow_id = ANY(%s) AND state IN ('pending', 'processing')"
                " GROUP BY flow_id",
                self.ids,
            )
        )
        done = self.env.execute_query(
            SQL(
                "SELECT f.id, (SELECT m.processed_at FROM hub_message m"
                " WHERE m.backend_id = f.backend_id AND m.flow_id = f.id"
                " AND m.state = 'done' AND m.processed_at >"
                " now() AT TIME ZONE 'UTC' - interval '7 days'"
                " ORDER BY m.processed_at DESC LIMIT 1)"
                " FROM hub_flow f WHERE f.id = ANY(%s)",
                self.ids,
            )
        )
        return dict(waiting), dict(done)

    def action_open_messages(self):
        """Open the messages of this flow; the caller's filters apply."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_message_action"
        )
        return {**action, "domain": [("flow_id", "in", self.ids)], "context": {}}

    def action_open_runs(self):
        """Open the runs of this flow."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_run_action"
        )
        return {**action, "domain": [("flow_id", "in", self.ids)]}
