# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import AccessError

from .hub_field_rule import label_of

#: waits for a choice, or for the choice to be applied
UNSETTLED = ("open", "decided")
SIDES = [("remote", "The Connected System"), ("odoo", "Odoo")]


class HubConflict(models.Model):
    """One field that both sides changed: both values, and the one that counts.

    It holds only as long as both sides say what the person saw. Whatever else settles
    the difference closes it.
    """

    _name = "hub.conflict"
    _inherit = ["hub.operable", "hub.of.record"]
    _description = "Field Changed on Both Sides"
    _order = "external_id, path, id desc"
    _rec_name = "label"

    message_id = fields.Many2one(
        "hub.message", required=True, ondelete="cascade", index=True, readonly=True
    )
    exception_id = fields.Many2one(
        "hub.exception", ondelete="set null", index="btree_not_null", readonly=True
    )
    flow_id = fields.Many2one(
        "hub.flow", required=True, ondelete="cascade", readonly=True
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    external_id = fields.Char(required=True, readonly=True)
    name = fields.Char("Record", readonly=True)
    res_model = fields.Char("Odoo Model", readonly=True)
    res_id = fields.Many2oneReference(
        "Odoo Record", model_field="res_model", readonly=True
    )
    path = fields.Char(required=True, readonly=True)
    label = fields.Char("Field", readonly=True)
    base_value = fields.Text("Was", readonly=True, help="Before both changed it.")
    remote_value = fields.Text("In the Connected System", readonly=True)
    odoo_value = fields.Text("In Odoo", readonly=True)
    choice = fields.Selection(
        SIDES,
        "What Counts",
        help="Whose value both sides have in the end.",
    )
    state = fields.Selection(
        [("open", "Open"), ("decided", "Decided"), ("settled", "Settled")],
        required=True,
        default="open",
        readonly=True,
    )
    decided_by_id = fields.Many2one("res.users", readonly=True)
    decided_at = fields.Datetime("Decided On", readonly=True)

    _record_path_uniq = models.UniqueIndex(
        "(flow_id, external_id, path) WHERE state IN ('open', 'decided')",
        "A field is in conflict once.",
    )

    def write(self, vals):
        """People choose; what was found is not theirs to change."""
        if not self.env.su and set(vals) - {"choice"}:
            raise AccessError(
                self.env._("Only the choice of a field in conflict can be changed.")
            )
        return super().write(vals)

    @api.private
    def label_of(self, path):
        """Return what people call a path of a document."""
        return label_of(path)

    # === ACTIONS ===#

    def action_choose_remote(self):
        """Let the connected system's value count."""
        self._choose("remote")

    def action_choose_odoo(self):
        """Let Odoo's value count."""
        self._choose("odoo")

    def _choose(self, side):
        self.check_operator()
        self.sudo().filtered(lambda c: c.state in UNSETTLED).write({"choice": side})

    def _decide(self):
        """Make what was chosen count, and process the messages again with it.

        :return: the conflicts that had a choice
        """
        chosen = self.filtered(lambda c: c.state in UNSETTLED and c.choice)
        chosen.sudo().write(
            {
                "state": "decided",
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        for conflict in chosen:
            self.env["hub.audit"].note(
                "operation",
                self.env._(
                    "%(record)s, %(field)s: the value of %(side)s counts.",
                    record=conflict.name,
                    field=conflict.label,
                    side=dict(SIDES)[conflict.choice],
                ),
                conflict,
                external_id=conflict.external_id,
                path=conflict.path,
            )
        chosen.sudo().message_id.action_retry()
        return chosen
