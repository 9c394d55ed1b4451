# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models

ACTIVITY = "connector_hub.activity_review"


class HubFlow(models.Model):
    """What a flow asks people to review, and how its owner learns of it."""

    _name = "hub.flow"
    _inherit = ["hub.flow", "mail.activity.mixin"]

    checkpoint_rule_ids = fields.One2many(
        "hub.checkpoint.rule", "flow_id", "Review Rules"
    )
    checkpoint_count = fields.Integer("To Review", compute="_compute_checkpoint_count")

    def _compute_checkpoint_count(self):
        counts = self.env["hub.checkpoint"]._count_open("flow_id", self)
        for flow in self:
            flow.checkpoint_count = counts.get(flow, 0)

    def action_open_checkpoints(self):
        """Open what is to be reviewed of this flow."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector_hub.hub_checkpoint_action"
        )
        return {**action, "domain": [("flow_id", "in", self.ids)]}

    def _reviewed_model(self):
        """Return the model of the records this flow brings."""
        if self.document not in self.backend_id._binding_models():
            return None
        bindings = self.backend_id.binder(self.document).model
        return bindings._fields["odoo_id"].comodel_name

    # === THE OWNER ===#

    def _announce_review(self):
        """Give the owner one activity, however many records are to be reviewed."""
        for flow in self:
            owner = flow.business_owner_id or flow.technical_owner_id
            if not owner or not flow.checkpoint_count:
                continue
            summary = self.env._(
                "%(count)s records of %(flow)s to review",
                count=flow.checkpoint_count,
                flow=flow.display_name,
            )
            planned = flow.activity_search([ACTIVITY])
            if planned:
                planned[0].summary = summary
            else:
                flow.activity_schedule(ACTIVITY, summary=summary, user_id=owner.id)

    def _close_review(self):
        """Close the owner's activity once nothing is left to review."""
        self.invalidate_recordset(["checkpoint_count"])
        self.filtered(lambda flow: not flow.checkpoint_count).activity_feedback(
            [ACTIVITY], feedback=self.env._("Everything is reviewed.")
        )


class HubBackend(models.Model):
    _inherit = "hub.backend"

    checkpoint_count = fields.Integer("To Review", compute="_compute_checkpoint_count")

    def _compute_checkpoint_count(self):
        counts = self.env["hub.checkpoint"]._count_open("backend_id", self)
        for backend in self:
            backend.checkpoint_count = counts.get(backend, 0)

    def action_open_checkpoints(self):
        """Open what is to be reviewed of this backend."""
        return self._open("hub_checkpoint_action")


class HubCheckpoint(models.Model):
    _inherit = "hub.checkpoint"

    @api.model
    def _count_open(self, name, records):
        """Return {record: number of open checkpoints} by a field."""
        return dict(
            self._read_group(
                [(name, "in", records.ids), ("state", "=", "open")],
                [name],
                ["__count"],
            )
        )

    @api.model
    def _cron_announce(self):
        """Tell the owners of flows what there is to review, once per flow."""
        fresh = self.search([("state", "=", "open"), ("announced", "=", False)])
        fresh.flow_id._announce_review()
        fresh.announced = True
