# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import UserError

#: hours after which a comparison that has not moved is taken for dead
DEAD_AFTER = 2


class HubFlow(models.Model):
    """Comparing with the connected system: what was lost on the way is found."""

    _inherit = "hub.flow"

    reconcile_hours = fields.Integer(
        "Compare Every (h)",
        default=24,
        help="How often Odoo compares what it has with the connected system. 0: only"
        " when somebody asks for it.",
    )
    reconcile_days = fields.Integer(
        "Compare the Last (Days)",
        default=7,
        help="How far back a comparison looks. 0: everything there is.",
    )
    reconcile_repair = fields.Boolean(
        "Repair What Differs",
        default=True,
        help="Receive again what a comparison finds missing or outdated.",
    )
    next_reconcile_at = fields.Datetime("Compared Next", readonly=True)
    reconciliation_ids = fields.One2many("hub.reconciliation", "flow_id")
    has_reconciliation = fields.Boolean(compute="_compute_has_reconciliation")

    _reconcile_sizes = models.Constraint(
        "CHECK(reconcile_hours >= 0 AND reconcile_days >= 0)",
        "Hours and days cannot be negative.",
    )

    @api.depends("document", "direction", "backend_id.system")
    def _compute_has_reconciliation(self):
        for flow in self:
            flow.has_reconciliation = flow.direction == "in" and (
                flow.document in flow.backend_id._binding_models()
            )

    # === ACTIONS ===#

    def action_reconcile(self):
        """Compare with the connected system now.

        :return: the action that shows the comparisons
        """
        self.check_operator()
        for flow in self:
            if not flow.has_reconciliation:
                raise UserError(
                    self.env._("There is nothing to compare in %s.", flow.name)
                )
            if not flow._is_open():
                raise UserError(
                    self.env._(
                        "%s does not run. Start it, then compare.", flow.display_name
                    )
                )
        return (
            self.sudo()
            ._reconcile()
            .sudo(False)
            ._get_records_action(name=self.env._("Comparisons"))
        )

    def action_open_reconciliations(self):
        """Open the comparisons of these flows."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_reconciliation_action"
        )
        domain = [("flow_id", "in", self.ids)]
        return {**action, "domain": domain, "context": {}}

    # === BUSINESS METHODS ===#

    def _reconcile(self):
        """Begin comparing; return the comparisons, also one that is under way."""
        found = self.env["hub.reconciliation"].search(
            [("flow_id", "in", self.ids), ("run_id.state", "=", "receiving")]
        )
        now = fields.Datetime.now()
        for flow in self - found.flow_id:
            days = flow.reconcile_days
            since = days and fields.Datetime.subtract(now, days=days)
            found += flow._begin_comparison(since, flow.reconcile_repair)
        return found

    def _begin_comparison(self, since, repair):
        """Begin comparing what has changed since then, or everything."""
        run = self.env["hub.run"].create({"flow_id": self.id, "kind": "reconcile"})
        record = self.env["hub.reconciliation"].create(
            {
                "run_id": run.id,
                "flow_id": self.id,
                "window_from": since,
                "repair": repair,
            }
        )
        record.enqueue()
        return record

    @api.model
    def _cron_reconcile(self):
        """Compare where it is time, and take up comparisons whose worker died."""
        now = fields.Datetime.now()
        dead = self.env["hub.reconciliation"].search(
            [
                ("run_id.state", "=", "receiving"),
                ("write_date", "<", fields.Datetime.subtract(now, hours=DEAD_AFTER)),
            ]
        )
        for record in dead:
            record.tries += 1
            record.enqueue()
        flows = self.search(
            [
                ("state", "=", "running"),
                ("backend_id.state", "=", "connected"),
                ("direction", "=", "in"),
                ("reconcile_hours", ">", 0),
                "|",
                ("next_reconcile_at", "=", False),
                ("next_reconcile_at", "<=", now),
            ]
        ).filtered("has_reconciliation")
        # a flow that has just begun has nothing to compare yet
        flows.filtered("next_reconcile_at")._reconcile()
        for flow in flows:
            flow.next_reconcile_at = fields.Datetime.add(
                now, hours=flow.reconcile_hours
            )
