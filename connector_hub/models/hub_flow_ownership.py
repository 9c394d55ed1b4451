# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import ormcache

from ..documents import DOCUMENTS, Ownership
from .hub_field_rule import POLICIES, field_names


class HubFlow(models.Model):
    """Whose data counts: for the whole flow, and field by field."""

    _inherit = "hub.flow"

    conflict_policy = fields.Selection(
        POLICIES,
        "If Both Changed It",
        required=True,
        default="remote",
        tracking=True,
        help="What happens to a field whose changes go both ways when both sides"
        " changed it since they last agreed.",
    )
    field_rule_ids = fields.One2many("hub.field.rule", "flow_id", "Field Rules")
    rules_revision = fields.Integer(
        "Revision of the Rules",
        default=1,
        readonly=True,
        copy=False,
        tracking=True,
        help="Raised by every change of who owns what.",
    )
    twin_id = fields.Many2one(
        "hub.flow",
        "Other Direction",
        compute="_compute_twin_id",
        help="The flow that carries the same records the other way.",
    )

    @api.depends("backend_id.flow_ids.state")
    def _compute_twin_id(self):
        for flow in self:
            flow.twin_id = flow._twin()

    def write(self, vals):
        result = super().write(vals)
        if {"system_of_record", "conflict_policy"} & vals.keys():
            self._ownership_changed()
        return result

    # === BUSINESS METHODS ===#

    @ormcache("self.id")
    def _ownership(self):
        """Return who may change what through this flow, see ``documents.merge``.

        Field rules of the other direction count as well; a flow's own come first.
        """
        self.ensure_one()
        flow = self.sudo()
        twin = flow._twin()
        rules = flow.field_rule_ids
        shared = twin.field_rule_ids - rules
        owners = {rule.field: rule.owner for rule in (*shared, *rules)}
        owners.update(flow._owners_of_details())
        policies = {rule.field: rule.policy for rule in (*shared, *rules)}
        return Ownership(
            default=flow.system_of_record if flow.direction == "in" else "odoo",
            policy=flow.conflict_policy,
            owners=owners,
            policies={field: policy for field, policy in policies.items() if policy},
            sent=flow.direction == "out" or bool(twin),
        )

    def _twin(self):
        """Return the working flow of the same document in the other direction."""
        self.ensure_one()
        return self.sudo().backend_id.flow_ids.filtered(
            lambda flow: (
                flow.document == self.document
                and flow.direction != self.direction
                and flow.state != "stopped"
            )
        )[:1]

    def _owners_of_details(self):
        """Return {path: owner} of what a map of details decides, one by one."""
        if self.document != "product":
            return {}
        return self.env["hub.field.map"].owners_of(self.backend_id)

    def _ownership_changed(self):
        """Have unchanged records looked at again, under the new rules."""
        self.env.registry.clear_cache()
        for flow in self.sudo():
            flow.write(
                {
                    "rules_revision": flow.rules_revision + 1,
                    "revision": flow.revision + 1,
                }
            )

    def _check_has_field(self, name):
        self.ensure_one()
        document = DOCUMENTS.get(self.document)
        if document and name not in field_names(document):
            raise ValidationError(
                self.env._(
                    'The flow "%(flow)s" carries no field "%(field)s". Choose one of'
                    " its own fields.",
                    flow=self.display_name,
                    field=name,
                )
            )
