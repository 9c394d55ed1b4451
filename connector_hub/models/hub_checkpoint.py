# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError


class HubCheckpoint(models.Model):
    """A record that a flow created or changed, and that a person must look at.

    Nothing waits for it: the record is in Odoo. One row per record until somebody has
    reviewed it, however often it changes meanwhile.
    """

    _name = "hub.checkpoint"
    _inherit = ["hub.operable", "hub.of.record"]
    _description = "Record to Review"
    _order = "id desc"

    name = fields.Char("Record", readonly=True)
    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", readonly=True
    )
    backend_id = fields.Many2one(related="flow_id.backend_id", store=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    rule_id = fields.Many2one(
        "hub.checkpoint.rule",
        ondelete="set null",
        index="btree_not_null",
        readonly=True,
    )
    message_id = fields.Many2one(
        "hub.message", ondelete="set null", index="btree_not_null", readonly=True
    )
    external_id = fields.Char("Remote ID", readonly=True)
    res_model = fields.Char("Odoo Model", required=True, readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", required=True, readonly=True
    )
    change = fields.Selection(
        [("created", "Created"), ("linked", "Linked"), ("changed", "Changed")],
        "What Happened",
        required=True,
        readonly=True,
    )
    reason = fields.Char("Why Review", readonly=True)
    state = fields.Selection(
        [
            ("open", "To Review"),
            ("reviewed", "Reviewed"),
            ("correct", "To Correct"),
        ],
        "Status",
        required=True,
        default="open",
        readonly=True,
    )
    reviewed_by_id = fields.Many2one("res.users", readonly=True)
    reviewed_at = fields.Datetime("Reviewed On", readonly=True)
    note = fields.Text(readonly=True)
    announced = fields.Boolean(
        readonly=True, help="The owner of the flow was told about it."
    )

    _open_uniq = models.UniqueIndex(
        "(flow_id, res_model, res_id) WHERE state = 'open'",
        "A record is to be reviewed once.",
    )
    _state_idx = models.Index("(flow_id, state)")
    _res_idx = models.Index("(res_model, res_id)")

    # === ACTIONS ===#

    def action_reviewed(self):
        """Say that the records are right."""
        self.review("reviewed")

    def action_correct(self):
        """Ask what is to be corrected, for the selected records."""
        self._check_reviewer()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Correct Later"),
            "res_model": "hub.checkpoint.review",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_checkpoint_ids": self.ids},
        }

    # === BUSINESS METHODS ===#

    @api.private
    def review(self, state, note=False):
        """Note that the user has looked at these records.

        :param state: "reviewed" or "correct"
        """
        self._check_reviewer()
        values = {
            "state": state,
            "reviewed_by_id": self.env.uid,
            "reviewed_at": fields.Datetime.now(),
        }
        if note:
            values["note"] = note
        checkpoints = self.sudo()
        checkpoints.filtered(lambda c: c.state != "reviewed").write(values)
        checkpoints.flow_id._close_review()

    def _check_reviewer(self):
        """Operators review everything, business owners what their flows bring."""
        self.check_access("read")
        if any(flow.business_owner_id != self.env.user for flow in self.flow_id):
            try:
                self.check_operator()
            except AccessError as error:
                raise AccessError(
                    self.env._(
                        "These records are reviewed by the business owner of their"
                        " flow, or by an integration operator."
                    )
                ) from error
